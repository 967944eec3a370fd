package dev.geminibatch.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.run.StateFolder;
import dev.geminibatch.sandbox.MovableClock;
import dev.geminibatch.service.ProjectId;
import dev.geminibatch.service.RemoteFile;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UploadCacheTest {
  private static final MediaFile MEDIA = new MediaFile(Path.of("x.jpg"), "abc", 3, "image/jpeg");
  private static final String KEY = UploadCache.key(new ProjectId("project"), MEDIA);

  @TempDir Path folder;
  private final MovableClock clock = new MovableClock(Clock.systemUTC());
  private Ledger ledger;
  private UploadCache cache;

  @BeforeEach
  void open() throws IOException {
    ledger = Ledger.open(new StateFolder(folder), clock);
    cache = new UploadCache(ledger.uploads(), clock, Duration.ofHours(25));
  }

  @AfterEach
  void close() {
    ledger.close();
  }

  @Test
  void a_content_is_uploaded_by_one_and_found_by_the_other() throws Exception {
    assertThat(cache.claim(KEY)).isTrue();
    CompletableFuture<Boolean> other = claimElsewhere();
    assertThat(other).isNotDone();

    put(48);
    cache.release(KEY);

    assertThat(other.get()).as("nothing left to upload").isFalse();
  }

  @Test
  void when_an_upload_fails_the_one_that_waits_tries_next() throws Exception {
    assertThat(cache.claim(KEY)).isTrue();
    CompletableFuture<Boolean> other = claimElsewhere();

    cache.release(KEY);

    assertThat(other.get()).isTrue();
  }

  @Test
  void a_reference_is_used_only_while_it_outlives_the_job() {
    put(48);
    assertThat(cache.contains(KEY)).isTrue();

    clock.forward(Duration.ofHours(24));

    assertThat(cache.contains(KEY)).isFalse();
  }

  @Test
  void another_project_never_gets_the_reference() {
    put(48);

    assertThat(cache.contains(UploadCache.key(new ProjectId("other"), MEDIA))).isFalse();
  }

  @Test
  void references_outlive_the_process() throws IOException {
    put(48);
    ledger.close();
    ledger = Ledger.open(new StateFolder(folder), clock);

    assertThat(new UploadCache(ledger.uploads(), clock, Duration.ofHours(25)).contains(KEY))
        .isTrue();
  }

  @Test
  void references_that_arrive_together_are_written_together() throws Exception {
    SlowIndex index = new SlowIndex();
    Gathered<ReferenceIndex.Stored> arrivals = new Gathered<>(index::put);
    List<Thread> threads = new ArrayList<>();
    threads.add(index.putElsewhere(arrivals, "first"));
    index.isWriting.await();
    for (String name : List.of("a", "b", "c")) {
      Thread thread = index.putElsewhere(arrivals, name);
      await().until(() -> thread.getState() == Thread.State.BLOCKED);
      threads.add(thread);
    }

    index.mayWrite.countDown();
    for (Thread thread : threads) {
      thread.join();
    }

    assertThat(index.transactions).first().isEqualTo(Set.of("first"));
    assertThat(index.transactions.get(1)).isEqualTo(Set.of("a", "b", "c"));
    assertThat(index.transactions).hasSize(2);
  }

  @Test
  void what_one_could_not_write_for_others_they_write_themselves() throws Exception {
    SlowIndex index = new SlowIndex();
    Gathered<ReferenceIndex.Stored> arrivals = new Gathered<>(index::put);
    Thread first = index.putElsewhere(arrivals, "first");
    index.isWriting.await();
    List<Thread> others = new ArrayList<>();
    for (String name : List.of("a", "b")) {
      Thread thread = index.putElsewhere(arrivals, name);
      await().until(() -> thread.getState() == Thread.State.BLOCKED);
      others.add(thread);
    }
    index.failing = 2; // the first one, and who writes for both others

    index.mayWrite.countDown();
    first.join();
    for (Thread other : others) {
      other.join();
    }

    assertThat(index.transactions).as("by the one that did not fail").hasSize(1);
    assertThat(index.failures).hasValue(2);
  }

  /** The first one that writes waits until it may. */
  private static final class SlowIndex implements ReferenceIndex {
    private final CountDownLatch isWriting = new CountDownLatch(1);
    private final CountDownLatch mayWrite = new CountDownLatch(1);
    private final List<Set<String>> transactions = new ArrayList<>();
    private final AtomicInteger failures = new AtomicInteger();
    private int failing;

    Thread putElsewhere(Gathered<ReferenceIndex.Stored> arrivals, String sha256) {
      Stored content =
          new Stored(
              new ProjectId("project"), new MediaFile(Path.of("x"), sha256, 1, "image/png"), null);
      Thread thread =
          new Thread(
              () -> {
                try {
                  arrivals.write(content);
                } catch (IllegalStateException e) {
                  failures.incrementAndGet();
                }
              });
      thread.start();
      return thread;
    }

    @Override
    public void put(List<Stored> contents) {
      isWriting.countDown();
      try {
        mayWrite.await();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
      if (failing-- > 0) {
        throw new IllegalStateException("The disk is full");
      }
      transactions.add(
          contents.stream().map(each -> each.media().sha256()).collect(Collectors.toSet()));
    }

    @Override
    public boolean contains(ProjectId project, String sha256, String mimeType, Instant aliveAt) {
      throw new AssertionError();
    }

    @Override
    public TagReference reference(String runId, ProjectId project, String tag) {
      throw new AssertionError();
    }

    @Override
    public long bytesWithoutReference(
        String runId, int attempt, ProjectId project, Instant aliveAt) {
      throw new AssertionError();
    }

    @Override
    public boolean hasStaleReference(
        String runId, int attempt, ProjectId project, Instant aliveAt, Instant youngSince) {
      throw new AssertionError();
    }

    @Override
    public void needAgain(ProjectId project, String runId, int attempt, List<Needed> files) {
      throw new AssertionError();
    }
  }

  private CompletableFuture<Boolean> claimElsewhere() {
    CompletableFuture<Boolean> claimed = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                claimed.complete(cache.claim(KEY));
              } catch (InterruptedException e) {
                claimed.completeExceptionally(e);
              }
            });
    thread.start();
    await().until(() -> thread.getState() == Thread.State.WAITING);
    return claimed;
  }

  private void put(int hours) {
    cache.put(
        KEY,
        MEDIA,
        new RemoteFile(
            "files/x",
            "x",
            "https://host/files/x",
            "image/jpeg",
            3,
            "ACTIVE",
            Optional.empty(),
            Optional.of(clock.instant()),
            Optional.of(clock.instant().plus(Duration.ofHours(hours))),
            Optional.empty()));
  }
}
