package dev.geminibatch.media;

import dev.geminibatch.io.DaemonThreads;
import dev.geminibatch.media.UploadClaims.ContentKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The contents that this process has in hand, so that no other member uploads them, and those that
 * it waits for. Threads claim together, and one asks for all that is waited for.
 */
final class SharedClaims {
  private static final Logger LOG = LoggerFactory.getLogger("upload");

  /** Until the first question, and after one that was worth it. */
  private static final Duration ASK_SOON = Duration.ofMillis(20);

  /** A large file may take minutes. */
  private static final Duration ASK_LATE = Duration.ofMillis(320);

  private final UploadClaims claims;
  private final Gathered<Wish> wishes = new Gathered<>(this::claim);

  /** By whom each was claimed: this process may have become another member since. */
  private final Map<ContentKey, String> inHand = new ConcurrentHashMap<>();

  /** What could not be released yet. */
  private final Set<ContentKey> released = ConcurrentHashMap.newKeySet();

  /** What a thread waits for; of one process there is one for each content. */
  private final Map<ContentKey, CountDownLatch> awaited = new ConcurrentHashMap<>();

  private volatile long askAfter = ASK_SOON.toMillis();
  private final AtomicBoolean isAsking = new AtomicBoolean();
  private final ScheduledExecutorService questions =
      Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("uploads-elsewhere"));

  SharedClaims(UploadClaims claims) {
    this.claims = claims;
  }

  private static final class Wish {
    private final ContentKey content;
    private final Instant aliveAt;
    private boolean isGranted;

    Wish(ContentKey content, Instant aliveAt) {
      this.content = content;
      this.aliveAt = aliveAt;
    }
  }

  /** Whether a content is this process's to upload now. */
  boolean claim(ContentKey content, Instant aliveAt) {
    Wish mine = new Wish(content, aliveAt);
    wishes.write(mine);
    return mine.isGranted;
  }

  private void claim(List<Wish> all) {
    Set<ContentKey> contents = new HashSet<>();
    Instant aliveAt = Instant.MIN;
    for (Wish wish : all) {
      contents.add(wish.content);
      aliveAt = wish.aliveAt.isAfter(aliveAt) ? wish.aliveAt : aliveAt;
    }
    Set<ContentKey> granted = claimAhead(contents, aliveAt);
    all.forEach(wish -> wish.isGranted = granted.contains(wish.content));
  }

  /** Claims several at once, each of which is then granted to the first who claims it here. */
  Set<ContentKey> claimAhead(Collection<ContentKey> contents, Instant aliveAt) {
    String holder = claims.holder();
    Set<ContentKey> granted = claims.claim(contents, aliveAt);
    granted.forEach(each -> inHand.put(each, holder));
    released.removeAll(granted);
    return granted;
  }

  /** Whether this process has a content in hand already. */
  boolean isInHand(ContentKey content) {
    String holder = inHand.get(content);
    return holder != null && holder.equals(claims.holder());
  }

  /** All that it has in hand. */
  Set<ContentKey> inHand() {
    return Set.copyOf(inHand.keySet());
  }

  /** The service has a content, and that was written down. */
  void arrived(ContentKey content) {
    inHand.remove(content);
  }

  /** What was in hand is not any more. */
  void release(Collection<ContentKey> contents) {
    boolean isAny = false;
    for (ContentKey each : contents) {
      if (inHand.remove(each) != null) {
        released.add(each);
        isAny = true;
      }
    }
    if (isAny) {
      releaseAll();
    }
  }

  /** What could not be released before, too. */
  void releaseAll() {
    List<ContentKey> all = new ArrayList<>(released);
    if (all.isEmpty()) {
      return;
    }
    try {
      claims.release(all);
      all.forEach(released::remove);
    } catch (RuntimeException e) {
      LOG.debug("The other members will know later what is not uploaded: {}", e.toString());
    }
  }

  /** Waits until no other member has a content in hand. */
  void await(ContentKey content) throws InterruptedException {
    CountDownLatch wait = new CountDownLatch(1);
    awaited.put(content, wait);
    try {
      askSoon();
      wait.await();
    } finally {
      awaited.remove(content);
    }
  }

  private void askSoon() {
    if (isAsking.compareAndSet(false, true)) {
      questions.schedule(this::ask, askAfter, TimeUnit.MILLISECONDS);
    }
  }

  /** One question for all. */
  private void ask() {
    isAsking.set(false);
    Set<ContentKey> all = Set.copyOf(awaited.keySet());
    if (all.isEmpty()) {
      return;
    }
    Set<ContentKey> elsewhere = Set.of();
    try {
      elsewhere = claims.elsewhere(all);
    } catch (RuntimeException e) {
      LOG.debug("Whether others still upload what is waited for is not known: {}", e.toString());
    }
    for (ContentKey each : all) {
      CountDownLatch wait = awaited.get(each);
      if (wait != null && !elsewhere.contains(each)) {
        wait.countDown(); // what is wrong with the ledger it finds out for itself
      }
    }
    askAfter =
        elsewhere.size() < all.size()
            ? ASK_SOON.toMillis()
            : Math.min(2 * askAfter, ASK_LATE.toMillis());
    if (!elsewhere.isEmpty()) {
      askSoon();
    }
  }
}
