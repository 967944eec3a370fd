package dev.geminibatch.stage.deliver;

import dev.geminibatch.answer.AnswerCheck;
import dev.geminibatch.answer.AnswerFiles;
import dev.geminibatch.answer.JobAnswers;
import dev.geminibatch.answer.ResultFiles;
import dev.geminibatch.answer.ResultPublisher;
import dev.geminibatch.answer.ResultWriter;
import dev.geminibatch.extension.Delivery;
import dev.geminibatch.io.AtomicFiles;
import dev.geminibatch.io.DirectOutput;
import dev.geminibatch.io.Folders;
import dev.geminibatch.io.LruMap;
import dev.geminibatch.io.PrivateFiles;
import dev.geminibatch.io.Visible;
import dev.geminibatch.job.JobFiles;
import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.line.RequestReader;
import dev.geminibatch.report.InputChange;
import dev.geminibatch.report.Report;
import dev.geminibatch.report.ReportPage;
import dev.geminibatch.report.ReportText;
import dev.geminibatch.report.Reports;
import dev.geminibatch.run.InputArchive;
import dev.geminibatch.run.InputFile;
import dev.geminibatch.run.InputGuard;
import dev.geminibatch.run.InputLimits;
import dev.geminibatch.run.InputMode;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.JobState;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunEvent;
import dev.geminibatch.run.RunFailure;
import dev.geminibatch.run.RunFolder;
import dev.geminibatch.run.RunState;
import dev.geminibatch.settings.Settings;
import dev.geminibatch.stage.ResultsPlace;
import dev.geminibatch.stage.StageContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes a run's results, errors and report, and archives its input. Every file appears whole; the
 * results appear last, so that whoever waits for them finds the others there.
 */
public final class Deliverer {
  private static final Logger LOG = LoggerFactory.getLogger("deliver");

  /** The lines about one run stay together. */
  private static final Object TELLING = new Object();

  private final StageContext context;
  private final Ledger ledger;
  private final Reports reports;
  private final RequestReader requests;

  /** Why requests of runs have no answer, while somebody is being notified of their delivery. */
  private final Map<String, Map<String, Long>> failures =
      Collections.synchronizedMap(new LruMap<>(10_000));

  /** The runs of whose delivery somebody is being notified, mostly nobody. */
  private final Map<String, Run> written = Collections.synchronizedMap(new LruMap<>(100));

  public Deliverer(StageContext context, Reports reports, RequestReader requests) {
    this.context = context;
    this.ledger = context.ledger();
    this.reports = reports;
    this.requests = requests;
  }

  /**
   * Writes the files of a run whose answers are on disk, or that another run has answered.
   * Idempotent.
   *
   * @return null if the run that answers it has not delivered yet
   */
  public Delivery deliver(String runId) throws IOException {
    Run run = ledger.queries().run(runId);
    if (run.state() == RunState.FOLLOWING && !leaderHasDelivered(run)) {
      return null;
    }
    requireAnswers(run);
    ResultFiles files = ResultFiles.beside(ResultsPlace.of(context, run));
    Folders.make(files.results().toAbsolutePath().getParent());
    ResultWriter.Outcome outcome = write(run, files);
    if (run.fromInbox()) {
      InputArchive.link(
          context.folders(run).archive(),
          run,
          context.folder(run),
          context.settings().folders().reserve());
    }
    written.put(runId, run);
    if (outcome.failed() > 0) {
      failures.put(runId, outcome.failuresByCode());
    }
    return delivery(run, files, outcome);
  }

  private Delivery delivery(Run run, ResultFiles files, ResultWriter.Outcome outcome) {
    return new Delivery(
        run.id(),
        Visible.line(run.name()),
        run.profile(),
        context.folders(run).inbox().toString(),
        files.results().toAbsolutePath().getParent().toString(),
        files.results().toString(),
        outcome.failed() == 0 ? null : files.errors().toString(),
        files.report().toString(),
        outcome.requests(),
        outcome.answered());
  }

