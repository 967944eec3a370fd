package dev.geminibatch.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Small text files as editors of all systems write them: UTF-8, with or without a byte order mark,
 * or UTF-16 with one, which is what the Windows shell makes of {@code echo key > file}.
 */
public final class TextFile {
  private TextFile() {}

  /**
   * The text of a file, without its byte order mark.
   *
   * @throws IOException when it cannot be read
   * @throws UsageException when it is in another encoding
   */
  public static String read(Path file) throws IOException {
    return of(file, Files.readAllBytes(file));
  }

  /**
   * The text that the bytes of a file are.
   *
   * @param file for messages
   */
  public static String of(Path file, byte[] bytes) {
    if (startsWith(bytes, 0xFF, 0xFE)) {
      return decoded(file, bytes, 2, StandardCharsets.UTF_16LE);
    }
    if (startsWith(bytes, 0xFE, 0xFF)) {
      return decoded(file, bytes, 2, StandardCharsets.UTF_16BE);
    }
    for (byte each : bytes) {
      if (each == 0) {
        throw new UsageException(
            file
                + " holds zero bytes, as UTF-16 without a byte order mark does; save it as UTF-8.");
      }
    }
    return decoded(
        file, bytes, TextEncoding.markLength(bytes, 0, bytes.length), StandardCharsets.UTF_8);
  }

  private static boolean startsWith(byte[] bytes, int... beginning) {
    for (int i = 0; i < beginning.length; i++) {
      if (i >= bytes.length || (bytes[i] & 0xFF) != beginning[i]) {
        return false;
      }
    }
    return true;
  }

  private static String decoded(Path file, byte[] bytes, int from, Charset charset) {
    ByteBuffer text = ByteBuffer.wrap(bytes, from, bytes.length - from);
    try {
      return charset.newDecoder().decode(text).toString();
    } catch (CharacterCodingException e) {
      // The decoder stops at the first byte that it does not know.
      int line = 1;
      for (int i = from; i < text.position(); i++) {
        line += bytes[i] == '\n' ? 1 : 0;
      }
      throw new UsageException(
          file + " is not " + charset + " text (line " + line + "); save it as UTF-8.");
    }
  }
}
