package dev.geminibatch.job;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Whose each line of a pack is, and by which key it is known. In memory it has some thirty bytes a
 * line, and the keys that were changed.
 */
public final class PackIndex {
  private final List<Member> members = new ArrayList<>();
  private final KeyTable keys = new KeyTable();
  private byte[][] ownKeys = new byte[1024][];
  private long bytes;

  /**
   * A job of a run that is in the pack.
   *
   * @param first number of its first line in the pack, counted from 0
   * @param lines how many it has
   */
  public record Member(String runId, int number, int first, int lines) {}

  private PackIndex() {}

  /** Reads what a {@link PackWriter} has written. */
  public static PackIndex read(Path file) throws IOException {
    PackIndex index = new PackIndex();
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 16))) {
      while (in.readBoolean()) {
        Member member = new Member(in.readUTF(), in.readInt(), index.keys.size(), in.readInt());
        index.members.add(member);
        for (int i = 0; i < member.lines(); i++) {
          index.add(in.readLong(), in.readNBytes(in.readInt()));
        }
      }
      index.bytes = in.readLong();
    }
    return index;
  }

  private void add(long keyHash, byte[] ownKey) throws IOException {
    int line = keys.size();
    if (!keys.add(keyHash)) {
      throw new IOException("The index of a pack has the same key twice");
    }
    if (line == ownKeys.length) {
      ownKeys = Arrays.copyOf(ownKeys, 2 * line);
    }
    ownKeys[line] = ownKey.length == 0 ? null : ownKey;
  }

  /** The jobs in it, in their order. */
  public List<Member> members() {
    return members;
  }

  /** How many lines it has. */
  public int lines() {
    return keys.size();
  }

  /** The size of the file that was sent. */
  public long bytes() {
    return bytes;
  }

  /** The number of the line with a key, counted from 0, or -1. */
  public int find(String wireKey) {
    return keys.find(KeyTable.hash(wireKey));
  }

  /** The number of the member that a line belongs to. */
  public int memberOf(int line) {
    int low = 0;
    int high = members.size() - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (members.get(middle).first() <= line) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  /** The key of a line in its own job as JSON, if it has another one in the pack. */
  public Optional<byte[]> ownKey(int line) {
    return Optional.ofNullable(ownKeys[line]);
  }
}
