package dev.geminibatch.job;

import dev.geminibatch.run.RunFolder;
import dev.geminibatch.service.Content;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * The content of a job's file, which is mostly that of the run's input and is not written a second
 * time: where its pieces stand there, and the words between them. It is put together while it is
 * sent.
 *
 * <p>On the disk it is a list of parts, each a piece of the input followed by some text: where the
 * piece starts (a long), its length (a long), the text's length (an int) and the text. The last
 * eight bytes are the size of it all. Lines that the service takes as they are make one part, as
 * long as there is just a line feed between them.
 */
public final class JobBody implements Content {
  /** A quoted line may have 64 MiB, and a reader holds the text of a part. */
  static final int MOST_TEXT = 64 << 10;

  private final Path body;
  private final Path input;

  /**
   * The content that was written down.
   *
   * @param body what a {@link JobBodyWriter} has written
   * @param input what the lines were read from, unchanged
   */
  public JobBody(Path body, Path input) {
    this.body = body;
    this.input = input;
  }

  /** The file of a job as the service gets it. */
  public static JobBody of(RunFolder folder, int number) {
    return new JobBody(folder.jobBody(number), folder.input());
  }

  @Override
  public long size() throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(body.toFile(), "r")) {
      file.seek(file.length() - Long.BYTES);
      return file.readLong();
    }
  }

  /** Whether it is a piece of the input and nothing else. */
  public boolean isJust(InputPiece piece) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(body.toFile(), "r")) {
      return file.length() == 3 * Long.BYTES + Integer.BYTES + 1
          && file.readLong() == piece.start()
          && file.readLong() == piece.end() - piece.start()
          && file.readInt() == 1
          && file.readByte() == '\n';
    }
  }

  @Override
  public Reading open() throws IOException {
    return new JobBodyReader(body, FileChannel.open(input));
  }

  @Override
  public String toString() {
    return body.toString();
  }
}
