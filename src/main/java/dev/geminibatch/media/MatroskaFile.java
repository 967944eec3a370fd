package dev.geminibatch.media;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;

/**
 * Tells WebM from Matroska, and sound from video, by the DocType and the tracks of an EBML file
 * (RFC 8794, RFC 9559).
 */
final class MatroskaFile {
  private static final long HEADER = 0x1a45dfa3L;
  private static final long DOC_TYPE = 0x4282;
  private static final long SEGMENT = 0x18538067L;
  private static final long TRACKS = 0x1654ae6bL;
  private static final long CLUSTER = 0x1f43b675L;
  private static final long TRACK = 0xae;
  private static final long TRACK_TYPE = 0x83;
  private static final long INFO = 0x1549a966L;
  private static final long TIMESTAMP_SCALE = 0x2ad7b1;
  private static final long DURATION = 0x4489;
  private static final int VIDEO = 1;
  private static final int MOST_ELEMENTS = 10_000;
  private static final int DEEPEST = 4;

  private final FileWindow file;
  private final Set<Integer> tracks = new HashSet<>();
  private String docType = "";
  private double scale = 1e6;
  private double duration;
  private int elements;
  private boolean isDone;

  private MatroskaFile(FileWindow file) {
    this.file = file;
  }

  static String type(FileWindow window) throws IOException {
    MatroskaFile read = new MatroskaFile(window);
    read.walk(0, window.size(), 0);
    boolean isSound = !read.tracks.isEmpty() && !read.tracks.contains(VIDEO);
    return (isSound ? "audio/" : "video/") + (read.docType.equals("webm") ? "webm" : "x-matroska");
  }

  /** How long it is; 0 if it does not say. */
  static double seconds(FileWindow window) throws IOException {
    MatroskaFile read = new MatroskaFile(window);
    read.walk(0, window.size(), 0);
    return read.duration * read.scale / 1e9;
  }

  private void walk(long from, long to, int depth) throws IOException {
    long at = from;
    while (at < to && depth < DEEPEST && !isDone && elements++ < MOST_ELEMENTS) {
      ByteBuffer head = file.read(at, 12);
      int idLength = head.hasRemaining() ? lengthOf(head.get(0)) : 9;
      if (idLength > 4 || head.remaining() <= idLength) {
        return;
      }
      long id = number(head, idLength, false);
      int sizeLength = lengthOf(head.get(head.position()));
      if (sizeLength > 8 || head.remaining() < sizeLength) {
        return;
      }
      long size = number(head, sizeLength, true);
      long body = at + idLength + sizeLength;
      if (body > to) {
        return;
      }
      // A stream that was recorded live does not know its sizes, which are all ones then.
      boolean isOpen = size == (1L << 7 * sizeLength) - 1;
      long end = isOpen || size > to - body ? to : body + size;
      take(id, body, end, depth);
      at = end;
    }
  }

  private void take(long id, long body, long end, int depth) throws IOException {
    if (id == DOC_TYPE) {
      docType = StandardCharsets.US_ASCII.decode(file.read(body, length(body, end, 32))).toString();
    } else if (id == TRACK_TYPE) {
      ByteBuffer value = file.read(body, length(body, end, 8));
      if (value.hasRemaining()) {
        tracks.add(value.get(value.limit() - 1) & 0xff);
      }
    } else if (id == TIMESTAMP_SCALE) {
      ByteBuffer value = file.read(body, length(body, end, 8));
      scale = 0;
      while (value.hasRemaining()) {
        scale = scale * 256 + (value.get() & 0xff);
      }
    } else if (id == DURATION) {
      ByteBuffer value = file.read(body, length(body, end, 8));
      if (value.remaining() == 8) {
        duration = value.getDouble();
      } else if (value.remaining() == 4) {
        duration = value.getFloat();
      }
    } else if (id == HEADER || id == SEGMENT || id == INFO || id == TRACK) {
      walk(body, end, depth + 1);
    } else if (id == TRACKS) {
      walk(body, end, depth + 1);
      isDone = true;
    } else if (id == CLUSTER) {
      isDone = true;
    }
  }

  private static int length(long from, long to, int most) {
    return (int) Math.min(most, to - from);
  }

  /** How many bytes a number has, by the zeros that its first byte begins with. */
  private static int lengthOf(byte first) {
    return Integer.numberOfLeadingZeros(first & 0xff) - 24 + 1;
  }

  private static long number(ByteBuffer bytes, int length, boolean withoutMarker) {
    long number = bytes.get() & 0xff;
    if (withoutMarker) {
      number &= (1 << 8 - length) - 1;
    }
    for (int i = 1; i < length; i++) {
      number = number << 8 | bytes.get() & 0xff;
    }
    return number;
  }
}
