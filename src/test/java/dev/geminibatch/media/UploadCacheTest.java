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
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
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
