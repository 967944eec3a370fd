package dev.geminibatch.window;

import dev.geminibatch.stage.receive.IncomingFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file that a request brings, piece by piece, for one thread at a time. As soon as there is an
 * {@link #answer}, nothing more of it is wanted.
 */
public final class Upload {
  private static final Logger LOG = LoggerFactory.getLogger("window");

  private final IncomingFile file;
  private final Ending ending;
  private final Function<Exception, WebAnswer> refusals;
  private final Runnable whenRefused;
  private WebAnswer answer;

  /** Takes the file when all of it is there. */
  @FunctionalInterface
  interface Ending {
    WebAnswer of(IncomingFile file) throws IOException, InterruptedException;
  }

  private Upload(
      IncomingFile file,
      Ending ending,
      Function<Exception, WebAnswer> refusals,
      Runnable whenRefused) {
    this.file = file;
    this.ending = ending;
    this.refusals = refusals;
    this.whenRefused = whenRefused;
  }

  /**
   * Takes a file.
   *
   * @param refusals says what is wrong
   * @param whenRefused is called once if it comes to nothing
   */
  static Upload of(
      IncomingFile file,
      Ending ending,
      Function<Exception, WebAnswer> refusals,
      Runnable whenRefused) {
    return new Upload(file, ending, refusals, whenRefused);
  }

  /** Wants nothing of it. */
  static Upload answered(WebAnswer answer) {
    Upload upload = new Upload(null, null, null, () -> {});
    upload.answer = answer;
    return upload;
  }

  /** What it is answered with, once that is clear. */
  public Optional<WebAnswer> answer() {
    return Optional.ofNullable(answer);
  }

  /** The next piece. */
  public void write(ByteBuffer piece) {
    if (answer == null) {
      try {
        file.write(piece);
      } catch (IOException | RuntimeException e) {
        refuse(e);
      }
    }
  }

  /** That was all of it. */
  public WebAnswer end() {
    if (answer == null) {
      try {
        answer = ending.of(file);
        close();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        refuse(e);
      } catch (IOException | RuntimeException e) {
        refuse(e);
      }
    }
    return answer;
  }

  /** No more will come: what there is of it is removed. */
  public void abort(String why) {
    if (answer == null) {
      refuse(new BadRequest(why));
    }
  }

  private void refuse(Exception why) {
    close();
    whenRefused.run();
    answer = refusals.apply(why);
  }

  private void close() {
    try {
      file.close();
    } catch (IOException e) {
      LOG.warn("A file that was sent cannot be removed; the next start will: {}", e.toString());
    }
  }
}
