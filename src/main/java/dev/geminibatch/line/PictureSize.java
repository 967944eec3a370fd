package dev.geminibatch.line;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Finds the size of a picture in the beginning of its file: PNG, JPEG, WebP, GIF, HEIC, AVIF. */
public final class PictureSize {
  /** How much of a file is enough for nearly all; a JPEG may begin with a preview. */
  public static final int ENOUGH = 1 << 16;

  private final ByteBuffer bytes;

  private PictureSize(ByteBuffer bytes) {
    this.bytes = bytes;
  }

  /** The size of a picture; unknown if its beginning does not say. */
  public static MediaExtent of(byte[] beginning) {
    try {
      return new PictureSize(ByteBuffer.wrap(beginning)).find();
    } catch (IndexOutOfBoundsException e) {
      return MediaExtent.UNKNOWN; // it ends before
    }
  }

  private MediaExtent find() {
    if (is(1, "PNG")) {
      return MediaExtent.pixels(bytes.getInt(16), bytes.getInt(20));
    } else if (is(0, "GIF8")) {
      return MediaExtent.pixels(little(6, 2), little(8, 2));
    } else if (is(0, "RIFF") && is(8, "WEBP")) {
      return webp();
    } else if (unsigned(0) == 0xFF && unsigned(1) == 0xD8) {
      return jpeg();
    } else if (is(4, "ftyp")) {
      return largestPart();
    }
    return MediaExtent.UNKNOWN;
  }

  private MediaExtent webp() {
    if (is(12, "VP8X")) {
      return MediaExtent.pixels(little(24, 3) + 1, little(27, 3) + 1);
    } else if (is(12, "VP8L")) {
      long bits = little(21, 4);
      return MediaExtent.pixels((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1);
    }
    return MediaExtent.pixels(little(26, 2) & 0x3FFF, little(28, 2) & 0x3FFF);
  }

  private MediaExtent jpeg() {
    for (int at = 2; unsigned(at) == 0xFF; ) {
      int marker = unsigned(at + 1);
      if (marker == 0xFF) {
        at++; // a filler
        continue;
      }
      boolean isFrame = marker >= 0xC0 && marker <= 0xCF;
      if (isFrame && marker != 0xC4 && marker != 0xC8 && marker != 0xCC) {
        return MediaExtent.pixels(bytes.getShort(at + 7) & 0xFFFF, bytes.getShort(at + 5) & 0xFFFF);
      }
      at += 2 + (bytes.getShort(at + 2) & 0xFFFF);
    }
    return MediaExtent.UNKNOWN;
  }

  /** The picture and its previews and tiles are parts, each with its size; it is the largest. */
  private MediaExtent largestPart() {
    MediaExtent largest = MediaExtent.UNKNOWN;
    for (int at = 8; at + 16 <= bytes.limit(); at++) {
      if (bytes.get(at) == 'i' && is(at, "ispe")) {
        MediaExtent part = MediaExtent.pixels(bytes.getInt(at + 8), bytes.getInt(at + 12));
        largest =
            part.width() * part.height() > largest.width() * largest.height() ? part : largest;
      }
    }
    return largest;
  }

  private boolean is(int at, String text) {
    for (int i = 0; i < text.length(); i++) {
      if (bytes.get(at + i) != text.getBytes(StandardCharsets.US_ASCII)[i]) {
        return false;
      }
    }
    return true;
  }

  private int unsigned(int at) {
    return bytes.get(at) & 0xFF;
  }

  private long little(int at, int length) {
    long number = 0;
    for (int i = length - 1; i >= 0; i--) {
      number = number << 8 | unsigned(at + i);
    }
    return number;
  }
}
