package dev.geminibatch.stage;

import dev.geminibatch.run.Job;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunScope;
import org.slf4j.event.Level;

/** How the log shows jobs: a run may have thousands, and its story should stay readable. */
public final class JobStory {
  private static final int ALL_UP_TO = 3;

  private JobStory() {}

  /**
   * The first jobs of a run are in it with all that happens, then the 10th, the 100th and so on.
   */
  public static Level level(Job job) {
    int rest = job.number();
    while (rest >= 10 && rest % 10 == 0) {
      rest /= 10;
    }
    return job.number() <= ALL_UP_TO || rest == 1 ? Level.INFO : Level.DEBUG;
  }

  /** What is logged of a job is of its run, unless several share it. */
  public static RunScope scope(Job job, Run run) {
    return isShared(job) || run == null ? RunScope.none() : RunScope.of(run);
  }

  /** Whose job it is: a run, or those that share it. */
  public static String name(Job job, Run run) {
    return isShared(job) || run == null ? Unpacking.name(job) : run.name();
  }

  /** By the name that a pack gets when it is built, which says so. */
  private static boolean isShared(Job job) {
    return job.remote().pack().isPresent() && Unpacking.name(job).matches("(?s).* and \\d+ more");
  }
}
