package dev.geminibatch.stage.change;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.geminibatch.io.AtomicFiles;
import dev.geminibatch.io.SyncedOutput;
import dev.geminibatch.line.Line;
import dev.geminibatch.line.LineReader;
import dev.geminibatch.run.InputGuard;
import dev.geminibatch.run.Progress;
import dev.geminibatch.run.Progress.Unit;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunFailure;
import dev.geminibatch.run.RunFolder;
import dev.geminibatch.stage.InputLines;
import dev.geminibatch.stage.StageContext;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has a user's routes change the lines of an input, into a file beside it. What comes after knows
 * only the changed lines.
 */
public final class LineChange {
  private static final Logger LOG = LoggerFactory.getLogger("change");
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final StageContext context;

  public LineChange(StageContext context) {
    this.context = context;
  }

  /** The change of one input: an iterator over its lines, and the file that they go to. */
  public static final class Changing implements Iterator<String>, Closeable {
    private final Run run;
    private final RunFolder folder;
    private final LineReader lines;
    private final Path aside;
    private final OutputStream out;
    private final long size;
    private final Progress progress;

    /** The first and the last of lines that follow each other and are no text. */
    private Line noTextFirst;

    private Line noTextLast;
    private Text next;
    private boolean isClosed;
    private long number;
    private long written;
    private long leftOut;

    private record Text(long number, String text) {}

    private Changing(Run run, RunFolder folder, LineReader lines, Progress progress)
        throws IOException {
      this.run = run;
      this.folder = folder;
      this.lines = lines;
      this.progress = progress;
      this.size = Files.size(folder.lines());
      this.aside = AtomicFiles.aside(folder.changed(), run.id());
      this.out = new SyncedOutput(aside);
    }

    @Override
    public boolean hasNext() {
      // A splitter asks again after it has closed its source.
      while (next == null && !isClosed && lines.hasNext()) {
        read(lines.next());
      }
      return next != null;
    }

    /** What is not text cannot be changed; it is reported when it is checked. */
    private void read(Line line) {
      progress.step(run, "changing lines", line.offset() + line.size(), size, Unit.BYTES);
      try {
        if (line.isTooLong()) {
          throw new CharacterCodingException();
        }
        next =
            new Text(
                line.number(), UTF_8.newDecoder().decode(ByteBuffer.wrap(line.bytes())).toString());
      } catch (CharacterCodingException e) {
        noTextLast = new Line(line.number(), line.offset(), new byte[0], line.size());
        noTextFirst = noTextFirst == null ? noTextLast : noTextFirst;
      }
    }

    /** The line before is written now; a splitter looks for the next one earlier than that. */
    @Override
    public String next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      copyWhatIsNoText();
      number = next.number();
      String line = next.text();
      next = null;
      return line;
    }

    private void copyWhatIsNoText() {
      if (noTextFirst == null) {
        return;
      }
      try {
        long end = noTextLast.offset() + noTextLast.size();
        begin(noTextFirst.number());
        copy(noTextFirst.offset(), end - noTextFirst.offset());
        written += noTextLast.number() - noTextFirst.number();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      noTextFirst = null;
    }

    /** Copies lines with what is between them: line ends, and lines that are blank. */
    private void copy(long offset, long size) throws IOException {
      try (InputStream in = Files.newInputStream(folder.lines())) {
        in.skipNBytes(offset);
        byte[] buffer = new byte[1 << 16];
        int read;
        for (long left = size;
            left > 0 && (read = in.read(buffer, 0, (int) Math.min(buffer.length, left))) > 0;
            left -= read) {
          out.write(buffer, 0, read);
        }
      }
      out.write('\n');
    }

    /** Lines keep their numbers, by which they are reported. */
    private void begin(long lineNumber) throws IOException {
      while (written < lineNumber - 1) {
        out.write('\n');
        written++;
      }
      written++;
    }

    private void write(String text) throws IOException {
      begin(number);
      out.write(text.getBytes(UTF_8));
      out.write('\n');
    }

    @Override
    public void close() throws IOException {
      isClosed = true;
      lines.close();
    }
  }

  /** Begins, from nothing. */
  public Changing open(String runId) throws IOException {
    Run run = context.ledger().queries().run(runId);
    RunFolder folder = context.folder(run);
    InputGuard.check(run, folder);
    Files.deleteIfExists(folder.changed());
    InputLines.prepare(run, folder, context.settings().inputLimits(), context.progress());
    return new Changing(
        run,
        folder,
        LineReader.open(folder.lines(), context.settings().lines().maxBytes()),
        context.progress());
  }

  /**
   * Takes a line as it is now.
   *
   * @param changed text, or what becomes a JSON object; nothing leaves the line out
   * @throws RunFailure when it is more than one line
   */
  public void write(Changing changing, Object changed) throws IOException {
    String line =
        changed instanceof Map ? MAPPER.writeValueAsString(changed) : String.valueOf(changed);
    String text = changed == null ? "" : line.strip();
    if (text.isEmpty()) {
      changing.leftOut++;
      return;
    }
    if (text.indexOf('\n') >= 0) {
      throw new RunFailure(
          "stage.each-line has made more than one line of line "
              + changing.number
              + "; have it write JSON without line breaks.");
    }
    changing.write(text);
  }

  /** Ends the change. */
  public void finish(Changing changing) throws IOException {
    changing.copyWhatIsNoText();
    changing.out.close();
    AtomicFiles.publish(changing.aside, changing.folder.changed());
    if (changing.leftOut > 0) {
      LOG.info("{}: stage.each-line leaves out {} lines", changing.run.name(), changing.leftOut);
    }
  }
}
