package dev.geminibatch.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.geminibatch.media.FileStamp;
import dev.geminibatch.media.MediaFile;
import dev.geminibatch.media.MediaIndex.Entry;
import dev.geminibatch.media.ReferenceIndex.Needed;
import dev.geminibatch.media.ReferenceIndex.Stored;
import dev.geminibatch.media.ReferenceIndex.StoredReference;
import dev.geminibatch.media.ReferenceIndex.TagReference;
import dev.geminibatch.service.ProjectId;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a ledger promises of the references that the service gave for contents. */
abstract class UploadTableContract extends LedgerContract {
  private static final Instant EXPIRES = START.plus(Duration.ofHours(48));

  private static MediaFile file(String sha256) {
    return new MediaFile(Path.of("media", sha256 + ".png"), sha256, 3, "image/png");
  }

  /** A run with a tag for each content, which is called like its hash. */
  private String withTags(String... contents) {
    String run = inspected("tags.jsonl");
    for (String sha256 : contents) {
      Entry entry = new Entry(sha256, file(sha256), null, new FileStamp(3, 1), "image/png");
      ledger.media().write(run, List.of(entry));
    }
    return run;
  }

  private void put(ProjectId project, String sha256, Instant expires) {
    ledger
        .uploads()
        .put(
            List.of(
                new Stored(
                    project,
                    file(sha256),
                    new StoredReference(
                        "files/" + sha256, "uri:" + sha256, clock.instant(), expires))));
  }

  @Test
  void a_tag_gets_the_reference_of_its_content_in_the_project() {
    String run = withTags("aa", "bb");
    put(PROJECT, "aa", EXPIRES);

    assertThat(ledger.uploads().reference(run, PROJECT, "aa"))
        .isEqualTo(
            new TagReference(
                "uri:aa", "image/png", EXPIRES, file("aa").tokens(), Optional.empty()));
    assertThat(ledger.uploads().reference(run, OTHER_PROJECT, "aa").uri()).isNull();
    assertThat(ledger.uploads().reference(run, PROJECT, "bb").uri()).isNull();
    assertThatThrownBy(() -> ledger.uploads().reference(run, PROJECT, "none"))
        .hasMessage("Tag was not examined: none");
  }

  @Test
  void a_reference_is_there_until_it_expires_and_a_new_one_takes_its_place() {
    put(PROJECT, "aa", EXPIRES);
    assertThat(ledger.uploads().contains(PROJECT, "aa", "image/png", EXPIRES.minusMillis(1)))
        .isTrue();
    assertThat(ledger.uploads().contains(PROJECT, "aa", "image/png", EXPIRES)).isFalse();

    put(PROJECT, "aa", EXPIRES.plusSeconds(1));

    assertThat(ledger.uploads().contains(PROJECT, "aa", "image/png", EXPIRES)).isTrue();
    assertThat(ledger.uploads().names(PROJECT)).containsExactly("files/aa");
  }

  @Test
  void a_content_that_was_uploaded_under_another_type_is_uploaded_again() {
    String run = withTags("aa");
    put(PROJECT, "aa", EXPIRES);

    assertThat(ledger.uploads().contains(PROJECT, "aa", "image/webp", START)).isFalse();
    assertThat(ledger.uploads().reference(run, PROJECT, "aa").mimeType())
        .as("a request names the type that the service was told")
        .isEqualTo("image/png");
  }

  @Test
  void bytes_to_upload_are_those_of_contents_without_a_living_reference() {
    String run = withTags("aa", "bb", "cc");
    put(PROJECT, "aa", EXPIRES);
    put(PROJECT, "bb", START);

    assertThat(ledger.uploads().bytesWithoutReference(run, 1, PROJECT, START)).isEqualTo(6);
    assertThat(ledger.uploads().bytesWithoutReference(run, 1, OTHER_PROJECT, START)).isEqualTo(9);
    assertThat(ledger.uploads().bytesWithoutReference(run, 2, PROJECT, START)).isZero();
  }

  @Test
  void a_reference_is_stale_when_it_expires_too_soon_and_is_not_young() {
    String run = withTags("aa");
    assertThat(isStale(run, START, START)).as("none at all").isTrue();
    put(PROJECT, "aa", EXPIRES);

    assertThat(isStale(run, EXPIRES.minusMillis(1), START.plusMillis(1))).isFalse();
    assertThat(isStale(run, EXPIRES, START.plusMillis(1))).isTrue();
    assertThat(isStale(run, EXPIRES, START)).as("young").isFalse();
  }

