package dev.geminibatch.window;

import static dev.geminibatch.testkit.Samples.answer;
import static dev.geminibatch.testkit.Samples.error;
import static dev.geminibatch.testkit.Samples.nativeLine;
import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.answer.ResultFiles;
import dev.geminibatch.testkit.FakeService;
import dev.geminibatch.testkit.StageFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DownloadSectionTest {
  @TempDir private Path folder;
  private final FakeService service = new FakeService();
  private StageFixture fixture;

  @BeforeEach
  void open() throws IOException {
    fixture = StageFixture.open(folder, service);
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
  }

  private AnsweredRun delivered(String name) throws IOException {
    return AnsweredRun.dropped(fixture, service, name, nativeLine("a", "x"), nativeLine("b", "x"))
        .submit()
        .answer(1, answer("a", "of a"), error("b", 3, "No."))
        .deliver();
  }

  private ResultFiles files(AnsweredRun run) {
    return ResultFiles.beside(fixture.run(run.id()).output().orElseThrow());
  }

  @Test
  void all_files_of_a_run_can_be_had() throws IOException {
    AnsweredRun run = delivered("x.jsonl");

    assertThat(run.page("/files/results")).isEqualTo(Files.readString(files(run).results()));
    assertThat(run.page("/files/errors")).isEqualTo(Files.readString(files(run).errors()));
    assertThat(run.page("/files/report")).isEqualTo(Files.readString(files(run).report()));
    assertThat(run.page("/files/page")).isEqualTo(Files.readString(files(run).page()));
    assertThat(run.at("/api/v1/runs/" + run.id() + "/files/results").status()).isEqualTo(200);
  }

  @Test
  void a_browser_stores_them_and_shows_none() throws IOException {
    AnsweredRun run = delivered("x.jsonl");

    for (String file : new String[] {"results", "errors", "report", "page"}) {
      assertThat(run.get("/files/" + file).headers().get("Content-Disposition"))
          .startsWith("attachment; filename=\"x-");
    }
  }

  @Test
  void a_name_cannot_break_the_header_that_carries_it() throws IOException {
    AnsweredRun run = delivered("a\"; x=\n\u202E é.jsonl");

    assertThat(run.get("/files/results").headers().get("Content-Disposition"))
        .isEqualTo(
            "attachment; filename=\"a__ x___ _-batch-results.jsonl\";"
                + " filename*=UTF-8''a%22%3B%20x%3D%0A%E2%80%AE%20%C3%A9-batch-results.jsonl");
  }

  @Test
  void what_is_not_there_is_refused_in_words() throws IOException {
    AnsweredRun open = AnsweredRun.dropped(fixture, service, "y.jsonl", nativeLine("a", "y"));
    AnsweredRun run = delivered("x.jsonl");
    Files.delete(files(run).results());

    assertThat(open.get("/files/results").status()).isEqualTo(404);
    assertThat(open.page("/files/results")).contains("not delivered yet");
    assertThat(run.get("/files/results").status()).isEqualTo(404);
    assertThat(run.page("/files/results")).contains("any more", fixture.folders().outbox() + "");
    assertThat(run.get("/files/added").status()).isEqualTo(404);
    assertThat(run.get("/files/x").status()).isEqualTo(404);
    assertThat(run.get("/files/..").status()).isEqualTo(404);
    assertThat(run.at("/runs/none/files/results").status()).isEqualTo(404);
  }

  @Test
  void a_link_in_the_place_of_a_file_is_not_followed() throws IOException {
    AnsweredRun run = delivered("x.jsonl");
    Path secret = Files.writeString(folder.resolve("secret"), "secret");
    Files.delete(files(run).errors());
    Files.createSymbolicLink(files(run).errors(), secret);

    assertThat(run.get("/files/errors").status()).isEqualTo(404);
  }

  @Test
  void files_of_another_run_under_the_same_names_are_not_taken_for_its_own() throws IOException {
    AnsweredRun run = delivered("x.jsonl");
    Path report = files(run).report();
    Files.writeString(report, Files.readString(report).replace(run.id(), "another"));

    assertThat(run.get("/files/results").status()).isEqualTo(404);
    assertThat(run.page("/files/results")).contains("Run another has put its files there");
  }
}
