package dev.geminibatch.line;

import dev.geminibatch.io.AtomicFiles;
import dev.geminibatch.io.PrivateFiles;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** A set of line numbers, eight bytes each. */
public final class LineNumberSet {
  private long[] numbers = new long[64];
  private int size;

  public void add(long number) {
    if (size == numbers.length) {
      numbers = Arrays.copyOf(numbers, 2 * size);
    }
    numbers[size++] = number;
  }

  public int size() {
    return size;
  }

  /** Writes them in ascending order, whole or not at all. */
  public void write(Path file) throws IOException {
    sorted();
    ByteBuffer bytes = ByteBuffer.allocate(size * Long.BYTES);
    bytes.asLongBuffer().put(numbers, 0, size);
    Path aside = AtomicFiles.aside(file, "new");
    try (OutputStream out = PrivateFiles.output(aside)) {
      out.write(bytes.array());
    }
    AtomicFiles.publish(aside, file);
  }

  public static LineNumberSet read(Path file) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
    LineNumberSet read = new LineNumberSet();
    read.size = bytes.capacity() / Long.BYTES;
    read.numbers = new long[read.size];
    bytes.asLongBuffer().get(read.numbers);
    return read;
  }

  /** Itself, ready to be asked. */
  public LineNumberSet sorted() {
    Arrays.sort(numbers, 0, size);
    return this;
  }

  /** Whether a number is in a set that is {@link #sorted} or was {@link #read}. */
  public boolean contains(long number) {
    return Arrays.binarySearch(numbers, 0, size, number) >= 0;
  }
}
