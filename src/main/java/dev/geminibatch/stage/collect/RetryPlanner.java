package dev.geminibatch.stage.collect;

import dev.geminibatch.answer.AnswerCheck;
import dev.geminibatch.answer.DeadFile;
import dev.geminibatch.answer.JobAnswers;
import dev.geminibatch.answer.JobProblem;
import dev.geminibatch.io.Amounts;
import dev.geminibatch.job.JobIndex;
import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.line.BatchRequest;
import dev.geminibatch.line.CheckedLine;
import dev.geminibatch.line.FileTag;
import dev.geminibatch.line.Line;
import dev.geminibatch.line.LineNumberSet;
import dev.geminibatch.line.LineProblem;
import dev.geminibatch.line.LineReader;
import dev.geminibatch.line.LinesAt;
import dev.geminibatch.line.ProblemCode;
import dev.geminibatch.line.RequestReader;
import dev.geminibatch.media.ReferenceIndex;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunFolder;
import dev.geminibatch.service.ProjectId;
import dev.geminibatch.service.ServiceWords;
import dev.geminibatch.settings.Settings;
import dev.geminibatch.stage.StageContext;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the lines of a run again that have no answer and may get one: only those, as further jobs
 * of the same run, a few times at most.
 */
public final class RetryPlanner {
  private static final Logger LOG = LoggerFactory.getLogger("collect");

  /** A service that refuses other lines of a job each time is not asked forever. */
  private static final int MOST_WITHOUT_SENDING = 20;

  /** So many files are marked in one transaction. */
  private static final int GROUP = 1000;

  private static final Duration QUOTA_WAIT = Duration.ofMinutes(1);

  private final StageContext context;
  private final Ledger ledger;
  private final ReferenceIndex references;
  private final RequestReader requests;

  public RetryPlanner(StageContext context, RequestReader requests) {
    this.context = context;
    this.ledger = context.ledger();
    this.references = ledger.uploads();
    this.requests = requests;
  }

  /** What there is to send again. */
  private static final class Plan {
    private final LineNumberSet lines = new LineNumberSet();
    private final LineNumberSet withDeadFiles = new LineNumberSet();
    private boolean quota;
  }

  /**
   * Prepares another attempt if there is something to gain. Done twice, it comes to the same.
   *
   * @param jobs of the run, all of which are collected
   * @param answered the numbers of those of which every line has just been found to be answered
   * @return whether there is another attempt
   */
  boolean prepare(Run run, List<Job> jobs, Set<Integer> answered, AnswerCheck check)
      throws IOException {
    RunFolder folder = context.folder(run);
    long sent = jobs.stream().filter(RetryPlanner::wasSent).map(Job::attempt).distinct().count();
    boolean wasLast = sent >= context.settings().jobs().maxAttempts();
    if (run.attempt() - sent > MOST_WITHOUT_SENDING) {
      return false;
    }
    Plan plan = new Plan();
    for (Job job : jobs) {
      boolean mayFail = !answered.contains(job.number()) && !(wasLast && wasSent(job));
      if (job.attempt() == run.attempt() && !job.cancelAsked() && mayFail) {
        examine(job, folder, check, plan);
      }
    }
    if (plan.lines.size() == 0) {
      return false;
    }
    Settings set = context.settings(run);
    FollowUpBudget budget = new FollowUpBudget(ledger, set, run, folder);
    LineNumberSet lines = plan.lines.sorted();
    Optional<LineProblem> overBudget = budget.exceeded(jobs, lines);
    if (overBudget.isPresent()) {
      LOG.warn(
          "{}: {} without an answer, {}",
          run.name(),
          Amounts.count(lines.size(), "request"),
          overBudget.get().message());
      EndedLines.write(
          folder,
          run.attempt() + 1,
          set.lines().maxBytes(),
          lines::contains,
          line -> overBudget.get());
      return false;
    }
    int attempt = run.attempt() + 1;
    plan.lines.write(folder.lines(attempt));
    claimFiles(run, folder, plan, attempt);
    ledger.runs().sendAgain(run.id(), attempt);
    LOG.info(
        "{}: {} without an answer yet, sent again as attempt {}",
        run.name(),
        Amounts.count(plan.lines.size(), "request"),
        attempt);
    if (plan.quota) {
      ledger.runs().parked(run.id(), "The quota was exhausted; a new attempt follows.", QUOTA_WAIT);
    }
    return true;
  }

