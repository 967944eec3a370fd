package dev.geminibatch.stage;

import dev.geminibatch.io.LruMap;
import dev.geminibatch.media.MediaFile;
import dev.geminibatch.media.MediaIndex.Entry;
import dev.geminibatch.media.MediaProblem;
import dev.geminibatch.media.StorageQuota;
import dev.geminibatch.media.UploadCache;
import dev.geminibatch.media.Uploader;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunEvent;
import dev.geminibatch.service.ProjectId;
import dev.geminibatch.settings.Settings;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Uploads the files of lines that are checked while further lines still are. Whatever does not come
 * of it, for lack of room or because something fails, the upload stage does.
 *
 * <p>Uploads cost nothing, but nobody wants to send what is then not used. So a run does not begin
 * before its time if it can still be refused as a whole, or waits for somebody's route. And a file
 * that is known from before is left to the stage: its run may turn out to be one that has been
 * answered.
 */
public final class UploadsAhead {
  private static final Logger LOG = LoggerFactory.getLogger("upload");
  private static final int MOST_KEPT = 500;
  private static final int MOST_PROBLEMS = 100;

  /** Offered to other members with one transaction; the first are fewer, so that they begin. */
  private static final int MOST_TOGETHER = 128;

  private static final String NEXT = "stage.after-inspect";

  private final StageContext context;
  private final UploadCache cache;
  private final Uploader uploader;
  private final StorageQuota storage;
  private final Executor threads;
  private final int most;

  /** By run, until somebody asks; nobody asks about runs that fail. */
  private final Map<String, Outcome> outcomes =
      Collections.synchronizedMap(new LruMap<>(MOST_KEPT));

  /** Nothing is uploaded yet; by these threads, some more files at once than may be on the way. */
  public UploadsAhead(
      StageContext context,
      UploadCache cache,
      Uploader uploader,
      StorageQuota storage,
      Executor threads) {
    this.context = context;
    this.cache = cache;
    this.uploader = uploader;
    this.storage = storage;
    this.threads = threads;
    this.most = 2 * context.settings().uploads().concurrency();
  }

  /**
   * Begins.
   *
   * @param settings of the run
   */
  public Attempt begin(Run run, Settings settings) {
    boolean mayBeRefused =
        run.isDryRun()
            || settings.lines().failOnError()
            || settings.costs().maxPerFile().isPresent();
    boolean isNext = "direct:upload".equals(context.settings().routes().stages().get(NEXT));
    return new Attempt(run, isNext && !mayBeRefused);
  }

  /** How many contents of a run have arrived ahead; asked once, in the end. */
  public long arrived(String runId) {
    Outcome outcome = outcomes.remove(runId);
    return outcome == null ? 0 : outcome.arrived().get();
  }

  /** Why a content of a run will never be with the service, if that was found out ahead. */
  public Optional<MediaProblem> problem(String runId, String sha256) {
    return Optional.ofNullable(outcomes.get(runId)).map(all -> all.problems().get(sha256));
  }

  /**
   * What came of a run's uploads.
   *
   * @param problems by content
   */
  private record Outcome(AtomicLong arrived, Map<String, MediaProblem> problems) {}

  /** The uploads of one run. */
  public final class Attempt {
    private final Run run;
    private final Semaphore room = new Semaphore(most);
    private ProjectId project;
    private final Outcome outcome = new Outcome(new AtomicLong(), new ConcurrentHashMap<>());
    private volatile boolean isOver;

    /** For other members, together. */
    private final List<MediaFile> left = new ArrayList<>();

    private int together = context.settings().uploads().concurrency();
    private volatile boolean hasOffered;

    private Attempt(Run run, boolean isAllowed) {
      this.run = run;
      this.isOver = !isAllowed;
      outcomes.put(run.id(), outcome);
    }

    /** A file that a line needs, with what was found out about it. */
    public void offer(Entry found) {
      boolean isKnown = found.type() == null;
      if (isOver || isKnown) {
        return;
      }
      if (project == null) {
        project = context.connection(run).project();
      }
      if (!room.tryAcquire()) {
        offerOthers(found.file());
        return;
      }
      try {
        threads.execute(() -> upload(found));
      } catch (RejectedExecutionException e) {
        isOver = true; // the process ends
      }
    }

    /** There is no room here: other members may have some. */
    private void offerOthers(MediaFile media) {
      if (!context.leases().areShared()) {
        return;
      }
      left.add(media);
      if (left.size() < together) {
        return;
      }
      try {
        hasOffered = true;
        cache.offer(run.id(), project, left);
      } catch (RuntimeException e) {
        LOG.debug("{}: no file is offered ahead: {}", run.name(), e.toString());
      }
      left.clear();
      together = Math.min(2 * together, MOST_TOGETHER);
    }

    private void upload(Entry found) {
      MediaFile media = found.file();
      String key = UploadCache.key(project, media);
      try {
        if (isOver || context.busy().isStopped(run.id()) || !cache.claimAtOnce(key)) {
          return;
        }
        try {
          storage.reserve(project, media.size());
          uploader.upload(key, media, Optional.of(found.stamp()), sent -> {});
          outcome.arrived().incrementAndGet();
          context.progress().happened(new RunEvent.Uploaded(false, media.size()));
        } catch (MediaProblem problem) {
          outcome.problems().put(media.sha256(), problem); // the stage notes it
          isOver = isOver || outcome.problems().size() >= MOST_PROBLEMS;
        } finally {
          cache.release(key);
        }
      } catch (RuntimeException e) {
        isOver = true; // the stage will see what it is
        LOG.debug("{}: no file is uploaded ahead: {}", run.name(), e.toString());
      } finally {
        room.release();
      }
    }

    /** Nothing more of the run is to be sent. */
    public void stop() {
      isOver = true;
      if (hasOffered) {
        try {
          cache.withdraw(run.id());
        } catch (RuntimeException e) {
          LOG.debug("{}: its files are still offered: {}", run.name(), e.toString());
        }
      }
    }
  }
}
