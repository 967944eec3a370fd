package dev.geminibatch.stage;

import dev.geminibatch.io.LruMap;
import dev.geminibatch.job.JobPacker;
import dev.geminibatch.job.JobRules;
import dev.geminibatch.line.BatchRequest;
import dev.geminibatch.line.CheckedLine;
import dev.geminibatch.line.RejectedLine;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.StateFolder;
import java.io.IOException;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Assembles the jobs of a run while its lines are checked, so that they are parsed once; which can
 * be done as long as no line waits for a file to be uploaded.
 *
 * <p>What is ready is known to this process only, until its turn comes. Without it, the jobs are
 * assembled then.
 */
public final class AssemblyAhead {
  private static final int MOST_KEPT = 500;

  private final StateFolder state;
  private final Function<Run, JobRules> rules;
  private final JobFileAhead uploads;

  /** By run. Those that come to nothing are forgotten by and by. */
  private final Map<String, JobPacker> ready = Collections.synchronizedMap(new LruMap<>(MOST_KEPT));

  /**
   * Nothing is ready yet.
   *
   * @param rules for the jobs of a run
   * @param uploads of what is assembled
   */
  public AssemblyAhead(StateFolder state, Function<Run, JobRules> rules, JobFileAhead uploads) {
    this.state = state;
    this.rules = rules;
    this.uploads = uploads;
  }

  /** The assembly of one run, or what is left of the attempt. */
  public final class Attempt {
    private final Run run;
    private final JobFileAhead.Attempt upload;
    private JobPacker jobs;

    private Attempt(Run run) throws IOException {
      this.run = run;
      this.upload = uploads.begin(run);
      if (!run.isDryRun()) {
        jobs = new JobPacker(run, state.run(run.id()), rules.apply(run), 0);
      }
    }

    /** Adds a line; the first one with a tag ends the attempt. */
    public void add(CheckedLine line) throws IOException {
      if (jobs == null) {
        return;
      }
      if (line instanceof RejectedLine rejected) {
        jobs.reject(rejected);
      } else if (line instanceof BatchRequest request && request.tags().isEmpty()) {
        jobs.add(request, Map.of());
      } else {
        discard();
      }
    }

    /** Lets the lines that were added be sent: all of them were checked. */
    public void advance() throws IOException {
      if (jobs != null) {
        upload.advance(jobs);
      }
    }

    /** Keeps the jobs for {@link #take}. */
    public void keep() throws IOException {
      if (jobs != null) {
        jobs.finish();
        ready.put(run.id(), jobs);
        jobs = null;
      }
    }

    /** Removes what was not kept. */
    public void discard() throws IOException {
      if (jobs != null) {
        uploads.cancel(run.id());
        jobs.discard();
        jobs = null;
      }
    }
  }

  /** Begins, from nothing. */
  public Attempt begin(Run run) throws IOException {
    ready.remove(run.id());
    return new Attempt(run);
  }

  /** The jobs of a run if they are ready; whoever takes them has them alone. */
  public Optional<JobPacker> take(String runId) throws IOException {
    JobPacker jobs = ready.remove(runId);
    return jobs != null && jobs.isIntact() ? Optional.of(jobs) : Optional.empty();
  }
}
