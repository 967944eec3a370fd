package dev.geminibatch.media;

import static dev.geminibatch.testkit.FakeService.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.geminibatch.line.ProblemCode;
import dev.geminibatch.service.RemoteFile;
import dev.geminibatch.service.ServiceFailure;
import dev.geminibatch.service.ServiceFailure.Kind;
import dev.geminibatch.testkit.FakeService;
import dev.geminibatch.testkit.FakeService.Call;
import dev.geminibatch.testkit.Samples;
import dev.geminibatch.testkit.StageFixture;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A content is with the service once, and what the cache refers to is that content. */
class UploaderTest {
  private static final String OTHER_HASH = "0".repeat(64);

  @TempDir Path folder;
  private final FakeService service = new FakeService();
  private StageFixture fixture;
  private UploadCache cache;
  private Uploader uploader;
  private Path picture;
  private MediaFile media;
  private String key;

  @BeforeEach
  void examine() throws Exception {
    fixture = StageFixture.open(folder, service);
    cache = fixture.references();
    MediaLookup lookup =
        new MediaLookup(fixture.ledger().media(), new MediaRules(List.of("image/*"), false), null);
    uploader = new Uploader(fixture.workspace().connections(), lookup, cache, new Random(1));
    picture = Files.write(folder.resolve("a.png"), Samples.png("a"));
    String run = fixture.dropped("x.jsonl");
    MediaIndex.Entry found = lookup.look("a.png", new MediaRoot(folder));
    fixture.ledger().media().write(run, List.of(found));
    media = found.file();
    key = UploadCache.key(fixture.workspace().connection().project(), media);
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
  }

  @Test
  void a_file_is_named_by_its_content_and_remembered() throws Exception {
    upload();

    assertThat(service.fileNames()).containsExactly(name());
    assertThat(cache.contains(key)).isTrue();
  }

  @Test
  void a_file_whose_last_answer_was_lost_is_found_and_not_sent_again() throws Exception {
    upload();
    fixture.ledger().uploads().forget(UploadCache.project(key), name());

    upload();

    assertThat(service.fileNames()).containsExactly(name());
    assertThat(cache.contains(key)).isTrue();
  }

  @Test
  void a_name_that_is_taken_by_another_content_is_not_used() throws Exception {
    service.holds(name(), "something else");

    upload();

    assertThat(service.fileNames()).hasSize(2).allMatch(each -> each.startsWith(name()));
    assertThat(cache.contains(key)).isTrue();
  }

  @Test
  void a_name_that_is_taken_by_another_content_of_the_same_size_is_not_used() throws Exception {
    upload();
    fixture.ledger().uploads().forget(UploadCache.project(key), name());
    service.process(file -> withHash(file, OTHER_HASH));
    service.fileAfterAWhile(name());

    upload();

    assertThat(service.fileNames()).hasSize(2);
  }

  @Test
  void a_name_that_is_taken_by_the_content_under_another_type_is_not_used() throws Exception {
    upload();
    fixture.ledger().uploads().forget(UploadCache.project(key), name());
    media = new MediaFile(media.path(), media.sha256(), media.size(), "image/webp");
    key = UploadCache.key(UploadCache.project(key), media);

    upload();

    assertThat(service.fileNames()).hasSize(2);
    assertThat(cache.contains(key)).isTrue();
  }

  @Test
  void a_file_that_will_die_too_soon_is_not_used() throws Exception {
    upload();
    fixture.clock().forward(Duration.ofHours(24));

    upload();

    assertThat(service.fileNames()).hasSize(2);
    assertThat(cache.contains(key)).isTrue();
  }

  @Test
  void whether_a_taken_name_can_be_used_is_not_guessed_while_the_service_is_in_trouble()
      throws Exception {
    upload();
    service.fail(Call.FILE, failure(Kind.UNAVAILABLE, "overloaded"));

    assertThatThrownBy(this::upload).hasMessage("overloaded");

    assertThat(service.fileNames()).hasSize(1);
  }

