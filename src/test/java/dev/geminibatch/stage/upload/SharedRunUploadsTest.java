package dev.geminibatch.stage.upload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.geminibatch.media.MediaExamination;
import dev.geminibatch.media.MediaFile;
import dev.geminibatch.media.MediaLookup;
import dev.geminibatch.media.MediaRules;
import dev.geminibatch.media.RunUploads;
import dev.geminibatch.media.UploadCache;
import dev.geminibatch.media.UploadClaims;
import dev.geminibatch.media.Uploader;
import dev.geminibatch.service.ProjectId;
import dev.geminibatch.testkit.FakeService;
import dev.geminibatch.testkit.Samples;
import dev.geminibatch.testkit.StageFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** In which order a run takes its contents when other members take some of them. */
class SharedRunUploadsTest {
  private static final ProjectId PROJECT = new ProjectId("project");
  private static final int FILES = 50;

  @TempDir Path folder;
  private final Others others = new Others();
  private StageFixture fixture;
  private UploadCache cache;
  private RunUploads uploads;

  /** Other members, which have some contents in hand and have uploaded others. */
  private static final class Others implements UploadClaims {
    private final Set<String> inHand = ConcurrentHashMap.newKeySet();
    private final Set<String> arrived = new HashSet<>();
    private final Set<String> claimed = ConcurrentHashMap.newKeySet();
    private final Set<String> asked = ConcurrentHashMap.newKeySet();
    private String holder = "first";

    @Override
    public String holder() {
      return holder;
    }

    @Override
    public Set<ContentKey> claim(Collection<ContentKey> contents, Instant aliveAt) {
      Set<ContentKey> ours =
          contents.stream()
              .filter(each -> !inHand.contains(each.sha256()) && !arrived.contains(each.sha256()))
              .collect(Collectors.toSet());
      ours.forEach(each -> claimed.add(each.sha256()));
      return ours;
    }

    @Override
    public Set<ContentKey> elsewhere(Collection<ContentKey> contents) {
      contents.forEach(each -> asked.add(each.sha256()));
      return only(contents, inHand);
    }

    @Override
    public Set<ContentKey> arrived(Collection<ContentKey> contents, Instant aliveAt) {
      return only(contents, arrived);
    }

    private static Set<ContentKey> only(Collection<ContentKey> contents, Set<String> wanted) {
      return contents.stream()
          .filter(each -> wanted.contains(each.sha256()))
          .collect(Collectors.toSet());
    }

    @Override
    public void release(Collection<ContentKey> contents) {
      contents.forEach(each -> claimed.remove(each.sha256()));
    }

    @Override
    public void offer(String runId, Collection<Offer> contents, Instant aliveAt) {}

    @Override
    public List<Offer> offered(Collection<ProjectId> projects, int most) {
      return List.of();
    }

    @Override
    public long withdraw(String runId) {
      return arrived.size();
    }

    @Override
    public void tidy() {}
  }

  @BeforeEach
  void begin() throws IOException {
    FakeService service = new FakeService();
    fixture = StageFixture.open(folder, service);
    MediaLookup lookup =
        new MediaLookup(fixture.ledger().media(), new MediaRules(List.of("image/*"), false), null);
    List<String> names = IntStream.range(0, FILES).mapToObj(i -> i + ".png").toList();
    for (String name : names) {
      Files.write(folder.resolve(name), Samples.png(name));
    }
    String run = fixture.dropped("x.jsonl");
    try (MediaExamination examination = lookup.examine(run, folder, folder)) {
      examination.prepare(names);
    }
    fixture.runs().inspected(run, run, FILES, 0, true);
    cache =
        new UploadCache(
            fixture.ledger().uploads(), fixture.clock(), Duration.ofHours(30), Optional.of(others));
    uploads =
        new RunUploads(
            fixture.ledger().media(),
            new Uploader(fixture.workspace().connections(), lookup, cache, new Random(1)),
            cache,
            run,
            1,
            PROJECT,
            4,
            (files, bytes, totals) -> {});
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
  }

  private List<String> all() {
    return fixture.ledger().media().contentsAfter(uploads.runId(), 1, "", FILES).stream()
        .map(each -> each.media().sha256())
        .toList();
  }

  private List<String> rest() {
    List<String> rest = new ArrayList<>();
    while (uploads.hasNext()) {
      rest.add(uploads.next().media().sha256());
    }
    return rest;
  }

  @Test
  void what_others_have_in_hand_comes_last_and_what_has_arrived_not_at_all() {
    List<String> all = all();
    others.inHand.addAll(all.subList(3, 8));
    others.arrived.addAll(all.subList(20, FILES));

    List<String> taken = rest();

    assertThat(taken.subList(0, 15))
        .containsExactlyElementsOf(
            all.subList(0, 20).stream().filter(each -> !others.inHand.contains(each)).toList());
    assertThat(taken.subList(15, taken.size())).containsExactlyElementsOf(all.subList(3, 8));
    uploads.finish();
    assertThat(uploads.uploaded()).isEqualTo(FILES - 20);
  }

  @Test
  void few_are_in_hand_before_they_are_taken_and_none_when_it_has_failed() {
    MediaFile first = uploads.next().media();

    assertThat(others.claimed).hasSizeBetween(1, 16).contains(first.sha256());
    cache.release(UploadCache.key(PROJECT, first));
    uploads.stop(new IllegalStateException("no more"));

    assertThat(uploads).isExhausted();
    assertThat(catchThrowable(uploads::finish)).hasMessage("no more");
    assertThat(others.claimed).isEmpty();
  }

  private String key(String sha256) {
    return PROJECT + ":" + sha256 + ":image/png";
  }

  /** Of those that are claimed ahead as soon as the first one is handed out. */
  private String claimedAhead() {
    assertThat(uploads.hasNext()).isTrue();
    uploads.next();
    uploads.next();
    assertThat(uploads.hasNext()).isTrue();
    String sha256 = all().get(3);
    assertThat(others.claimed).contains(sha256);
    return sha256;
  }

  @Test
  void what_a_thread_uploads_stays_in_hand_when_another_run_gives_back_what_is_left()
      throws Exception {
    String sha256 = claimedAhead();
    assertThat(cache.claim(key(sha256))).isTrue();

    uploads.finish();

    assertThat(others.claimed).contains(sha256).doesNotContain(all().get(2));
  }

  @Test
  void what_was_claimed_as_an_earlier_member_is_not_in_hand() throws Exception {
    String sha256 = claimedAhead();
    others.holder = "second";
    others.inHand.add(sha256);
    CompletableFuture<Boolean> claim = claimLater(sha256);
    await().until(() -> others.asked.contains(sha256));
    assertThat(claim).isNotDone();

    others.inHand.clear();

    assertThat(claim).succeedsWithin(Duration.ofSeconds(20)).isEqualTo(true);
  }

  @Test
  void who_waits_for_others_keeps_nothing_from_them_that_it_does_not_upload() throws Exception {
    String ahead = claimedAhead();
    String elsewhere = all().get(FILES - 1);
    others.inHand.add(elsewhere);

    CompletableFuture<Boolean> claim = claimLater(elsewhere);
    await().until(() -> !others.claimed.contains(ahead));

    others.inHand.clear();
    assertThat(claim).succeedsWithin(Duration.ofSeconds(20)).isEqualTo(true);
  }

  private CompletableFuture<Boolean> claimLater(String sha256) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return cache.claim(key(sha256));
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        });
  }
}
