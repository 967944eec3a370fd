package dev.geminibatch.line;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** Names of fields that are often read, of which no text need be made each time. */
public final class KnownNames {
  private static final int PLACES = 64;

  private final byte[][][] bytes = new byte[PLACES][][];
  private final String[][] names = new String[PLACES][];

  /**
   * @param known names of plain ASCII
   */
  public KnownNames(List<String> known) {
    for (int place = 0; place < PLACES; place++) {
      int its = place;
      names[place] =
          known.stream().filter(name -> place(bytes(name)) == its).toArray(String[]::new);
      bytes[place] = Arrays.stream(names[place]).map(KnownNames::bytes).toArray(byte[][]::new);
    }
  }

  private static byte[] bytes(String name) {
    return name.getBytes(StandardCharsets.US_ASCII);
  }

  private static int place(byte[] name) {
    return place(name, 0, name.length);
  }

  private static int place(byte[] line, int start, int end) {
    return start == end ? 0 : (line[start] * 5 + line[end - 1] + end - start) & PLACES - 1;
  }

  /** The name that is written there; null if it is not known, or written with escapes. */
  public String find(byte[] line, int start, int end) {
    int place = place(line, start, end);
    byte[][] some = bytes[place];
    for (int i = 0; i < some.length; i++) {
      if (Arrays.equals(some[i], 0, some[i].length, line, start, end)) {
        return names[place][i];
      }
    }
    return null;
  }
}
