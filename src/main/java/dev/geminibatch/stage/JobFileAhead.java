package dev.geminibatch.stage;

import dev.geminibatch.io.LruMap;
import dev.geminibatch.job.JobBody;
import dev.geminibatch.job.JobPacker;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunFolder;
import dev.geminibatch.settings.Hooks;
import dev.geminibatch.settings.Settings;
import java.io.IOException;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * Uploads the file of a large run's first job while the lines of the run are still checked.
 *
 * <p>The service wants to know how large a file is before it gets the first byte of it. That is
 * known as long as the job is a piece of the input: lines that the service takes as they are, all
 * for one model. The first line that is anything else ends the attempt, and the file is uploaded
 * when its turn comes. So what may be sent in vain is what can be sent in the seconds that checking
 * takes.
 *
 * <p>Only lines that were checked are sent, and the last ones not before the job is about to be
 * created: of a run that is refused, answered by another run or waiting for room, nothing is stored
 * with the service.
 */
public final class JobFileAhead {
  /** The size of an input that is worth it. */
  public static final long LEAST_BYTES = 64 << 20;

  private static final int MOST_KEPT = 100;

  private final StageContext context;
  private final long leastBytes;

  /** By run. Those that nobody ends give up by themselves. */
  private final Map<String, PieceUpload> underWay =
      Collections.synchronizedMap(new LruMap<>(MOST_KEPT));

  /**
   * Nothing is under way yet.
   *
   * @param leastBytes of an input
   */
  public JobFileAhead(StageContext context, long leastBytes) {
    this.context = context;
    this.leastBytes = leastBytes;
  }

  /** The uploading for one run. */
  final class Attempt {
    private final Run run;
    private PieceUpload upload;
    private boolean isOver;

    private Attempt(Run run, boolean isOver) {
      this.run = run;
      this.isOver = isOver;
    }

    /** Sends what was checked since the last time, or gives up. */
    void advance(JobPacker jobs) throws IOException {
      if (isOver) {
        return;
      }
      Optional<JobPacker.FirstJob> job = jobs.firstJob();
      if (job.isEmpty()) {
        isOver = true;
        cancel(run.id());
      } else if (upload != null) {
        upload.checked(job.get().piece());
      } else if (job.get().mayHave(Math.min(run.input().size(), job.get().limits().maxBytes()))) {
        upload = start(run, job.get());
      } else {
        isOver = true;
      }
    }
  }

  /** Begins, from nothing. */
  Attempt begin(Run run) throws IOException {
    cancel(run.id());
    return new Attempt(run, !isWorthIt(run));
  }

  private boolean isWorthIt(Run run) throws IOException {
    if (run.input().size() < leastBytes || run.isDryRun() || run.attempt() > 1) {
      return false;
    }
    RunFolder folder = context.folder(run);
    Settings settings = context.settings(run);
    return folder.input().equals(folder.received(run))
        && settings.costs().maxPerFile().isEmpty()
        && isSentAtOnce(settings)
        && !context.ledger().restoration().concerns(run)
        && (run.forced() || !context.ledger().queries().isAsLargeAsAnother(run));
  }

  /** A route of the user between the stages may hold the run, or ask a person. */
  private static boolean isSentAtOnce(Settings settings) {
    Map<String, String> stages = settings.routes().stages();
    return Hooks.NEXT.entrySet().stream()
        .filter(hook -> !hook.getKey().equals("stage.after-collect"))
        .allMatch(hook -> hook.getValue().equals(stages.get(hook.getKey())));
  }

  private PieceUpload start(Run run, JobPacker.FirstJob job) {
    PieceUpload upload =
        new PieceUpload(
            context.folder(run).input(),
            job,
            (content, sent) ->
                JobFileUpload.uploadAhead(
                    context.connection(run).files(),
                    content,
                    JobFileUpload.id(run, 1, context.clock().instant(), 1),
                    JobPacker.displayName(run, 1) + ".jsonl",
                    sent));
    underWay.put(run.id(), upload);
    upload.start();
    return upload;
  }

  /** Ends what is under way for a run, if anything is. */
  void cancel(String runId) {
    PieceUpload upload = underWay.remove(runId);
    if (upload != null) {
      upload.cancel();
    }
  }

  /**
   * Ends the upload of a job's file that was begun ahead, and waits for it.
   *
   * @param body what the file must consist of
   * @param sent receives how many bytes have arrived so far
   * @return its name with the service; empty if it is not there
   */
  public Optional<String> finish(Run run, Job job, JobBody body, LongConsumer sent)
      throws IOException {
    if (job.number() != 1) {
      return Optional.empty();
    }
    PieceUpload upload = underWay.remove(run.id());
    if (upload == null) {
      return Optional.empty();
    }
    try {
      return upload.finish(body, sent);
    } finally {
      upload.cancel();
    }
  }
}
