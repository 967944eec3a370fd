package dev.geminibatch.window;

import dev.geminibatch.answer.RunLine;
import dev.geminibatch.answer.RunLine.Verdict;
import dev.geminibatch.answer.RunLines;
import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.run.InputGuard;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.JobState;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Reads what a run has on disk. */
final class RunReader {
  private final Ledger ledger;
  private final RunSources sources;

  RunReader(Sources sources) {
    this.ledger = sources.ledger();
    this.sources = sources.runs();
  }

  /** A run that is shown; empty if there is no such run. */
  Optional<Run> run(String id) {
    return ledger.queries().find(id).filter(run -> !run.isDryRun());
  }

  /** The folder of a run. */
  RunFolder folder(Run run) {
    return sources.state().run(run.id());
  }

  /** Whether its files are still there: a restored ledger may know runs whose files are gone. */
  boolean hasFiles(Run run) {
    return Files.isDirectory(folder(run).path());
  }

  /** Lines, wherever they are now. */
  RunLines.Page lines(Run run, long from, Optional<Verdict> wanted, int most) throws IOException {
    Run paid = run.leader().flatMap(ledger.queries()::find).orElse(run);
    // As for the results: what is not collected belongs to an attempt that came to nothing.
    List<Job> jobs =
        ledger.jobs().of(paid.id()).stream()
            .filter(job -> !paid.isDelivered() || job.state() == JobState.COLLECTED)
            .toList();
    return new RunLines(
            input(run),
            folder(paid),
            jobs,
            sources.rules().apply(run).check(),
            sources.requests(),
            paid.isCancelled())
        .page(from, wanted, most);
  }

  /** One line; empty if there is none with this number. */
  Optional<RunLine> line(Run run, long number) throws IOException {
    return lines(run, number, Optional.empty(), 1).lines().stream()
        .filter(line -> line.number() == number)
        .findFirst();
  }

  /** The lines as they were sent; empty if somebody may have changed them since. */
  private Optional<Path> input(Run run) throws IOException {
    RunFolder folder = folder(run);
    boolean isOwn = !folder.input().equals(folder.received(run));
    return Files.exists(folder.input()) && (isOwn || InputGuard.isUnchanged(run, folder.input()))
        ? Optional.of(folder.input())
        : Optional.empty();
  }
}
