package dev.geminibatch.stage;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.geminibatch.io.DaemonThreads;
import dev.geminibatch.job.InputPiece;
import dev.geminibatch.job.JobBody;
import dev.geminibatch.job.JobPacker;
import dev.geminibatch.line.LineEnds;
import dev.geminibatch.service.Content;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The upload of a piece of an input whose lines are still checked. It follows the checking, and
 * waits with the last bytes for {@link #finish}.
 */
final class PieceUpload {
  private static final Logger LOG = LoggerFactory.getLogger("submit");

  /** What goes out in one request; it is begun when all of it may be sent. */
  private static final long REQUEST_BYTES = 8 << 20;

  private static final int WINDOW_BYTES = 256 << 10;

  /** Without news for so long, nobody will ask for it. */
  private static final long PATIENCE_MILLIS = 60_000;

  private static final byte[] LINE_FEED = "\n".getBytes(UTF_8);

  private final Path input;
  private final JobPacker.FirstJob job;
  private final Way way;
  private final FutureTask<String> task = new FutureTask<>(this::upload);
  private InputPiece foreseen;
  private InputPiece checked;
  private boolean isWanted;
  private boolean isCancelled;
  private LongConsumer listener = sent -> {};

  /** How a content is uploaded. */
  interface Way {
    /** Returns the name of the file with the service. */
    String upload(Content content, LongConsumer sent) throws IOException;
  }

  /**
   * Prepares the upload.
   *
   * @param job of which the piece is checked already
   */
  PieceUpload(Path input, JobPacker.FirstJob job, Way way) {
    this.input = input;
    this.job = job;
    this.checked = job.piece();
    this.way = way;
  }

  /** Begins to upload, in the background. */
  void start() {
    DaemonThreads.named("upload ahead").newThread(task).start();
  }

  private String upload() throws IOException {
    try (FileChannel channel = FileChannel.open(input)) {
      long size = foresee(channel).size();
      awaitAllowed(Math.min(size, REQUEST_BYTES));
      return way.upload(
          new Piece(channel, size),
          sent -> {
            tell(sent);
            awaitAllowed(Math.min(size, sent + REQUEST_BYTES));
          });
    } catch (IOException | RuntimeException e) {
      LOG.debug("Not uploaded ahead: {}", e.toString());
      throw e;
    }
  }

  private InputPiece foresee(FileChannel channel) throws IOException {
    long start = job.piece().start();
    long end = LineEnds.last(channel, start, job.limits().maxRequests(), job.limits().maxBytes());
    InputPiece piece = new InputPiece(start, end);
    synchronized (this) {
      foreseen = piece;
    }
    return piece;
  }

  private void tell(long sent) {
    LongConsumer now;
    synchronized (this) {
      now = listener;
    }
    now.accept(sent);
  }

  /**
   * Waits until the first bytes may be sent.
   *
   * @throws CancellationException when they never may
   */
  private synchronized void awaitAllowed(long bytes) {
    long last = System.nanoTime();
    InputPiece before = checked;
    while (!isCancelled && bytes > allowed()) {
      long waited = (System.nanoTime() - last) / 1_000_000;
      if (waited >= PATIENCE_MILLIS || checked.end() > foreseen.end()) {
        isCancelled = true;
        break;
      }
      try {
        wait(PATIENCE_MILLIS - waited);
      } catch (InterruptedException e) {
        isCancelled = true;
      }
      if (checked != before) {
        before = checked;
        last = System.nanoTime();
      }
    }
    if (isCancelled) {
      throw new CancellationException("the job is not what was foreseen, or not yet due");
    }
  }

  /** All but the last byte at most, with which everything would be stored. */
  private long allowed() {
    return isWanted ? foreseen.size() : Math.min(checked.size(), foreseen.size()) - 1;
  }

  /** Takes note of what the job consists of so far. */
  synchronized void checked(InputPiece piece) {
    checked = piece;
    notifyAll();
  }

  /** Ends it, unless it is over. */
  synchronized void cancel() {
    isCancelled = true;
    notifyAll();
  }

  /** Lets the last bytes go, if the body is what was foreseen, and waits for the end. */
  Optional<String> finish(JobBody body, LongConsumer sent) throws IOException {
    InputPiece piece;
    synchronized (this) {
      piece = foreseen;
    }
    if (piece == null || !body.isJust(piece)) {
      return Optional.empty();
    }
    synchronized (this) {
      listener = sent;
      isWanted = true;
      notifyAll();
    }
    try {
      return Optional.of(task.get());
    } catch (ExecutionException e) {
      return Optional.empty(); // it is uploaded as if it had not been tried
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Stopped while a job was uploaded", e);
    }
  }

  /** The piece, and the line feed behind it, which the last line of an input may lack. */
  private final class Piece implements Content {
    private final FileChannel channel;
    private final long size;

    Piece(FileChannel channel, long size) {
      this.channel = channel;
      this.size = size;
    }

    @Override
    public long size() {
      return size;
    }

    @Override
    public Reading open() {
      ByteBuffer window = ByteBuffer.allocate(WINDOW_BYTES);
      return new Reading() {
        @Override
        public void write(long from, long length, OutputStream out) throws IOException {
          try {
            awaitAllowed(from + length);
          } catch (CancellationException e) {
            throw new Changed(input.toString());
          }
          copy(from, Math.min(from + length, size - 1), window, out);
          if (from + length == size) {
            out.write(LINE_FEED);
          }
        }

        @Override
        public void close() {
          // the channel is closed with the upload
        }
      };
    }

    private void copy(long from, long end, ByteBuffer window, OutputStream out) throws IOException {
      for (long at = from; at < end; ) {
        window.clear().limit((int) Math.min(window.capacity(), end - at));
        int read = channel.read(window, job.piece().start() + at);
        if (read <= 0) {
          throw new EOFException("The input became shorter while it was uploaded");
        }
        out.write(window.array(), 0, read);
        at += read;
      }
    }
  }
}
