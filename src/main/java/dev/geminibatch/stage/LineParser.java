package dev.geminibatch.stage;

import dev.geminibatch.line.CheckedLine;
import dev.geminibatch.line.JsonPieces;
import dev.geminibatch.line.Line;
import dev.geminibatch.line.ReadAhead;
import dev.geminibatch.line.RequestReader;
import dev.geminibatch.settings.Settings;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Parses lines on all processors. */
public final class LineParser implements AutoCloseable {
  /** Enough to keep the processors busy, and little beside one line of the largest size. */
  private static final long MOST_BYTES_AHEAD =
      Math.min(6 << 20, Runtime.getRuntime().maxMemory() / 128);

  private final ExecutorService workers;

  public LineParser() {
    this.workers =
        Executors.newFixedThreadPool(
            Runtime.getRuntime().availableProcessors(),
            task -> {
              Thread thread = new Thread(task, "parse");
              thread.setDaemon(true);
              return thread;
            });
  }

  /** Parses groups of lines, with what is set for their run. */
  public ReadAhead<?, List<CheckedLine>> parse(Iterator<List<Line>> groups, Settings settings) {
    RequestReader requests =
        new RequestReader(settings.lines().maxBytes(), settings.requests().defaults());
    return new ReadAhead<>(
        groups,
        lines -> lines.stream().mapToLong(line -> line.bytes().length).sum(),
        MOST_BYTES_AHEAD,
        lines -> JsonPieces.rejectIn(lines.stream().map(requests::read).toList()),
        workers);
  }

  @Override
  public void close() {
    for (Runnable dropped : workers.shutdownNow()) {
      if (dropped instanceof Future<?> outcome) {
        outcome.cancel(false); // somebody may wait for it
      }
    }
  }
}
