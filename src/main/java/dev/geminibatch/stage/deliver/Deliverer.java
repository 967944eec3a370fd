package dev.geminibatch.stage.deliver;

import dev.geminibatch.answer.AnswerCheck;
import dev.geminibatch.answer.AnswerFiles;
import dev.geminibatch.answer.ResultFiles;
import dev.geminibatch.answer.ResultWriter;
import dev.geminibatch.extension.Delivery;
import dev.geminibatch.io.AtomicFiles;
import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.line.RequestReader;
import dev.geminibatch.media.MediaCatalog;
import dev.geminibatch.report.Report;
import dev.geminibatch.report.ReportPage;
import dev.geminibatch.report.ReportText;
import dev.geminibatch.report.Reports;
import dev.geminibatch.run.InputArchive;
import dev.geminibatch.run.InputGuard;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.JobState;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunClaims;
import dev.geminibatch.run.RunFailure;
import dev.geminibatch.run.RunFolder;
import dev.geminibatch.run.RunState;
import dev.geminibatch.settings.FileOverrides;
import dev.geminibatch.settings.Settings;
import dev.geminibatch.stage.StageContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes a run's results, errors and report, and puts its input away. Every file appears whole; the
 * results appear last, so that whoever waits for them finds the others there.
 */
public final class Deliverer {
  private static final Logger LOG = LoggerFactory.getLogger("deliver");

  private static final DateTimeFormatter MARK = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss");

  private final Ledger ledger;
  private final RunClaims claims;
  private final RequestReader requests;
  private final Settings settings;
  private final Reports reports;
  private final MediaCatalog catalog;
  private final StageContext context;

  public Deliverer(
      StageContext context, Reports reports, MediaCatalog catalog, RequestReader requests) {
    this.catalog = catalog;
    this.ledger = context.ledger();
    this.claims = context.claims();
    this.settings = context.settings();
    this.reports = reports;
    this.requests = requests;
    this.context = context;
  }

  /**
   * Writes the files of a run whose answers are on disk, or that another run has answered. Done
   * twice, it comes to the same.
   *
   * @return null if the run that answers it has not delivered yet
   */
  public Delivery deliver(String runId) throws IOException {
    Run run = ledger.run(runId);
    if (run.state() == RunState.FOLLOWING && !leaderHasDelivered(run)) {
      return null;
    }
    String answeredBy = run.leader().orElse(runId);
    ResultFiles files = ResultFiles.beside(output(run));
    Files.createDirectories(files.results().toAbsolutePath().getParent());
    ResultWriter.Outcome outcome = write(run, answeredBy, files);
    putAway(run);
    LOG.info(
        "{}: {} of {} requests answered, see {}{}",
        run.name(),
        outcome.answered(),
        outcome.answered() + outcome.failed(),
        files.results(),
        outcome.failed() == 0
            ? ""
            : "; " + outcome.failed() + " without an answer, see " + files.errors());
    return new Delivery(
        runId,
        run.name(),
        run.profile(),
        context.folders(run).inbox().toString(),
        files.results().toAbsolutePath().getParent().toString(),
        files.results().toString(),
        outcome.failed() == 0 ? null : files.errors().toString(),
        files.report().toString(),
        outcome.answered() + outcome.failed(),
        outcome.answered());
  }

  /** The run is over. */
  public void finish(Delivery delivery) {
    ledger.delivered(delivery.run(), delivery.answered());
    claims.disown(delivery.run());
  }

  private boolean leaderHasDelivered(Run run) {
    Optional<Run> leader = run.leader().flatMap(ledger::find);
    if (leader.isPresent() && leader.get().state() == RunState.DELIVERED) {
      return true;
    }
    if (leader.isEmpty() || leader.get().state() == RunState.FAILED) {
      LOG.info("{}: the run that was to answer it has failed; it goes on itself", run.name());
      ledger.followAnother(run.id());
    }
    return false;
  }

  private Path output(Run run) {
    if (run.output().isPresent()) {
      return run.output().get();
    }
    Path outbox = context.folders(run).outbox();
    for (String stem : List.of(run.stem(), run.stem() + "." + run.id())) {
      ResultFiles files = ResultFiles.inFolder(outbox, stem);
      boolean free = files.all().stream().noneMatch(Files::exists);
      if (free && ledger.promiseOutput(run.id(), files.results())) {
        return files.results();
      }
    }
    throw new IllegalStateException("Two runs have the id " + run.id());
  }

  private ResultWriter.Outcome write(Run run, String answeredBy, ResultFiles files)
      throws IOException {
    try {
      return writeAside(run, answeredBy, files);
    } catch (IOException | RuntimeException e) {
      // On a full disk they would take the room that somebody makes.
      for (Path file : files.all()) {
        Files.deleteIfExists(AtomicFiles.aside(file, run.id()));
      }
      throw e;
    }
  }