  /** The run is over. */
  public void finish(Delivery delivery) {
    Run known = written.remove(delivery.run());
    Run run = known == null ? ledger.queries().run(delivery.run()) : known;
    boolean isKept = keepChangedOriginal(run);
    ledger.runs().delivered(delivery.run(), delivery.answered());
    Map<String, Long> byCode = failures.remove(delivery.run());
    context
        .progress()
        .happened(
            new RunEvent.Delivered(run, delivery.answered(), byCode == null ? Map.of() : byCode));
    context.leases().release(delivery.run());
    if (isKept) {
      context.folder(delivery.run()).removeDropped();
    }
  }

  /** Lines may have come into the original while the results were written. */
  private boolean keepChangedOriginal(Run run) {
    RunFolder folder = context.folder(run);
    try {
      InputArchive.linkChangedOriginal(
              context.folders(run).archive(), run, folder, context.settings().folders().reserve())
          .ifPresent(
              kept ->
                  LOG.warn(
                      "{}: the file that was dropped has changed since it was read; it is kept as {}",
                      run.name(),
                      kept));
      return true;
    } catch (IOException e) {
      LOG.warn(
          "{}: the file that was dropped has changed since it was read; it stays in {}, because it"
              + " cannot be archived: {}",
          run.name(),
          folder.dropped(),
          e.getMessage());
      return false;
    }
  }

  /** They are not there when the ledger was restored without the files of finished runs. */
  private void requireAnswers(Run run) {
    Optional<Run> leader = run.leader().flatMap(ledger.queries()::find);
    if (leader.isPresent() && !Files.isDirectory(context.folder(leader.get()).path())) {
      throw new RunFailure(
          "The same content was answered by run "
              + leader.get().id()
              + ", whose files are "
              + ledger
                  .whereabouts()
                  .of(leader.get())
                  .filter(place -> !place.isHere())
                  .map(
                      place ->
                          "in the state folder of " + place.folderOf().orElse("another member"))
                  .orElse("no longer in the state folder")
              + ". Its results were delivered to "
              + leader.get().output().map(Path::toString).orElse("(not known)")
              + ". To pay for it again, give the file a name that ends in .force.jsonl, or use"
              + " --file with --force.");
    }
  }

  private boolean leaderHasDelivered(Run run) {
    Optional<Run> leader = run.leader().flatMap(ledger.queries()::find);
    boolean isDelivered = leader.isPresent() && leader.get().state() == RunState.DELIVERED;
    boolean isForNothing =
        isDelivered && leader.get().isCancelled() && leader.get().counts().answered() == 0;
    if (isDelivered && !isForNothing) {
      return true;
    }
    if (leader.isEmpty() || leader.get().state() == RunState.FAILED || isForNothing) {
      LOG.warn(
          "{}: the run with the same content {}; this one is sent by itself",
          run.name(),
          isForNothing ? "was cancelled" : "has failed");
      ledger.runs().followAnother(run.id());
    }
    return false;
  }

  private ResultWriter.Outcome write(Run run, ResultFiles files) throws IOException {
    ResultPublisher publisher =
        new ResultPublisher(files, run.id(), InputMode.of(context.folder(run), run));
    try {
      return write(run, files, publisher);
    } catch (IOException | RuntimeException e) {
      publisher.discard();
      throw e;
    }
  }

