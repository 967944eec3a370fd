package dev.geminibatch.media;

import dev.geminibatch.service.ProjectId;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The uploads of one run: hands out its distinct contents, takes them to the service, and adds up
 * what came of it.
 *
 * <p>Many threads work on it at once. The first failure of the service stops it: the rest is left
 * for the next try, and what has arrived stays in the cache.
 */
public final class RunUploads implements Iterator<RunUploads.Content> {
  private static final int PAGE = 500;

  /** Claimed with one transaction where others might take them. */
  private static final int TOGETHER = 16;

  private final MediaIndex index;
  private final Uploader uploader;
  private final String runId;
  private final int attempt;
  private final ProjectId project;
  private final Listener listener;
  private final UploadCache cache;
  private final int atOnce;
  private final MediaIndex.Totals totals;
  private final AtomicReference<RuntimeException> failure = new AtomicReference<>();
  private final AtomicLong handedOut = new AtomicLong();
  private final AtomicLong uploaded = new AtomicLong();
  private final AtomicLong elsewhere = new AtomicLong();
  private final AtomicLong refused = new AtomicLong();
  private final AtomicLong bytes = new AtomicLong();
  private Iterator<MediaIndex.Needed> page = List.<MediaIndex.Needed>of().iterator();
  private String last = "";

  /** What is about to be handed out. */
  private Iterator<MediaIndex.Needed> next = List.<MediaIndex.Needed>of().iterator();

  /** Of this page. */
  private final List<MediaIndex.Needed> later = new ArrayList<>();

  private final AtomicBoolean hasOffered = new AtomicBoolean();

  /**
   * One content.
   *
   * @param key in the cache
   * @param examined what its file had as a stamp, if that is remembered
   */
  public record Content(String key, MediaFile media, Optional<FileStamp> examined) {}

  /** Receives how the uploads go. */
  @FunctionalInterface
  public interface Listener {
    void progress(long files, long bytes, MediaIndex.Totals totals);
  }

  /**
   * Begins.
   *
   * @param atOnce so many contents this process uploads at the same time; the others it offers
   */
  public RunUploads(
      MediaIndex index,
      Uploader uploader,
      UploadCache cache,
      String runId,
      int attempt,
      ProjectId project,
      int atOnce,
      Listener listener) {
    this.cache = cache;
    this.atOnce = atOnce;
    this.attempt = attempt;
    this.index = index;
    this.uploader = uploader;
    this.runId = runId;
    this.project = project;
    this.listener = listener;
    this.totals = index.totals(runId, attempt);
  }

  @Override
  public boolean hasNext() {
    while (failure.get() == null && !next.hasNext() && advance()) {
      // some may have arrived already
    }
    return failure.get() == null && next.hasNext();
  }

  /** Whether there was more. */
  private boolean advance() {
    if (page.hasNext()) {
      takeNext();
      return true;
    }
    if (!later.isEmpty()) {
      takeLater();
      return true;
    }
    List<MediaIndex.Needed> contents = index.contentsAfter(runId, attempt, last, PAGE);
    if (contents.isEmpty()) {
      return false;
    }
    last = contents.get(contents.size() - 1).media().sha256();
    page = contents.iterator();
    if (contents.size() > atOnce
        && cache.offer(runId, project, media(contents.subList(atOnce, contents.size())))) {
      hasOffered.set(true);
    }
    return true;
  }

  private static List<MediaFile> media(List<MediaIndex.Needed> contents) {
    return contents.stream().map(MediaIndex.Needed::media).toList();
  }

  /** Few at a time: others that have nothing left to do can take the rest. */
  private void takeNext() {
    List<MediaIndex.Needed> few = new ArrayList<>();
    while (few.size() < TOGETHER && page.hasNext()) {
      few.add(page.next());
    }
    if (hasOffered.get()) {
      Set<String> ours = cache.claimAhead(project, media(few));
      few.stream().filter(each -> !ours.contains(key(each))).forEach(later::add);
      few.removeAll(later);
    }
    next = few.iterator();
  }

  /**
   * What others had in hand: no thread waits for them as long as there is something else to do.
   * Most of it has arrived.
   */
  private void takeLater() {
    Set<String> arrived = cache.arrived(project, media(later));
    handedOut.addAndGet(later.stream().filter(each -> arrived.contains(key(each))).count());
    next = later.stream().filter(each -> !arrived.contains(key(each))).toList().iterator();
    later.clear();
  }

  private String key(MediaIndex.Needed content) {
    return UploadCache.key(project, content.media());
  }

  @Override
  public Content next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    MediaIndex.Needed needed = next.next();
    handedOut.incrementAndGet();
    return new Content(key(needed), needed.media(), needed.examined());
  }

  /** Whether the run names no file that could be uploaded. */
  public boolean areNone() {
    return totals.files() == 0 && handedOut.get() == 0;
  }

  /** Whose uploads they are. */
  public String runId() {
    return runId;
  }

  /** Leaves the rest for the next try; {@link #finish} throws why. */
  public void stop(RuntimeException why) {
    failure.compareAndSet(null, why);
  }

  /**
   * Uploads a content; a problem is noted for the lines that need it.
   *
   * @return whether the service has it now
   */
  public boolean upload(Content content) {
    if (failure.get() != null) {
      return false;
    }
    AtomicLong sent = new AtomicLong();
    try {
      uploader.upload(
          content.key(),
          content.media(),
          content.examined(),
          now -> report(bytes.addAndGet(now - sent.getAndSet(now))));
      uploaded.incrementAndGet();
      report(bytes.get());
      return true;
    } catch (MediaProblem problem) {
      refuse(content, problem);
    } catch (RuntimeException e) {
      failure.compareAndSet(null, e);
    }
    return false;
  }

  /** Notes a problem for the lines that need a content. */
  public void refuse(Content content, MediaProblem problem) {
    refused.incrementAndGet();
    index.reject(runId, content.media().sha256(), problem);
  }

  private void report(long bytesSent) {
    listener.progress(uploaded.get(), bytesSent, totals);
  }

  /**
   * Ends the uploads, those of other members, too.
   *
   * @throws RuntimeException the failure that stopped them, if any
   */
  public void finish() {
    if (hasOffered.get()) {
      List<String> left = new ArrayList<>();
      next.forEachRemaining(each -> left.add(key(each)));
      cache.giveBack(left);
      elsewhere.set(cache.withdraw(runId));
    }
    if (failure.get() != null) {
      throw failure.get();
    }
  }

  /** Contents that this process has uploaded, or another one for it. */
  public long uploaded() {
    return uploaded.get() + elsewhere.get();
  }

  /** Contents that the service had already. */
  public long reused() {
    return handedOut.get() - uploaded() - refused.get();
  }
}
