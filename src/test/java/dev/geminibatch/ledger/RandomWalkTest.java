package dev.geminibatch.ledger;

import static dev.geminibatch.testkit.StageFixture.PROJECT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.geminibatch.run.Job;
import dev.geminibatch.run.JobState;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunState;
import dev.geminibatch.service.JobName;
import dev.geminibatch.service.Tokens;
import dev.geminibatch.testkit.Jobs;
import dev.geminibatch.testkit.ScratchFolder;
import dev.geminibatch.testkit.StageFixture;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.BiConsumer;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/**
 * Moves at random, asked for by two processes in turn: the ledger makes those that the states
 * allow, refuses the others, and both see the same.
 */
class RandomWalkTest {
  private static ScratchFolder folder;
  private static StageFixture here;
  private static StageFixture there;
  private static int runs;

  /** What can be asked of a job, and which state it leads to. */
  private enum JobMove {
    UPLOADED(JobState.UPLOADED, (jobs, job) -> jobs.uploaded(job, PROJECT, "files/x")),
    NOT_UPLOADED(JobState.ASSEMBLED, JobLedger::notUploaded),
    NOT_CREATED(JobState.UPLOADED, JobLedger::notCreated),
    OPENED(JobState.OPEN, (jobs, job) -> jobs.opened(job, name(job), "PENDING")),
    ENDED(JobState.ENDED, (jobs, job) -> jobs.ended(job, "SUCCEEDED", null, "why")),
    COLLECTED(JobState.COLLECTED, (jobs, job) -> jobs.collected(job, 1, 0, Tokens.NONE));

    private final JobState target;
    private final BiConsumer<JobLedger, Job> call;

    JobMove(JobState target, BiConsumer<JobLedger, Job> call) {
      this.target = target;
      this.call = call;
    }

    private static JobName name(Job job) {
      return new JobName("batches/" + job.runId() + "-" + job.number());
    }
  }

  /** One thing that a process asks for. */
  private sealed interface Move {
    /** Moves the reference if it can be moved. */
    boolean change(Reference reference);

    /** Asks the ledger. */
    void ask(Ledger ledger, Reference reference);
  }

  private record OfRun(RunState target) implements Move {
    @Override
    public boolean change(Reference reference) {
      boolean may = reference.run.mayBecome(target);
      reference.run = may ? target : reference.run;
      return may;
    }

    @Override
    public void ask(Ledger ledger, Reference reference) {
      ledger.runs().moveTo(reference.id, target);
    }
  }

  private record OfJob(int job, JobMove move) implements Move {
    @Override
    public boolean change(Reference reference) {
      boolean may = move.target.before().contains(reference.jobs[job]);
      reference.jobs[job] = may ? move.target : reference.jobs[job];
      return may;
    }

    @Override
    public void ask(Ledger ledger, Reference reference) {
      move.call.accept(ledger.jobs(), reference.job(ledger, job));
    }
  }

  /** The one move that nobody may make from the state that it leads to: it is paid for. */
  private record Creation(int job) implements Move {
    @Override
    public boolean change(Reference reference) {
      boolean may = reference.jobs[job] == JobState.UPLOADED;
      reference.jobs[job] = may ? JobState.CREATING : reference.jobs[job];
      return may;
    }

    @Override
    public void ask(Ledger ledger, Reference reference) {
      if (!ledger.jobs().creating(reference.job(ledger, job), Jobs.room(Integer.MAX_VALUE))) {
        throw new IllegalStateException("somebody else is at it");
      }
    }
  }

  /** The one move that moves a job and its run: both or neither. */
  private record ComingBack(int job) implements Move {
    @Override
    public boolean change(Reference reference) {
      boolean may =
          JobState.UPLOADED.before().contains(reference.jobs[job])
              && reference.run.mayBecome(RunState.ASSEMBLED);
      if (may) {
        reference.jobs[job] = JobState.UPLOADED;
        reference.run = RunState.ASSEMBLED;
      }
      return may;
    }

    @Override
    public void ask(Ledger ledger, Reference reference) {
      Job coming = reference.job(ledger, job);
      CreationQueue.Place place =
          ledger
              .creationQueue(() -> 1, (project, model) -> CreationQueue.Limit.NONE, Duration.ZERO)
              .full("x", PROJECT);
      ledger.jobs().toBeCreatedAgain(coming, place);
    }
  }