  private ResultWriter.Outcome writeAside(Run run, String answeredBy, ResultFiles files)
      throws IOException {
    RunFolder answers = RunFolder.of(settings, answeredBy);
    RunFolder own = RunFolder.of(settings, run.id());
    // One that was not collected belongs to an attempt that came to nothing.
    List<Job> jobs =
        ledger.jobs(answeredBy).stream().filter(job -> job.state() == JobState.COLLECTED).toList();
    AnswerCheck check = new AnswerCheck(context.settings(run).results().check());
    Path results = AtomicFiles.aside(files.results(), run.id());
    Path errors = AtomicFiles.aside(files.errors(), run.id());
    try (ReportPage page =
            new ReportPage(files.page(), own.pageRows(), tag -> catalog.file(run.id(), tag));
        ResultWriter writer = new ResultWriter(unchangedInput(run, own), requests)) {
      for (Job job : jobs) {
        writer.addJob(answers.firstLine(job), () -> answers.open(job, check), job.attempt());
      }
      for (int attempt = 1; Files.exists(answers.rejected(attempt)); attempt++) {
        writer.addRejected(answers.rejected(attempt), attempt);
      }
      ResultWriter.Outcome outcome = writer.write(results, errors, page);
      Report report = reports.delivered(run, jobs, outcome);
      page.write(report, AtomicFiles.aside(files.page(), run.id()));
      writeAnswerFiles(run, results, files);
      if (outcome.failed() > 0 && Files.exists(own.overrides())) {
        // What is mended and dropped again goes by the same settings.
        AtomicFiles.copy(own.overrides(), FileOverrides.beside(files.errors()));
      }
      publish(files, results, errors, report, outcome, run.id());
      ReportText.lines(report).forEach(LOG::info);
      return outcome;
    }
  }

  private void writeAnswerFiles(Run run, Path results, ResultFiles files) throws IOException {
    Settings set = context.settings(run);
    if (set.pictures().map(Settings.Pictures::answerFiles).orElse(false)) {
      boolean isJson = set.pictures().orElseThrow().schema().isPresent();
      AnswerFiles.write(results, files.answers(), isJson ? ".json" : ".txt");
    }
  }

  /** The input, unless somebody has changed it after its lines were sent. */
  private static Optional<Path> unchangedInput(Run run, RunFolder folder) throws IOException {
    try {
      InputGuard.check(run, folder);
      return Optional.of(folder.input());
    } catch (RunFailure changed) {
      LOG.warn(
          "{}: the input was changed after it had been sent; answers keep the keys under which they"
              + " were sent, and the errors file does not repeat the requests",
          run.name());
      return Optional.empty();
    }
  }

  /** Answers of something else under the same name were paid for, too. */
  private static void keepEarlier(ResultFiles files, Path results) throws IOException {
    if (!Files.exists(files.results()) || Files.mismatch(results, files.results()) < 0) {
      return;
    }
    String mark =
        MARK.format(
            Files.getLastModifiedTime(files.results()).toInstant().atOffset(ZoneOffset.UTC));
    ResultFiles kept = files.marked(mark);
    for (int i = 0; i < files.all().size(); i++) {
      if (Files.exists(files.all().get(i))) {
        AtomicFiles.move(files.all().get(i), kept.all().get(i));
      }
    }
    LOG.info("{} was there already and is kept as {}", files.results(), kept.results());
  }

  /** Gives written files their names, the results last. */
  public static void publish(
      ResultFiles files,
      Path results,
      Path errors,
      Report report,
      ResultWriter.Outcome outcome,
      String id)
      throws IOException {
    keepEarlier(files, results);
    if (outcome.failed() > 0) {
      AtomicFiles.publish(errors, files.errors());
    } else {
      Files.delete(errors);
      Files.deleteIfExists(files.errors()); // of an earlier delivery of the same results
    }
    Path written = AtomicFiles.aside(files.report(), id);
    Reports.write(report, written);
    AtomicFiles.publish(written, files.report());
    Path page = AtomicFiles.aside(files.page(), id);
    if (Files.exists(page)) {
      AtomicFiles.publish(page, files.page());
    }
    AtomicFiles.publish(results, files.results());
  }

  /** A dropped input goes to the archive; one from the command line never left its place. */
  private void putAway(Run run) throws IOException {
    RunFolder folder = RunFolder.of(settings, run.id());
    if (run.fromInbox()) {
      InputArchive.link(context.folders(run).archive(), run, folder);
    }
  }
}
