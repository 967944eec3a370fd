package dev.geminibatch.media;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Tells the members of the MP4 family apart by brands and tracks (ISO 14496-12). A file whose only
 * tracks are sound is audio, whatever it is called.
 */
final class IsoMediaFile {
  private static final Set<String> CONTAINERS = Set.of("moov", "trak", "mdia");
  private static final Set<String> AUDIO_BRANDS = Set.of("M4A ", "M4B ", "M4P ", "F4A ", "F4B ");
  private static final int MOST_BOXES = 10_000;
  private static final int DEEPEST = 4;
  private static final int MOST_BRANDS = 64;

  private final FileWindow file;
  private final List<String> brands = new ArrayList<>();
  private final Set<String> tracks = new HashSet<>();
  private int boxes;

  private IsoMediaFile(FileWindow file) {
    this.file = file;
  }

  /** Whether a file begins like one of the family. */
  static boolean isOne(ByteBuffer head) {
    return head.remaining() >= 8 && word(head, 4).equals("ftyp");
  }

  /**
   * The type of a file of the family.
   *
   * @param detected what it is taken for if nothing better can be said
   */
  static String type(FileWindow window, String detected) throws IOException {
    IsoMediaFile read = new IsoMediaFile(window);
    read.readBrands();
    String brand = read.brands.isEmpty() ? "" : read.brands.get(0);
    if (read.brands.contains("avif") || read.brands.contains("avis")) {
      return "image/avif";
    }
    if (!isMovie(detected)) {
      return detected; // a picture
    }
    if (brand.startsWith("qt") || brand.isEmpty()) {
      return "video/quicktime";
    }
    if (AUDIO_BRANDS.contains(brand)) {
      return "audio/mp4";
    }
    if (brand.startsWith("3g")) {
      return brand.startsWith("3g2") ? "video/3gpp2" : "video/3gpp";
    }
    read.walk(0, window.size(), 0);
    boolean isSound = read.tracks.contains("soun") && !read.tracks.contains("vide");
    return isSound ? "audio/mp4" : "video/mp4";
  }

  /** The detector calls every brand that it does not know QuickTime, or nothing. */
  private static boolean isMovie(String detected) {
    return detected.startsWith("video/")
        || detected.equals("audio/mp4")
        || detected.equals("application/mp4")
        || detected.equals(ContentType.UNKNOWN);
  }

  private void readBrands() throws IOException {
    ByteBuffer head = file.read(0, 16 + 4 * MOST_BRANDS);
    int length = Math.min(head.remaining(), head.getInt(0));
    for (int at = 8; at + 4 <= length; at += 4) {
      if (at != 12) { // the version
        brands.add(word(head, at));
      }
    }
  }

  private void walk(long from, long to, int depth) throws IOException {
    long at = from;
    while (at + 8 <= to && depth < DEEPEST && boxes++ < MOST_BOXES) {
      ByteBuffer head = file.read(at, 20);
      if (head.remaining() < 8) {
        return;
      }
      long size = head.getInt(0) & 0xffffffffL;
      String name = word(head, 4);
      int headLength = 8;
      if (size == 1 && head.remaining() >= 16) {
        size = head.getLong(8);
        headLength = 16;
      } else if (size == 0) {
        size = to - at;
      }
      if (size < headLength) {
        return;
      }
      long end = size > to - at ? to : at + size;
      if (CONTAINERS.contains(name)) {
        walk(at + headLength, end, depth + 1);
      } else if (name.equals("hdlr") && head.remaining() >= 20) {
        tracks.add(word(head, 16));
      }
      if (name.equals("moov")) {
        return; // all tracks are in it
      }
      at = end;
    }
  }

  private static String word(ByteBuffer bytes, int at) {
    byte[] word = new byte[4];
    bytes.get(at, word);
    return new String(word, StandardCharsets.ISO_8859_1);
  }
}
