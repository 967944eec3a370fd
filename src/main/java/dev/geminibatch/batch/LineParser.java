package dev.geminibatch.batch;

import dev.geminibatch.request.CheckedLine;
import dev.geminibatch.request.Line;
import dev.geminibatch.request.LineNotes;
import dev.geminibatch.request.LineNotes.Note;
import dev.geminibatch.request.RequestReader;
import dev.geminibatch.settings.LeastRecent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Parses lines on all processors, and each line once if it can: what inspecting a run has found out
 * is kept until its jobs are assembled.
 */
public final class LineParser implements AutoCloseable {
  /** Enough to keep the processors busy, and little beside one line of the largest size. */
  private static final long MOST_BYTES_AHEAD = 6 << 20;

  private static final int MOST_KEPT = 500;

  private final RequestReader requests;
  private final ExecutorService workers;

  /** Of some runs; those that come to nothing are forgotten by and by. */
  private final Map<String, LineNotes> notes =
      Collections.synchronizedMap(new LeastRecent<>(MOST_KEPT));

  public LineParser(RequestReader requests) {
    this.requests = requests;
    this.workers =
        Executors.newFixedThreadPool(
            Runtime.getRuntime().availableProcessors(),
            task -> {
              Thread thread = new Thread(task, "parse");
              thread.setDaemon(true);
              return thread;
            });
  }

  /** A line, and what is known of it already, if anything. */
  private record NotedLine(Line line, Note note) {}

  /** Parses lines. */
  ReadAhead<?, List<CheckedLine>> parse(LineChunks chunks) {
    return new ReadAhead<>(
        chunks,
        lines -> lines.stream().mapToLong(line -> line.bytes().length).sum(),
        MOST_BYTES_AHEAD,
        lines -> lines.stream().map(requests::read).toList(),
        workers);
  }

  /** As {@link #parse(LineChunks)}, for all lines of a run that notes were taken of. */
  ReadAhead<?, List<CheckedLine>> parse(LineChunks chunks, LineNotes.Reader notes) {
    return new ReadAhead<>(
        new WithNotes(chunks, notes),
        lines -> lines.stream().mapToLong(noted -> noted.line().bytes().length).sum(),
        MOST_BYTES_AHEAD,
        lines -> lines.stream().map(this::read).toList(),
        workers);
  }

  private CheckedLine read(NotedLine noted) {
    return noted.note() == null ? requests.read(noted.line()) : noted.note().recall(noted.line());
  }

  private record WithNotes(LineChunks chunks, LineNotes.Reader notes)
      implements Iterator<List<NotedLine>> {
    @Override
    public boolean hasNext() {
      return chunks.hasNext();
    }

    @Override
    public List<NotedLine> next() {
      List<Line> lines = chunks.next();
      List<NotedLine> noted = new ArrayList<>(lines.size());
      try {
        for (Line line : lines) {
          noted.add(new NotedLine(line, notes.next()));
        }
      } catch (IOException e) {
        throw new UncheckedIOException("Cannot read what was noted of the lines", e);
      }
      return noted;
    }
  }

  /** Keeps what is known of all lines of a run, for as long as this process lives. */
  void keep(String runId, LineNotes known) {
    notes.put(runId, known);
  }

  /** What is known of all lines of a run; whoever takes it has it alone. */
  Optional<LineNotes> take(String runId) {
    return Optional.ofNullable(notes.remove(runId));
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