  private ResultWriter.Outcome write(Run run, ResultFiles files, ResultPublisher publisher)
      throws IOException {
    RunFolder own = context.folder(run);
    Settings set = context.settings(run);
    // One that was not collected belongs to an attempt that came to nothing.
    List<Job> jobs =
        ledger.jobs().of(run.leader().orElse(run.id())).stream()
            .filter(job -> job.state() == JobState.COLLECTED)
            .toList();
    try (ReportPage page =
            new ReportPage(
                files.page(), own.pageRows(), tag -> ledger.media().file(run.id(), tag));
        ResultWriter writer = new ResultWriter(unchangedInput(run, own), requests)) {
      addAll(writer, run, jobs, new AnswerCheck(set.lines().strictness()));
      ResultWriter.Outcome outcome =
          writer.write(
              new DirectOutput(publisher.begin(publisher.results())),
              publisher.beginLater(publisher.errors()),
              page);
      Optional<InputChange> change = inputChange(run, own, files, publisher);
      Report report = reports.delivered(run, jobs, outcome, change);
      page.write(report, publisher.begin(publisher.page()));
      PrivateFiles.write(publisher.begin(publisher.report()), reports.keep(run, report));
      if (set.pictures().map(Settings.Pictures::answerFiles).orElse(false)) {
        boolean isJson = set.pictures().orElseThrow().schema().isPresent();
        AnswerFiles.write(
            publisher.results(),
            files.answers(),
            isJson ? ".json" : ".txt",
            InputMode.of(own, run));
      }
      if (outcome.failed() > 0 && Files.exists(own.overrides())) {
        // What is fixed and dropped again goes by the same settings.
        publisher.copy(own.overrides(), InputFile.settingsBeside(files.errors()));
      }
      if (Files.exists(publisher.added()) && Files.exists(own.overrides())) {
        publisher.copy(own.overrides(), InputFile.settingsBeside(files.added()));
      }
      publisher.publish(outcome.failed() > 0);
      synchronized (TELLING) {
        ReportText.delivered(report, files).forEach(LOG::info);
      }
      change.ifPresent(each -> LOG.warn("{}: {}", run.name(), each.inWords()));
      return outcome;
    }
  }

  private void addAll(ResultWriter writer, Run run, List<Job> jobs, AnswerCheck check)
      throws IOException {
    RunFolder answers = context.folder(run.leader().orElse(run.id()));
    boolean isCancelled =
        run.leader()
            .flatMap(ledger.queries()::find)
            .map(Run::isCancelled)
            .orElse(run.isCancelled());
    for (Job job : jobs) {
      writer.addJob(
          JobFiles.of(answers, job.number()).firstLine().orElseThrow(),
          () -> JobAnswers.open(answers, job, check, isCancelled),
          job.attempt(),
          job.outcome().tokens());
    }
    int attempts = jobs.stream().mapToInt(Job::attempt).max().orElse(1);
    // The file of an attempt that rejected nothing may be missing, and one more attempt than has
    // jobs may have been begun.
    for (int attempt = 1;
        attempt <= attempts || Files.exists(answers.rejected(attempt));
        attempt++) {
      if (Files.exists(answers.rejected(attempt))) {
        writer.addRejected(answers.rejected(attempt), attempt);
      }
    }
  }

  /** What was added to the input, or else done to it, after its lines were sent. */
  private Optional<InputChange> inputChange(
      Run run, RunFolder folder, ResultFiles files, ResultPublisher publisher) throws IOException {
    InputLimits limits = context.settings().inputLimits();
    AtomicFiles.deleteIfThere(publisher.added()); // of a delivery that did not come to its end
    OptionalLong added = new AddedLines(run, folder, limits).write(publisher.added());
    if (added.isEmpty()) {
      return Optional.of(InputChange.rewritten());
    }
    return added.getAsLong() == 0
        ? Optional.empty()
        : Optional.of(InputChange.added(added.getAsLong(), files.added()));
  }

  /** The input, unless somebody has changed the lines that were sent. */
  private static Optional<Path> unchangedInput(Run run, RunFolder folder) throws IOException {
    if (InputGuard.isIntact(run, folder)) {
      return Optional.of(folder.input());
    }
    LOG.warn(
        "{}: the input was changed after it had been sent; answers keep the keys under which they"
            + " were sent, and the errors file does not repeat the requests",
        run.name());
    return Optional.empty();
  }
}
