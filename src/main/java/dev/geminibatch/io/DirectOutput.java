package dev.geminibatch.io;

import com.sun.nio.file.ExtendedOpenOption;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes a file that this program seldom reads again. What follows its first 32 MB goes straight to
 * the disk, where it is forced anyway, past the memory of the system: to get memory for one more
 * copy may take longer than the disk does. Where that cannot be done, it is written as usual.
 *
 * <p>The end is forced by whoever gives the file its name; see {@link Forcing}.
 */
public final class DirectOutput extends OutputStream {
  private static final Logger LOG = LoggerFactory.getLogger("io");

  private static final int PIECE = 1 << 20;

  /** Most files are smaller, and are read at once by whoever waits for them. */
  static final long BEGINNING = EarlyForcing.PIECE;

  private final Path file;
  private final SyncedOutput usual;
  private long usually = BEGINNING;

  /** Null as long as there is not more than the beginning. */
  private Rest rest;

  public DirectOutput(Path file) throws IOException {
    this.file = file;
    this.usual = SyncedOutput.oneOfSeveral(file);
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int start, int length) throws IOException {
    int first = (int) Math.min(length, usually);
    usual.write(bytes, start, first);
    usually -= first;
    if (first < length) {
      writeRest(bytes, start + first, length - first);
    }
  }

  private void writeRest(byte[] bytes, int start, int length) throws IOException {
    if (rest == null) {
      try {
        rest = new Rest(file);
      } catch (IOException | UnsupportedOperationException e) {
        LOG.debug("{} is written as usual: {}", file, e.toString());
        usually = Long.MAX_VALUE;
        usual.write(bytes, start, length);
        return;
      }
      usual.flush();
    }
    rest.write(bytes, start, length);
  }

  /** Whether what was written last went past the memory of the system. */
  boolean isDirect() {
    return rest != null;
  }

  @Override
  public void close() throws IOException {
    try (usual) {
      if (rest != null) {
        rest.close();
      }
    }
  }

  /** Fills one piece while the one before is written. */
  private static final class Rest {
    private final FileChannel usual;
    private final FileChannel direct;
    private ByteBuffer piece;
    private ByteBuffer other;
    private long offset = BEGINNING;
    private CompletableFuture<Void> writing = CompletableFuture.completedFuture(null);

    Rest(Path file) throws IOException {
      int block = blockOf(file);
      this.piece = piece(block);
      this.other = piece(block);
      this.usual = FileChannel.open(file, StandardOpenOption.WRITE);
      try {
        this.direct = FileChannel.open(file, StandardOpenOption.WRITE, ExtendedOpenOption.DIRECT);
      } catch (IOException | RuntimeException e) {
        usual.close();
        throw e;
      }
    }

    private static int blockOf(Path file) throws IOException {
      long block = Files.getFileStore(file).getBlockSize();
      if (block <= 0 || PIECE % block > 0) {
        throw new IOException("It has blocks of " + block + " bytes");
      }
      return (int) block;
    }

    private static ByteBuffer piece(int block) {
      return ByteBuffer.allocateDirect(PIECE + block).alignedSlice(block).limit(PIECE);
    }

    void write(byte[] bytes, int start, int length) throws IOException {
      for (int at = start; at < start + length; ) {
        int some = Math.min(piece.remaining(), start + length - at);
        piece.put(bytes, at, some);
        at += some;
        if (!piece.hasRemaining()) {
          send();
        }
      }
    }

    private void send() throws IOException {
      await();
      ByteBuffer full = piece.flip();
      long at = offset;
      offset += full.limit();
      writing = CompletableFuture.runAsync(() -> write(full, at));
      piece = other.clear().limit(PIECE);
      other = full;
    }

    private void write(ByteBuffer full, long at) {
      try {
        // The last piece is no multiple of a block.
        if (full.limit() < PIECE || !isWritten(full, at)) {
          writeAll(usual, full, at);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e.getMessage(), e);
      }
    }

    /** If not, what is left is written as usual, which says what is wrong with the disk. */
    private boolean isWritten(ByteBuffer full, long at) {
      try {
        writeAll(direct, full, at);
        return true;
      } catch (IOException e) {
        return false;
      }
    }

    private static void writeAll(FileChannel channel, ByteBuffer full, long at) throws IOException {
      while (full.hasRemaining()) {
        channel.write(full, at + full.position());
      }
    }

    private void await() throws IOException {
      EarlyForcing.await(writing);
    }

    void close() throws IOException {
      try (usual;
          direct) {
        send();
        await();
      }
    }
  }
}
