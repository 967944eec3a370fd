package dev.geminibatch.media;

import dev.geminibatch.io.TextEncoding;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Checks piece by piece whether a text is UTF-8 to its end. */
final class TextScan {
  private static final int PIECE = 1 << 16;
  private static final int ENOUGH = 4096;

  private final CharsetDecoder decoder =
      StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT);
  private final CharBuffer thrownAway = CharBuffer.allocate(PIECE);
  private final ByteBuffer bytes = ByteBuffer.allocate(PIECE + 8);

  /** From the first byte that is not UTF-8 on, enough to guess the encoding. */
  private ByteArrayOutputStream wrong;

  /** Takes the next piece. */
  void take(byte[] piece, int length) {
    for (int at = 0; at < length; at += PIECE) {
      int size = Math.min(PIECE, length - at);
      if (wrong == null) {
        bytes.put(piece, at, size).flip();
        decode(false);
        bytes.compact();
      } else if (wrong.size() < ENOUGH) {
        wrong.write(piece, at, size);
      }
    }
  }

  private void decode(boolean isEnd) {
    CoderResult result;
    do {
      thrownAway.clear();
      result = decoder.decode(bytes, thrownAway, isEnd);
    } while (result.isOverflow());
    if (result.isError()) {
      wrong = new ByteArrayOutputStream();
      wrong.write(bytes.array(), bytes.position(), bytes.remaining());
    }
  }

  /** The encoding of a text that turned out not to be UTF-8; empty if it is UTF-8. */
  Optional<String> otherEncoding() {
    if (wrong == null) {
      bytes.flip();
      decode(true);
      bytes.clear();
    }
    return Optional.ofNullable(wrong)
        .map(part -> TextEncoding.guess(part.toByteArray()).orElse(TextEncoding.UNKNOWN));
  }
}