  /** A run of two jobs, as the ledger should know it. */
  private static final class Reference {
    private final String id;
    private final JobState[] jobs = {JobState.ASSEMBLED, JobState.ASSEMBLED};
    private RunState run = RunState.ASSEMBLED;

    private Reference(String id) {
      this.id = id;
    }

    private Job job(Ledger ledger, int job) {
      return ledger.jobs().job(id, job + 1);
    }
  }

  /** All that a process can know of a run. */
  private record Seen(Run run, List<Job> jobs) {
    static Seen by(StageFixture process, String id) {
      return new Seen(process.run(id), process.jobs().of(id));
    }
  }

  @BeforeContainer
  static void open() throws IOException {
    folder = new ScratchFolder();
    here = StageFixture.open(folder.path());
    there = StageFixture.open(folder.path());
  }

  @AfterContainer
  static void close() throws IOException {
    here.close();
    there.close();
    folder.close();
  }

  @Property(tries = 25)
  void legal_moves_are_made_and_others_change_nothing(@ForAll("walks") List<Move> walk)
      throws IOException {
    Reference reference = begin();
    StageFixture mover = here;
    StageFixture watcher = there;
    for (Move move : walk) {
      Ledger ledger = mover.ledger();
      Seen before = Seen.by(watcher, reference.id);
      if (move.change(reference)) {
        move.ask(ledger, reference);
        check(watcher, reference);
      } else {
        assertThatThrownBy(() -> move.ask(ledger, reference))
            .as("%s from %s", move, before)
            .isInstanceOf(IllegalStateException.class);
        assertThat(Seen.by(watcher, reference.id)).isEqualTo(before);
      }
      StageFixture other = mover;
      mover = watcher;
      watcher = other;
    }
  }

  @Property(tries = 3)
  void a_process_that_starts_later_sees_where_the_walk_has_led(@ForAll("walks") List<Move> walk)
      throws IOException {
    Reference reference = begin();
    for (Move move : walk) {
      if (move.change(reference)) {
        move.ask(here.ledger(), reference);
      }
    }

    try (StageFixture later = StageFixture.open(folder.path())) {
      check(later, reference);
      assertThat(Seen.by(later, reference.id)).isEqualTo(Seen.by(here, reference.id));
    }
  }

  private static Reference begin() throws IOException {
    String id = here.dropped("x" + runs++ + ".jsonl");
    here.runs().inspected(id, id, 2, 0, false);
    here.runs().uploaded(id, 0, 0);
    Run run = here.run(id);
    List<Job> jobs =
        List.of(
            Job.assembled(run, 1, "gemini-x", Jobs.requests(1), "x [" + id + ".1]"),
            Job.assembled(run, 2, "gemini-x", Jobs.requests(1), "x [" + id + ".2]"));
    here.runs().assembled(id, 1, jobs, 0);
    return new Reference(id);
  }

  private static void check(StageFixture process, Reference reference) {
    Seen seen = Seen.by(process, reference.id);
    assertThat(seen.run().state()).isEqualTo(reference.run);
    assertThat(seen.jobs()).extracting(Job::state).containsExactly(reference.jobs);
  }

  @Provide
  Arbitrary<List<Move>> walks() {
    Arbitrary<Integer> job = Arbitraries.of(0, 1);
    Arbitrary<Move> ofRun =
        Arbitraries.of(RunState.class).filter(state -> !state.isFinished()).map(OfRun::new);
    Arbitrary<Move> end = Arbitraries.of(RunState.DELIVERED, RunState.FAILED).map(OfRun::new);
    Arbitrary<Move> ofJob = Combinators.combine(job, Arbitraries.of(JobMove.class)).as(OfJob::new);
    return Arbitraries.frequencyOf(
            Tuple.of(6, ofJob),
            Tuple.of(3, job.map(Creation::new)),
            Tuple.of(1, job.map(ComingBack::new)),
            Tuple.of(3, ofRun),
            Tuple.of(1, end))
        .list()
        .ofMinSize(20)
        .ofMaxSize(30);
  }
}
