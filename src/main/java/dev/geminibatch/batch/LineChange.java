package dev.geminibatch.batch;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.geminibatch.batch.Progress.Unit;
import dev.geminibatch.request.Line;
import dev.geminibatch.request.LineReader;
import dev.geminibatch.settings.ForcedOutput;
import dev.geminibatch.settings.Settings;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has a user's routes change the lines of an input, into a file beside it. What comes after knows
 * only the changed lines.
 */
public final class LineChange {
  private static final Logger LOG = LoggerFactory.getLogger("change");
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final Ledger ledger;
  private final Settings settings;
  private final Progress progress;

  public LineChange(StageContext context) {
    this.ledger = context.ledger();
    this.settings = context.settings();
    this.progress = context.progress();
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
    private boolean isClosed;
    private long number;
    private long leftOut;

    private Changing(Run run, RunFolder folder, LineReader lines, Progress progress)
        throws IOException {
      this.run = run;
      this.folder = folder;
      this.lines = lines;
      this.progress = progress;
      this.size = Files.size(folder.plain());
      this.aside = SafeFiles.aside(folder.changed(), run.id());
      this.out = new ForcedOutput(aside);
    }

    @Override
    public boolean hasNext() {
      return !isClosed && lines.hasNext(); // a splitter asks again after it has closed its source
    }

    @Override
    public String next() {
      Line line = lines.next();
      number = line.number();
      progress.step(run, "changing lines", line.offset() + line.size(), size, Unit.BYTES);
      return new String(line.bytes(), StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
      isClosed = true;
      lines.close();
    }
  }

  /** Begins, from nothing. */
  public Changing open(String runId) throws IOException {
    Run run = ledger.run(runId);
    RunFolder folder = RunFolder.of(settings, runId);
    InputGuard.check(run, folder);
    Files.deleteIfExists(folder.changed());
    if (run.isPacked()) {
      Unpacking.unpack(folder.received(run), folder.plain(), at -> {});
    }
    return new Changing(
        run, folder, LineReader.open(folder.plain(), settings.lines().maxBytes()), progress);
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
    changing.out.write(text.getBytes(StandardCharsets.UTF_8));
    changing.out.write('\n');
  }

  /** Ends the change. */
  public void finish(Changing changing) throws IOException {
    changing.out.close();
    SafeFiles.publish(changing.aside, changing.folder.changed());
    if (changing.leftOut > 0) {
      LOG.info("{}: stage.each-line leaves out {} lines", changing.run.name(), changing.leftOut);
    }
  }
}