  @Test
  void a_file_that_was_changed_since_it_was_examined_is_not_sent() throws IOException {
    Files.write(picture, Samples.png("changed"));

    assertThat(problem()).isEqualTo(ProblemCode.FILE_CHANGED);

    assertThat(service.calls()).isEmpty();
  }

  @Test
  void a_file_that_arrived_as_something_else_is_not_remembered() {
    service.store(file -> withHash(file, OTHER_HASH));

    assertThat(problem()).isEqualTo(ProblemCode.FILE_CHANGED);

    assertThat(cache.contains(key)).isFalse();
  }

  @Test
  void the_hash_of_the_service_is_understood_in_every_form_that_was_seen() throws Exception {
    for (String form : forms(media.sha256())) {
      service.store(file -> withHash(file, form));
      service.forget(name());

      upload();
    }
    for (String form : forms(OTHER_HASH)) {
      service.store(file -> withHash(file, form));
      service.forget(name());

      assertThat(problem()).as(form).isEqualTo(ProblemCode.FILE_CHANGED);
    }
  }

  private static List<String> forms(String hash) {
    Base64.Encoder base64 = Base64.getEncoder();
    return List.of(
        hash.toUpperCase(Locale.ROOT),
        base64.encodeToString(HexFormat.of().parseHex(hash)),
        base64.encodeToString(hash.getBytes(StandardCharsets.US_ASCII)));
  }

  @Test
  void a_hash_in_a_form_that_nobody_knows_says_nothing() throws Exception {
    service.store(file -> withHash(file, "unknown form"));

    upload();

    assertThat(cache.contains(key)).isTrue();
  }

  @Test
  void a_file_that_is_still_processed_is_remembered_when_it_is_ready() throws Exception {
    service.store(file -> inState(file, "PROCESSING"));
    service.process(
        file -> {
          assertThat(cache.contains(key)).isFalse();
          return inState(file, "ACTIVE");
        });

    upload();

    assertThat(cache.contains(key)).isTrue();
  }

  @Test
  void a_file_that_is_processed_for_too_long_comes_back_later() {
    service.store(file -> inState(file, "PROCESSING"));
    service.process(
        file -> {
          fixture.clock().forward(Duration.ofMinutes(6));
          return file;
        });

    assertThatThrownBy(this::upload)
        .isInstanceOfSatisfying(
            ServiceFailure.class, failure -> assertThat(failure.isPassing()).isTrue());
    assertThat(service.count(Call.FILE)).as("looks at it, six minutes apart").isEqualTo(2);
    assertThat(cache.contains(key)).isFalse();
  }

  @Test
  void a_file_that_cannot_be_processed_is_refused() {
    service.store(file -> inState(file, "FAILED"));

    assertThat(problem()).isEqualTo(ProblemCode.FILE_REFUSED);

    assertThat(cache.contains(key)).isFalse();
  }

  @Test
  void a_refusal_is_a_problem_of_the_file_and_trouble_is_not() {
    service.fail(Call.UPLOAD, failure(Kind.REFUSED, "no such type"));
    service.fail(Call.UPLOAD, failure(Kind.UNAVAILABLE, "overloaded"));

    assertThat(problem()).isEqualTo(ProblemCode.FILE_REFUSED);
    assertThatThrownBy(this::upload).isInstanceOf(ServiceFailure.class);
  }

  private void upload() throws MediaProblem {
    uploader.upload(key, media, Optional.empty(), sent -> {});
  }

  private ProblemCode problem() {
    try {
      upload();
    } catch (MediaProblem problem) {
      return problem.code();
    }
    throw new AssertionError("The file was uploaded");
  }

  private String name() {
    return "files/gb-" + media.sha256().substring(0, 24);
  }

  private static RemoteFile withHash(RemoteFile file, String hash) {
    return like(file, file.state(), Optional.of(hash));
  }

  private static RemoteFile inState(RemoteFile file, String state) {
    return like(file, state, file.sha256());
  }

  private static RemoteFile like(RemoteFile file, String state, Optional<String> sha256) {
    return new RemoteFile(
        file.name(),
        file.displayName(),
        file.uri(),
        file.mimeType(),
        file.size(),
        state,
        sha256,
        file.created(),
        file.expires(),
        file.error());
  }
}
