package dev.geminibatch.stage.upload;

import dev.geminibatch.io.Amounts;
import dev.geminibatch.io.DaemonThreads;
import dev.geminibatch.ledger.OfferBell;
import dev.geminibatch.ledger.UploadClaimTable;
import dev.geminibatch.media.MediaFile;
import dev.geminibatch.media.MediaProblem;
import dev.geminibatch.media.StorageQuota;
import dev.geminibatch.media.UploadCache;
import dev.geminibatch.media.UploadClaims.Offer;
import dev.geminibatch.media.Uploader;
import dev.geminibatch.run.RunEvent;
import dev.geminibatch.service.ProjectId;
import dev.geminibatch.stage.StageContext;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Uploads what other members offer, with the threads that have nothing else to do. Each of them
 * takes one content after the other, so that nobody has many in hand when the others are out of
 * work; and from the end of the order in which its run takes them. What fails is left to that run,
 * which says what it is.
 */
public final class UploadHelp implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("upload");

  /** Should nobody have woken us. */
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(30);

  private static final Duration TIDY = Duration.ofHours(1);

  /** Until more may be offered, or fewer threads may be busy. */
  private static final Duration SOON = Duration.ofMillis(50);

  /** After a failure of the server or of the service. */
  private static final Duration PAUSE = Duration.ofMinutes(1);

  /** So many offers are read at once; others may be faster. */
  private static final int PAGE = 64;

  /** Of a page at most such a part is claimed with one transaction: near the end only few. */
  private static final int PARTS = 2;

  private final StageContext context;
  private final UploadClaimTable claims;
  private final UploadCache cache;
  private final Uploader uploader;
  private final StorageQuota storage;
  private final ThreadPoolExecutor pool;
  private final OfferBell bell;
  private final Thread thread = DaemonThreads.named("upload-help").newThread(this::run);

  /** What others may have taken meanwhile; for this thread. */
  private final Queue<Offer> offers = new ArrayDeque<>();

  /** In hand, and not begun yet. */
  private final Queue<Offer> claimed = new ConcurrentLinkedQueue<>();

  private final Map<ProjectId, Instant> pausedUntil = new ConcurrentHashMap<>();

  /** Of our tasks, those that have not begun. */
  private final AtomicInteger queued = new AtomicInteger();

  /** Our tasks that have not ended. */
  private final AtomicInteger tasks = new AtomicInteger();

  private final AtomicLong uploaded = new AtomicLong();

  /** So many are begun while a claim is made, since they end together. */
  private final int few;

  /** To be claimed together. */
  private int together;

  private Instant tidied = Instant.MIN;
  private boolean isWoken;
  private volatile boolean isClosed;

  /**
   * @param pool of the uploads of our own runs
   */
  public UploadHelp(
      StageContext context,
      UploadClaimTable claims,
      UploadCache cache,
      Uploader uploader,
      StorageQuota storage,
      ThreadPoolExecutor pool) {
    this.context = context;
    this.claims = claims;
    this.cache = cache;
    this.uploader = uploader;
    this.storage = storage;
    this.pool = pool;
    this.few = context.settings().uploads().concurrency();
    this.bell = claims.bell();
  }

  /** Begins. */
  public void start() {
    thread.start();
  }

  private void run() {
    try (bell) {
      while (!isClosed) {
        try {
          bell.await(LOOK_AGAIN);
          cache.releaseLate();
          tidy();
          help();
        } catch (RuntimeException e) {
          LOG.debug("Not helping other members with uploads: {}", e.toString());
          pause(LOOK_AGAIN);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the process ends
    }
  }

  private void tidy() {
    Instant now = context.clock().instant();
    if (mayHelp() && now.isAfter(tidied.plus(TIDY))) {
      claims.tidy();
      tidied = now;
    }
  }

  private boolean mayHelp() {
    return !isClosed && context.leases().mayBegin();
  }

  private void help() throws InterruptedException {
    try {
      while (mayHelp()) {
        int room = room();
        if (room > 0 && claimed.size() < few && !claimMore()) {
          break;
        }
        begin(Math.min(room - tasks.get(), claimed.size()));
        pause(SOON);
        if (isNeeded()) {
          giveBack();
        }
      }
    } finally {
      giveBack();
    }
    long files = uploaded.getAndSet(0);
    if (files > 0) {
      LOG.info("{} uploaded for runs of other members", Amounts.count(files, "file"));
    }
  }

  /** The threads that our own runs leave. */
  private int room() {
    int others = pool.getActiveCount() + pool.getQueue().size() - tasks.get();
    return pool.getMaximumPoolSize() - Math.max(0, others);
  }

  /** Whether anything is to be done. */
  private boolean claimMore() {
    if (offers.isEmpty()) {
      offers.addAll(readable());
      together = Math.min(few, (offers.size() + PARTS - 1) / PARTS);
    }
    Map<String, Offer> wanted = new HashMap<>();
    List<ProjectId> projects = projects();
    while (wanted.size() < together && !offers.isEmpty()) {
      Offer offer = offers.remove();
      if (projects.contains(offer.project())) {
        wanted.put(UploadCache.key(offer.project(), offer.media()), offer);
      }
    }
    if (!wanted.isEmpty()) {
      cache.claimAtOnce(wanted.keySet()).forEach(key -> claimed.add(wanted.get(key)));
    }
    return !wanted.isEmpty() || !claimed.isEmpty();
  }

  private void giveBack() {
    List<String> keys = new ArrayList<>();
    for (Offer offer = claimed.poll(); offer != null; offer = claimed.poll()) {
      keys.add(UploadCache.key(offer.project(), offer.media()));
    }
    cache.releaseAll(keys);
  }

  private void begin(int threads) {
    try {
      for (int i = 0; i < threads; i++) {
        tasks.incrementAndGet();
        queued.incrementAndGet();
        pool.execute(this::work);
      }
    } catch (RejectedExecutionException e) {
      isClosed = true;
    }
  }

  /** In no order: two members that help take different ones. */
  private List<Offer> readable() {
    List<Offer> readable = new ArrayList<>();
    for (Offer offer : claims.offered(projects(), PAGE)) {
      if (isReadable(offer.media())) {
        readable.add(offer);
      }
    }
    Collections.shuffle(readable);
    return readable;
  }

  private static boolean isReadable(MediaFile media) {
    try {
      return Files.isReadable(media.path()) && Files.size(media.path()) == media.size();
    } catch (IOException e) {
      return false;
    }
  }

  /** Those whose keys are set here, as long as the service takes them. */
  private List<ProjectId> projects() {
    Instant now = context.clock().instant();
    return context.settings().profiles().all().stream()
        .filter(each -> each.service().key().isPresent())
        .map(each -> context.connections().of(each.service()).project())
        .distinct()
        .filter(project -> context.accounts().of(project).isEmpty())
        .filter(project -> !now.isBefore(pausedUntil.getOrDefault(project, Instant.MIN)))
        .toList();
  }

  /** Whether runs of our own wait for threads. */
  private boolean isNeeded() {
    return pool.getQueue().size() > queued.get();
  }

  private void work() {
    queued.decrementAndGet();
    try {
      while (mayHelp() && !isNeeded()) {
        Offer offer = claimed.poll();
        if (claimed.size() < few) {
          wake();
        }
        if (offer == null) {
          return;
        }
        upload(offer);
      }
    } finally {
      tasks.decrementAndGet();
    }
  }

  private void upload(Offer offer) {
    MediaFile media = offer.media();
    String key = UploadCache.key(offer.project(), media);
    try {
      storage.reserve(offer.project(), media.size());
      uploader.upload(key, media, Optional.empty(), sent -> {});
      uploaded.incrementAndGet();
      context.progress().happened(new RunEvent.Uploaded(false, media.size()));
    } catch (MediaProblem problem) {
      LOG.debug("Left to its run: {}", problem.getMessage());
    } catch (RuntimeException e) {
      pausedUntil.put(offer.project(), context.clock().instant().plus(PAUSE));
      giveBack();
      LOG.debug("Not helping other members with uploads for a while: {}", e.toString());
    } finally {
      cache.release(key);
    }
  }

  private synchronized void pause(Duration most) throws InterruptedException {
    if (!isWoken && !isClosed) {
      wait(most.toMillis());
    }
    isWoken = false;
  }

  private synchronized void wake() {
    isWoken = true;
    notifyAll();
  }

  @Override
  public void close() {
    isClosed = true;
    wake();
    thread.interrupt();
    bell.abort();
  }
}
