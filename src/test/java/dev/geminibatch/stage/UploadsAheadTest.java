package dev.geminibatch.stage;

import static dev.geminibatch.testkit.FakeService.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.geminibatch.media.MediaLookup;
import dev.geminibatch.media.RunUploads;
import dev.geminibatch.media.StorageQuota;
import dev.geminibatch.media.Uploader;
import dev.geminibatch.run.RunFailure;
import dev.geminibatch.run.RunState;
import dev.geminibatch.service.ProjectId;
import dev.geminibatch.service.ServiceFailure.Kind;
import dev.geminibatch.stage.upload.MediaUploads;
import dev.geminibatch.testkit.FakeService;
import dev.geminibatch.testkit.FakeService.Call;
import dev.geminibatch.testkit.Samples;
import dev.geminibatch.testkit.StageFixture;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files go to the service while lines are checked, if nothing speaks against it. */
class UploadsAheadTest {
  @TempDir Path folder;
  private final FakeService service = new FakeService();
  private StageFixture fixture;
  private UploadsAhead ahead;

  @AfterEach
  void close() throws IOException {
    fixture.close();
  }

  private void open(String... settings) throws IOException {
    Files.createDirectories(folder.resolve("config"));
    Files.copy(Path.of("config/prices.json"), folder.resolve("config/prices.json"));
    fixture = StageFixture.open(folder, service, settings);
    ahead = fixture.uploadsAhead(Runnable::run);
  }

  private Path media(String name) {
    return fixture.context().settings().uploads().mediaRoot().resolve(name);
  }

  private void picture(String name) {
    try {
      Files.createDirectories(media(name).getParent());
      Files.write(media(name), Samples.png(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A run of a line for each picture. */
  private String dropped(String file, int pictures) throws IOException {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < pictures; i++) {
      picture(i + ".png");
      lines.add(Samples.extraction("k" + i, i + ".png"));
    }
    return fixture.dropped(file, String.join("\n", lines));
  }

  private void upload(String run) throws IOException {
    MediaLookup lookup =
        new MediaLookup(
            fixture.ledger().media(), fixture.context().settings().uploads().rules(), null);
    MediaUploads stage =
        new MediaUploads(
            fixture.context(),
            fixture.references(),
            new Uploader(
                fixture.workspace().connections(), lookup, fixture.references(), new Random(2)),
            new StorageQuota(fixture.workspace().connections(), 1 << 20, fixture.clock()),
            ahead);
    RunUploads uploads = stage.open(run);
    while (uploads.hasNext()) {
      RunUploads.Content content = uploads.next();
      if (!fixture.references().contains(content.key())) {
        stage.upload(uploads, content);
      }
    }
    stage.finish(run, uploads);
  }

  @Test
  void the_first_files_are_uploaded_before_the_last_lines_are_checked() throws IOException {
    open();
    ahead =
        fixture.uploadsAhead(
            task -> {
              picture("199.png"); // the last line's, without which it could not be sent
              task.run();
            });
    String run = dropped("x.jsonl", 200);
    Files.delete(media("199.png"));

    fixture.inspect(run, ahead);

    assertThat(fixture.run(run).counts().rejected()).isZero();
    assertThat(service.count(Call.UPLOAD)).isEqualTo(200);
  }

  @Test
  void what_has_arrived_ahead_is_not_sent_again_and_counts_as_uploaded() throws IOException {
    open();
    String run = dropped("x.jsonl", 70);

    fixture.inspect(run, ahead);
    picture("late.png");
    upload(run);

    assertThat(service.count(Call.UPLOAD)).isEqualTo(70);
    assertThat(fixture.run(run).state()).isEqualTo(RunState.UPLOADED);
    assertThat(fixture.run(run).counts().uploadsNew()).isEqualTo(70);
    assertThat(fixture.run(run).counts().uploadsReused()).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "lines.on-error=fail",
        "budget.max-cost-per-file=1000000",
        "stage.after-inspect=direct:somebody"
      })
  void nothing_is_sent_ahead_of_a_file_that_may_be_refused_or_held(String setting)
      throws IOException {
    open(setting);
    String run = dropped("x.jsonl", 3);

    try {
      fixture.inspect(run, ahead);
    } catch (RunFailure overBudget) {
      assertThat(setting).startsWith("budget");
    }

    assertThat(service.count(Call.UPLOAD)).isZero();
  }

  @Test
  void a_file_whose_lines_are_all_bad_uploads_nothing() throws IOException {
    open();
    picture("a.png");
    String run =
        fixture.dropped(
            "x.jsonl", Samples.nativeLine("k", "[[FILE:a.png]] and [[FILE:missing.png]]"));

    assertThatThrownBy(() -> fixture.inspect(run, ahead)).isInstanceOf(RunFailure.class);

    assertThat(service.count(Call.UPLOAD)).isZero();
  }

  @Test
  void files_that_are_known_from_before_wait_for_what_becomes_of_their_run() throws IOException {
    open();
    String first = dropped("x.jsonl", 3);
    fixture.inspect(first, ahead);
    service.fileNames().forEach(name -> fixture.ledger().uploads().forget(project(), name));
    String second = dropped("y.jsonl", 3);

    fixture.inspect(second, ahead);

    assertThat(service.count(Call.UPLOAD)).as("of the first one").isEqualTo(3);
  }

  private ProjectId project() {
    return fixture.workspace().connection().project();
  }

  @Test
  void trouble_ends_the_uploads_ahead_and_leaves_them_to_the_stage() throws IOException {
    open();
    String run = dropped("x.jsonl", 5);
    service.fail(Call.UPLOAD, failure(Kind.UNAVAILABLE, "overloaded"));

    fixture.inspect(run, ahead);

    assertThat(fixture.run(run).state()).isEqualTo(RunState.INSPECTED);
    assertThat(service.count(Call.UPLOAD)).as("nothing after the failure").isOne();
    upload(run);
    assertThat(service.fileNames()).hasSize(5);
  }

  @Test
  void what_the_service_refuses_ahead_is_not_sent_once_more() throws IOException {
    open();
    String run = dropped("x.jsonl", 3);
    service.fail(Call.UPLOAD, failure(Kind.REFUSED, "no such type"));

    fixture.inspect(run, ahead);
    upload(run);

    assertThat(service.count(Call.UPLOAD)).isEqualTo(3);
    assertThat(fixture.ledger().media().totals(run, 1).files()).as("still to be used").isEqualTo(2);
    assertThat(fixture.run(run).counts().uploadsNew()).isEqualTo(2);
    assertThat(fixture.run(run).counts().uploadsReused()).isZero();
  }

  @Test
  void nothing_is_sent_of_a_run_that_somebody_stops() throws IOException {
    open();
    Queue<Runnable> waiting = new ArrayDeque<>();
    ahead = fixture.uploadsAhead(waiting::add);
    String run = dropped("x.jsonl", 5);
    fixture.inspect(run, ahead);
    assertThat(waiting).hasSize(5);
    waiting.remove().run();

    fixture.context().busy().stop(Set.of(run));
    waiting.forEach(Runnable::run);

    assertThat(service.count(Call.UPLOAD)).isOne();
  }

  @Test
  void what_waits_to_be_uploaded_ahead_is_limited() throws IOException {
    open("upload.concurrency=4");
    Queue<Runnable> waiting = new ArrayDeque<>();
    ahead = fixture.uploadsAhead(waiting::add);

    fixture.inspect(dropped("x.jsonl", 100), ahead);

    assertThat(waiting).hasSize(8);
  }
}
