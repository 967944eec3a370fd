package dev.geminibatch.window;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.geminibatch.answer.JobSpans;
import dev.geminibatch.answer.RunLine;
import dev.geminibatch.answer.RunLine.Verdict;
import dev.geminibatch.answer.RunLines;
import dev.geminibatch.cost.Preflight;
import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.report.MemberView;
import dev.geminibatch.report.Report;
import dev.geminibatch.run.InputGuard;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.JobState;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunFolder;
import dev.geminibatch.service.Tokens;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads what a run has on disk. */
final class RunReader {
  private static final Logger LOG = LoggerFactory.getLogger("window");
  private static final ObjectMapper JSON = new ObjectMapper();

  /** So many lines without an answer are read for a page that groups them. */
  private static final int MOST_FAILED = 200;

  private final Ledger ledger;
  private final RunSources sources;
  private final Clock clock;
  private final JobSpans spans = new JobSpans();

  RunReader(Sources sources) {
    this.ledger = sources.ledger();
    this.sources = sources.runs();
    this.clock = sources.clock();
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

  /** Who has its files, if this member has not. */
  Optional<String> elsewhere(Run run) {
    return ledger.whereabouts().of(run).flatMap(MemberView::elsewhere);
  }

  /** Lines, wherever they are now. */
  RunLines.Page lines(Run run, long from, Optional<Verdict> wanted, int most) throws IOException {
    if (!hasFiles(run)) {
      return RunLines.Page.NONE;
    }
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
            spans,
            sources.rules().apply(run).check(),
            sources.requests(),
            paid.isCancelled())
        .page(from, wanted, most);
  }

  /** All that there is to show of a run besides its state. */
  RunDetails details(Run run) {
    List<Job> jobs = ledger.jobs().of(run.id());
    Optional<Preflight> preflight = preflight(run);
    Optional<Report> report = report(run);
    RunLines.Page failed =
        read(run, () -> lines(run, 1, Optional.of(Verdict.FAILED), MOST_FAILED))
            .orElse(RunLines.Page.NONE);
    Outbox outbox = new Outbox(run);
    List<Outbox.Found> files = outbox.files();
    return new RunDetails(
        RunStory.of(run, folder(run), jobs, preflight, report, clock.instant()),
        jobs.stream().map(job -> new RunDetails.JobRow(job, ledger.packs().sharing(job))).toList(),
        jobs.stream().map(job -> job.outcome().tokens()).reduce(Tokens.NONE, Tokens::plus),
        preflight.map(Preflight::cost),
        report.map(Report::cost),
        sources.rules().apply(run).mostCost(),
        FailureGroups.of(
            failed, report.filter(each -> each.delivered() != null).map(Report::failures)),
        files,
        outbox.whyNone().or(() -> files.isEmpty() ? elsewhere(run) : Optional.empty()).orElse(""));
  }

  private Optional<Preflight> preflight(Run run) {
    Path file = folder(run).preflight();
    return Files.exists(file)
        ? read(run, () -> JSON.readValue(file.toFile(), Preflight.class))
        : Optional.empty();
  }

  private Optional<Report> report(Run run) {
    return read(run, () -> sources.reports().of(run));
  }

  /** What an older version has written may be in another form, and some is being written. */
  private static <T> Optional<T> read(Run run, Reading<T> reading) {
    try {
      return Optional.of(reading.read());
    } catch (IOException | UncheckedIOException e) {
      LOG.debug("A file of run {} cannot be read", run.id(), e);
      return Optional.empty();
    }
  }

  /** Reads a file. */
  @FunctionalInterface
  private interface Reading<T> {
    T read() throws IOException;
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
