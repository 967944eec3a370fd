package dev.geminibatch.camel;

import static dev.geminibatch.testkit.Outbox.keys;
import static dev.geminibatch.testkit.Samples.png;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.geminibatch.run.Run;
import dev.geminibatch.testkit.WorkshopTest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An inbox for pictures, from the dropped picture to the answer that is named after it. */
class PicturesTest extends WorkshopTest {
  private static final byte[] PDF = "%PDF-1.7\n%%EOF".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] JPEG = {(byte) 0xFF, (byte) 0xD8, (byte) 0xFF, (byte) 0xE0, 0, 16};

  private Path inbox;
  private Path outbox;

  @BeforeEach
  void writePrompt() throws IOException {
    inbox = Files.createDirectories(folder.resolve("inbox/scans"));
    outbox = folder.resolve("outbox/scans");
    Files.writeString(folder.resolve("prompt.txt"), "What is on {{file}}?");
    Files.writeString(
        folder.resolve("schema.json"),
        """
        {"type":"OBJECT","properties":{"title":{"type":"STRING"}},"required":["title"]}""");
  }

  private void openScans(String... more) throws IOException {
    String[] settings = {
      "profile.scans.pictures.prompt-file=prompt.txt",
      "profile.scans.pictures.schema-file=schema.json",
      "profile.scans.pictures.quiet-period=200ms",
      more.length > 0 ? more[0] : "profile.scans.pictures.answer-files=true"
    };
    open(settings);
  }

  @Test
  void pictures_that_arrive_together_become_one_run_with_an_answer_for_each() throws Exception {
    for (int i = 0; i < 23; i++) {
      Files.write(inbox.resolve("p " + i + ".png"), png("p" + i));
    }
    Files.write(inbox.resolve("a.jpg"), JPEG);
    Files.write(inbox.resolve("b.pdf"), PDF);
    Files.write(inbox.resolve("broken.png"), new byte[0]);
    openScans();
    workshop.awaitJobs(1);
    Run run = workshop.awaitRuns(1).get(0);

    String name = run.stem();
    assertThat(name).startsWith("pictures-");
    assertThat(workshop.outbox("scans").results(name)).hasSize(25);
    assertThat(keys(workshop.outbox("scans").errors(name))).containsExactly("broken.png");
    assertThat(workshop.outbox("scans").errors(name).get(0).path("code").asText())
        .isEqualTo("file-empty");
    for (String picture : List.of("p 7.png", "a.jpg", "b.pdf")) {
      assertThat(answer(outbox.resolve(name).resolve(picture + ".json")).path("title").isTextual())
          .isTrue();
    }
    try (var files = Files.list(outbox.resolve(name))) {
      assertThat(files).hasSize(25);
    }
    assertThat(inbox).isEmptyDirectory();
    assertThat(folder.resolve("archive/scans").resolve(name).resolve("a.jpg")).exists();
  }

  @Test
  void a_picture_that_was_mended_is_answered_when_the_errors_are_dropped() throws Exception {
    Files.write(inbox.resolve("1.png"), png("1"));
    Files.write(inbox.resolve("2.png"), new byte[0]);
    openScans();
    workshop.awaitJobs(1);
    String name = workshop.awaitRuns(1).get(0).stem();

    Files.write(folder.resolve("archive/scans").resolve(name).resolve("2.png"), png("2"));
    String errors = name + "-batch-errors.jsonl";
    for (String file : List.of(errors + ".properties", errors)) {
      Files.move(outbox.resolve(file), inbox.resolve(file));
    }
    workshop.awaitJobs(2);
    workshop.awaitRuns(2);

    assertThat(keys(workshop.outbox("scans").results(name + "-batch-errors")))
        .containsExactly("2.png");
    assertThat(outbox.resolve(name + "-batch-errors/2.png.json")).exists();
  }

  @Test
  void the_same_pictures_are_not_paid_for_twice() throws Exception {
    Files.write(inbox.resolve("1.png"), png("1"));
    openScans();
    workshop.awaitJobs(1);
    workshop.awaitRuns(1);
    Files.write(inbox.resolve("1.png"), png("1"));
    workshop.awaitRuns(2);

    assertThat(workshop.sandbox().counters().jobsCreated()).isEqualTo(1);
    assertThat(workshop.runs()).allMatch(run -> run.counts().answered() == 1);
  }

  @Test
  void a_folder_that_is_moved_in_becomes_a_run_of_its_name() throws Exception {
    openScans();
    Path book = Files.createDirectories(folder.resolve("book/chapter"));
    Files.write(book.resolve("1.png"), png("1"));
    Files.write(folder.resolve("book/2.png"), png("2"));
    Files.move(folder.resolve("book"), inbox.resolve("book"));
    await().until(() -> !Files.exists(inbox.resolve("book")));
    workshop.awaitJobs(1);
    workshop.awaitRuns(1);

    assertThat(keys(workshop.outbox("scans").results("book")))
        .containsExactly("2.png", "chapter/1.png");
    assertThat(outbox.resolve("book/chapter/1.png.json")).exists();
  }

  @Test
  void pictures_that_come_later_become_another_run() throws Exception {
    openScans();
    Files.write(inbox.resolve("1.png"), png("1"));
    workshop.awaitJobs(1);
    Files.write(inbox.resolve("1.png"), png("another"));
    workshop.awaitJobs(2);
    workshop.awaitRuns(2);

    assertThat(workshop.runs()).extracting(Run::stem).doesNotHaveDuplicates();
  }

  @Test
  void answers_can_come_as_jsonl_alone() throws Exception {
    openScans("profile.scans.pictures.answer-files=false");
    Files.write(inbox.resolve("1.png"), png("1"));
    workshop.awaitJobs(1);
    Run run = workshop.awaitRuns(1).get(0);

    assertThat(workshop.outbox("scans").results(run.stem())).hasSize(1);
    assertThat(outbox.resolve(run.stem())).doesNotExist();
  }

  @Test
  void what_a_process_had_begun_when_it_ended_is_gone_on_with() throws Exception {
    Path marks = Files.createDirectories(folder.resolve("state/gathered/scans"));
    Files.createFile(marks.resolve("one.begun"));
    Files.createDirectories(folder.resolve("archive/scans/one"));
    Files.write(folder.resolve("archive/scans/one/1.png"), png("1"));
    Files.createFile(marks.resolve("two.begun"));

    openScans();
    workshop.awaitJobs(1);
    workshop.awaitRuns(1);

    assertThat(keys(workshop.outbox("scans").results("one"))).containsExactly("1.png");
    assertThat(marks).isEmptyDirectory();
  }

  private static JsonNode answer(Path file) throws IOException {
    return new ObjectMapper().readTree(file.toFile());
  }
}
