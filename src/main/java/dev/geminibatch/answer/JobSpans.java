package dev.geminibatch.answer;

import dev.geminibatch.io.LruMap;
import dev.geminibatch.job.JobIndex;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.JobState;
import dev.geminibatch.run.RunFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/**
 * Between which lines of the input the requests of jobs are. What was read of jobs that do not
 * change any more is remembered for some runs, with sixteen bytes for each job: to open the files
 * of thousands of jobs for each page would take long.
 */
public final class JobSpans {
  private static final int RUNS = 16;

  private final Map<Path, long[]> known = new LruMap<>(RUNS);

  /** The first line of a job and its last one. */
  record Span(long first, long last) {}

  /** The lines of a job; empty if its files are not there. */
  Optional<Span> of(RunFolder folder, Job job) throws IOException {
    Optional<Span> span = known(folder, job);
    if (span.isPresent() || !Files.exists(folder.jobIndex(job.number()))) {
      return span;
    }
    span = read(folder.jobIndex(job.number()));
    if (span.isPresent() && isSent(job)) {
      remember(folder, job, span.get());
    }
    return span;
  }

  /** What is not with the service yet may still be cut. */
  private static boolean isSent(Job job) {
    return job.state().compareTo(JobState.OPEN) >= 0;
  }

  private synchronized Optional<Span> known(RunFolder folder, Job job) {
    long[] spans = isSent(job) ? known.get(folder.path()) : null;
    int at = 2 * job.number();
    return spans == null || at >= spans.length || spans[at] == 0
        ? Optional.empty()
        : Optional.of(new Span(spans[at], spans[at + 1]));
  }

  private synchronized void remember(RunFolder folder, Job job, Span span) {
    int at = 2 * job.number();
    long[] spans = known.getOrDefault(folder.path(), new long[0]);
    if (at + 1 >= spans.length) {
      spans = Arrays.copyOf(spans, Math.max(at + 2, 2 * spans.length));
      known.put(folder.path(), spans);
    }
    spans[at] = span.first();
    spans[at + 1] = span.last();
  }

  private static Optional<Span> read(Path index) throws IOException {
    try (JobIndex.Reader reader = new JobIndex.Reader(index)) {
      if (reader.size() == 0) {
        return Optional.empty();
      }
      long first = reader.next().orElseThrow().line();
      reader.seek(reader.size() - 1L);
      return Optional.of(new Span(first, reader.next().orElseThrow().line()));
    }
  }
}
