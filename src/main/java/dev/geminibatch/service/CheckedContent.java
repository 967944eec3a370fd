package dev.geminibatch.service;

import dev.geminibatch.io.Sha256;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/** The bytes of an open file, which must have a hash. */
record CheckedContent(FileChannel file, long size, String sha256, String name) implements Content {
  private static final int BLOCK_BYTES = 64 << 10;

  @Override
  public Reading open() {
    return new CheckedReading();
  }

  @Override
  public String toString() {
    return name;
  }

  /**
   * Knows the hash of what has been sent so far, also when some of it is sent again.
   *
   * <p>A broken upload resumes where the service says, which may be in the middle of what was sent
   * last. The hash is then taken back to the mark before that place, and what was sent from the
   * mark on must still be in the file as it was: the service has a part of it.
   */
  private final class CheckedReading implements Reading {
    private long position;
    private MessageDigest hash = Sha256.digest();

    /** The hash of what comes before a place: where each part began, and each block of the last. */
    private final TreeMap<Long, MessageDigest> marks = new TreeMap<>();

    private long lastPart;

    @Override
    public void write(long from, long length, OutputStream out) throws IOException {
      goTo(from);
      if (from > lastPart) {
        marks.subMap(lastPart, false, from, false).clear();
      }
      lastPart = from;
      marks.put(from, copy(hash));
      if (from == size) {
        requireHash();
      }
      byte[] block = new byte[BLOCK_BYTES];
      for (long left = length; left > 0; ) {
        int count = (int) Math.min(left, block.length);
        read(position, block, count);
        marks.put(position, copy(hash));
        hash.update(block, 0, count);
        position += count;
        left -= count;
        if (position == size) {
          requireHash();
        }
        out.write(block, 0, count);
      }
    }

    private void goTo(long from) throws IOException {
      if (from == position) {
        return;
      }
      Map.Entry<Long, MessageDigest> mark = marks.floorEntry(from);
      if (from > position || mark == null) {
        throw new IOException("The upload of " + name + " cannot resume at byte " + from);
      }
      Map.Entry<Long, MessageDigest> next = marks.higherEntry(from);
      MessageDigest before = copy(mark.getValue());
      if (from > mark.getKey()) {
        update(before, mark.getKey(), from);
        MessageDigest after = copy(before);
        update(after, from, next == null ? position : next.getKey());
        if (!isSame(after, next == null ? hash : next.getValue())) {
          throw new Changed(name);
        }
      }
      marks.tailMap(from, true).clear();
      hash = before;
      position = from;
    }

    private void update(MessageDigest digest, long from, long to) throws IOException {
      byte[] block = new byte[BLOCK_BYTES];
      for (long at = from; at < to; at += block.length) {
        int count = (int) Math.min(block.length, to - at);
        read(at, block, count);
        digest.update(block, 0, count);
      }
    }

    private void read(long from, byte[] block, int count) throws IOException {
      ByteBuffer buffer = ByteBuffer.wrap(block, 0, count);
      while (buffer.hasRemaining()) {
        if (file.read(buffer, from + buffer.position()) <= 0) {
          throw new Changed(name); // it became shorter
        }
      }
    }

    private void requireHash() throws IOException {
      if (!HexFormat.of().formatHex(copy(hash).digest()).equals(sha256)) {
        throw new Changed(name);
      }
    }

    @Override
    public void close() {
      // whoever opened the file closes it
    }
  }

  private static boolean isSame(MessageDigest a, MessageDigest b) {
    return Arrays.equals(copy(a).digest(), copy(b).digest());
  }

  private static MessageDigest copy(MessageDigest digest) {
    try {
      return (MessageDigest) digest.clone();
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException("SHA-256 of every Java platform can be copied", e);
    }
  }
}