  private boolean isStale(String run, Instant aliveAt, Instant youngSince) {
    return ledger.uploads().hasStaleReference(run, 1, PROJECT, aliveAt, youngSince);
  }

  @Test
  void what_is_needed_once_more_is_of_the_next_attempt_and_the_dead_are_forgotten() {
    String run = withTags("aa", "bb", "cc");
    put(PROJECT, "aa", EXPIRES);
    put(PROJECT, "bb", EXPIRES);

    ledger
        .uploads()
        .needAgain(PROJECT, run, 2, List.of(new Needed("aa", false), new Needed("bb", true)));

    assertThat(ledger.media().totals(run, 2).files()).isEqualTo(2);
    assertThat(ledger.uploads().contains(PROJECT, "aa", "image/png", START)).isTrue();
    assertThat(ledger.uploads().contains(PROJECT, "bb", "image/png", START)).isFalse();
  }

  @Test
  void what_an_unfinished_run_needs_is_not_forgotten() {
    String run = withTags("aa");
    put(PROJECT, "aa", EXPIRES);
    put(PROJECT, "bb", EXPIRES);
    String ofJob = withJob(received("job.jsonl")).inputFile().orElseThrow();

    assertThat(ledger.uploads().names(PROJECT)).containsOnly("files/aa", "files/bb", ofJob);
    assertThat(ledger.uploads().needed(PROJECT)).containsOnly("files/aa", ofJob);
    assertThat(ledger.uploads().forget(PROJECT, "files/aa")).isFalse();
    assertThat(ledger.uploads().forget(PROJECT, "files/bb")).isTrue();
    assertThat(ledger.uploads().contains(PROJECT, "bb", "image/png", START)).isFalse();

    runs().failed(run, "why");
    assertThat(ledger.uploads().forget(PROJECT, "files/aa")).isTrue();
    assertThat(ledger.uploads().contains(PROJECT, "aa", "image/png", START)).isFalse();
  }

  @Test
  void references_that_died_before_a_time_are_forgotten() {
    put(PROJECT, "aa", EXPIRES);
    put(PROJECT, "bb", EXPIRES.plusSeconds(1));

    ledger.uploads().forgetDeadBefore(EXPIRES.plusSeconds(1));

    assertThat(ledger.uploads().names(PROJECT)).containsExactly("files/bb");
  }

  @Test
  void uploads_are_listed_by_age_and_those_that_have_expired_are_not() {
    put(PROJECT, "old", EXPIRES);
    clock.forward(Duration.ofSeconds(1));
    put(OTHER_PROJECT, "bb", EXPIRES.plusSeconds(1));
    put(PROJECT, "aa", EXPIRES.plusSeconds(1));
    UploadList list = ledger.uploadList();

    UploadList.Page first = list.page(START, UploadList.Place.BEGINNING, 2);
    assertThat(first.uploads()).extracting(UploadList.Upload::sha256).containsExactly("aa", "bb");
    UploadList.Place next = UploadList.Place.of(first.next().orElseThrow().word()).orElseThrow();
    assertThat(list.page(START, next, 2).uploads())
        .extracting(UploadList.Upload::sha256)
        .containsExactly("old");
    assertThat(list.page(EXPIRES, UploadList.Place.BEGINNING, 9).uploads()).hasSize(2);
    assertThat(list.totals(EXPIRES))
        .containsExactlyInAnyOrder(
            new UploadList.Total(PROJECT, 1, 3), new UploadList.Total(OTHER_PROJECT, 1, 3));
  }

  @Test
  void who_needs_an_upload_is_known_unless_there_are_very_many_runs() {
    put(PROJECT, "aa", EXPIRES);
    UploadList list = ledger.uploadList();
    List<UploadList.Upload> all = list.page(START, UploadList.Place.BEGINNING, 9).uploads();

    assertThat(list.neededBy(all)).hasValue(Map.of("aa", 0L));
    withTags("aa", "bb");
    withTags("aa");
    assertThat(list.neededBy(all)).hasValue(Map.of("aa", 2L));
    for (int i = 1; i < UploadList.MOST_RUNS; i++) {
      inspected(i + ".jsonl");
    }
    assertThat(list.neededBy(all)).isEmpty();
  }
}