  /** A job that the service only checked, and refused for some of its lines, is no attempt. */
  static boolean wasSent(Job job) {
    String refused = JobProblem.Kind.LINES_REFUSED.name();
    return job.name().isPresent() && !job.remote().state().equals(Optional.of(refused));
  }

  private void examine(Job job, RunFolder folder, AnswerCheck check, Plan plan) throws IOException {
    if (!isOtherNextTime(job, folder)) {
      return;
    }
    try (JobAnswers answers = JobAnswers.open(folder, job, check);
        LinesAt input = new LinesAt(folder.input())) {
      while (answers.advance()) {
        LineProblem problem = answers.problem().orElse(null);
        boolean isFile = problem != null && isAboutFile(problem, job);
        CheckedLine line = isFile ? read(input, answers.entry()) : null;
        if (isFile && DeadFile.isNamed(problem, line)) {
          continue; // nobody here can replace it
        }
        problem = isFile ? DeadFile.judged(problem, line) : problem;
        if (problem != null && ProblemCode.isRetriedAutomatically(problem)) {
          plan.lines.add(answers.entry().line());
          plan.quota |=
              problem.is(ProblemCode.RESOURCE_EXHAUSTED)
                  || ServiceWords.isAboutQuota(problem.message());
          if (isFile && !isInput(problem, job)) {
            plan.withDeadFiles.add(answers.entry().line());
          }
        }
      }
    }
  }

  /** Whether a job that ended because a file is gone would be another one when sent again. */
  private boolean isOtherNextTime(Job job, RunFolder folder) throws IOException {
    LineProblem problem = JobProblem.of(job);
    if (!problem.is(ProblemCode.JOB_FILES_GONE) || job.name().isEmpty() || isInput(problem, job)) {
      return true;
    }
    try (JobIndex.Reader index = new JobIndex.Reader(folder.jobIndex(job.number()));
        LinesAt input = new LinesAt(folder.input())) {
      for (Optional<JobIndex.Entry> entry; (entry = index.next()).isPresent(); ) {
        CheckedLine line = read(input, entry.get());
        boolean hasUpload = line instanceof BatchRequest request && !request.tags().isEmpty();
        if (hasUpload || DeadFile.isNamed(problem, line)) {
          return true; // that is uploaded again, or left out
        }
      }
    }
    return false;
  }

  /** Whether the service has said, of the line or of the whole job, that a file is gone. */
  private static boolean isAboutFile(LineProblem problem, Job job) {
    return problem.is(ProblemCode.FILE_GONE)
        || problem.is(ProblemCode.JOB_FILES_GONE) && job.name().isPresent();
  }

  /** Whether the file is the job's own, which is made of other files again in any case. */
  private static boolean isInput(LineProblem problem, Job job) {
    String input = job.inputFile().orElse("").replaceFirst("^files/", "");
    return ServiceWords.fileIds(problem.message()).contains(input);
  }

  private CheckedLine read(LinesAt input, JobIndex.Entry entry) throws IOException {
    byte[] bytes = input.read(entry.offset());
    return requests.read(new Line(entry.line(), entry.offset(), bytes, bytes.length));
  }

  /** The files of these lines are needed once more; references that are dead are forgotten. */
  private void claimFiles(Run run, RunFolder folder, Plan plan, int attempt) throws IOException {
    LineNumberSet wanted = LineNumberSet.read(folder.lines(attempt));
    LineNumberSet dead = plan.withDeadFiles.sorted();
    ProjectId project = context.connection(run).project();
    List<ReferenceIndex.Needed> again = new ArrayList<>();
    try (LineReader lines =
        LineReader.open(folder.input(), context.settings().lines().maxBytes())) {
      while (lines.hasNext()) {
        Line line = lines.next();
        if (wanted.contains(line.number()) && requests.read(line) instanceof BatchRequest request) {
          boolean isDead = dead.contains(line.number());
          request.tags().stream()
              .map(FileTag::path)
              .forEach(tag -> again.add(new ReferenceIndex.Needed(tag, isDead)));
          if (again.size() >= GROUP) {
            references.needAgain(project, run.id(), attempt, again);
            again.clear();
          }
        }
      }
    }
    references.needAgain(project, run.id(), attempt, again);
  }
}
