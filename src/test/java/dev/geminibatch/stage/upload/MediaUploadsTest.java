package dev.geminibatch.stage.upload;

import static dev.geminibatch.testkit.FakeService.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.geminibatch.media.MediaExamination;
import dev.geminibatch.media.MediaLookup;
import dev.geminibatch.media.MediaRules;
import dev.geminibatch.media.RunUploads;
import dev.geminibatch.media.StorageQuota;
import dev.geminibatch.media.Uploader;
import dev.geminibatch.run.RunFailure;
import dev.geminibatch.run.RunState;
import dev.geminibatch.service.ServiceFailure;
import dev.geminibatch.service.ServiceFailure.Kind;
import dev.geminibatch.testkit.FakeService;
import dev.geminibatch.testkit.FakeService.Call;
import dev.geminibatch.testkit.Samples;
import dev.geminibatch.testkit.StageFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a run when its files go to the service. */
class MediaUploadsTest {
  private static final int SIZE = Samples.png("a").length;

  @TempDir Path folder;
  private final FakeService service = new FakeService();
  private StageFixture fixture;
  private MediaLookup lookup;
  private String run;

  @BeforeEach
  void examine() throws IOException {
    fixture = StageFixture.open(folder, service);
    lookup =
        new MediaLookup(fixture.ledger().media(), new MediaRules(List.of("image/*"), false), null);
    for (String name : List.of("a", "b", "c", "d")) {
      Files.write(folder.resolve(name + ".png"), Samples.png(name));
    }
    Files.write(folder.resolve("copy of a.png"), Samples.png("a"));
    run = examined("x.jsonl", "a.png", "b.png", "copy of a.png");
  }

  private String examined(String name, String... tags) throws IOException {
    String id = fixture.dropped(name);
    try (MediaExamination examination = lookup.examine(id, folder, folder)) {
      examination.prepare(List.of(tags));
    }
    fixture.runs().inspected(id, id, tags.length, 0, true);
    return id;
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
  }

  @Test
  void each_content_is_uploaded_once_under_however_many_names() throws IOException {
    upload(run);

    assertThat(service.count(Call.UPLOAD)).isEqualTo(2);
    assertThat(fixture.run(run).state()).isEqualTo(RunState.UPLOADED);
    assertThat(fixture.run(run).counts().uploadsNew()).isEqualTo(2);
  }

  @Test
  void a_run_without_files_is_written_down_when_it_is_assembled() throws IOException {
    String none = examined("z.jsonl");

    upload(none);

    assertThat(fixture.run(none).state()).isEqualTo(RunState.INSPECTED);
  }

  @Test
  void what_the_service_has_already_is_used_again() throws IOException {
    upload(run);
    String second = examined("y.jsonl", "b.png", "c.png");

    upload(second);

    assertThat(service.count(Call.UPLOAD)).isEqualTo(3);
    assertThat(fixture.run(second).counts().uploadsReused()).isEqualTo(1);
  }

  @Test
  void trouble_stops_the_uploads_and_what_has_arrived_is_not_sent_again() throws IOException {
    run = examined("y.jsonl", "a.png", "b.png", "c.png", "d.png");
    MediaUploads stage = uploads(1_000);
    RunUploads uploads = stage.open(run);
    stage.upload(uploads, uploads.next());
    service.fail(Call.UPLOAD, failure(Kind.UNAVAILABLE, "overloaded"));
    RunUploads.Content second = uploads.next();
    RunUploads.Content third = uploads.next();
    stage.upload(uploads, second);
    stage.upload(uploads, third);

    assertThat(service.count(Call.UPLOAD)).as("nothing after the failure").isEqualTo(2);
    assertThat(uploads).isExhausted();
    assertThatThrownBy(() -> stage.finish(run, uploads)).hasMessage("overloaded");
    assertThat(fixture.run(run).state()).isEqualTo(RunState.INSPECTED);
    upload(run);

    assertThat(service.count(Call.UPLOAD)).isEqualTo(5);
    assertThat(service.fileNames()).hasSize(4);
  }

  @Test
  void a_file_that_the_service_refuses_keeps_no_other_back() throws IOException {
    service.fail(Call.UPLOAD, failure(Kind.REFUSED, "no such type"));

    upload(run);

    assertThat(fixture.run(run).state()).isEqualTo(RunState.UPLOADED);
    assertThat(fixture.run(run).counts().uploadsNew()).isEqualTo(1);
    assertThat(fixture.ledger().media().totals(run, 1).files()).as("still to be used").isOne();
  }

  @Test
  void a_run_whose_files_find_no_room_waits_for_it_and_sends_none() throws IOException {
    service.holds("files/other", "something");

    assertThatThrownBy(() -> uploads(2 * SIZE).open(run))
        .isInstanceOfSatisfying(
            ServiceFailure.class, full -> assertThat(full.kind()).isEqualTo(Kind.QUOTA));

    service.forget("files/other");
    assertThat(uploads(2 * SIZE).open(run)).hasNext();
  }

  @Test
  void a_run_whose_files_can_never_find_room_fails() {
    assertThatThrownBy(() -> uploads(2 * SIZE - 1).open(run))
        .isInstanceOf(RunFailure.class)
        .hasMessageContaining("upload.storage-limit");
  }

  private void upload(String id) {
    MediaUploads stage = uploads(1_000);
    RunUploads uploads = stage.open(id);
    while (uploads.hasNext()) {
      RunUploads.Content content = uploads.next();
      if (!fixture.references().contains(content.key())) {
        stage.upload(uploads, content);
      }
    }
    stage.finish(id, uploads);
  }

  private MediaUploads uploads(long storage) {
    StageFixture on = fixture;
    return new MediaUploads(
        on.context(),
        on.references(),
        new Uploader(on.workspace().connections(), lookup, on.references(), new Random(1)),
        new StorageQuota(on.workspace().connections(), storage, on.clock()),
        on.uploadsAhead(Runnable::run));
  }
}
