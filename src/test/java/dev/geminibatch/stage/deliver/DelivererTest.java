package dev.geminibatch.stage.deliver;

import static dev.geminibatch.testkit.Samples.answer;
import static dev.geminibatch.testkit.Samples.error;
import static dev.geminibatch.testkit.Samples.gzip;
import static dev.geminibatch.testkit.Samples.nativeLine;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.geminibatch.extension.Delivery;
import dev.geminibatch.io.Sha256;
import dev.geminibatch.line.RequestReader;
import dev.geminibatch.run.FileLeases;
import dev.geminibatch.run.InputGuard;
import dev.geminibatch.run.InputLimits;
import dev.geminibatch.run.RunFolder;
import dev.geminibatch.run.RunState;
import dev.geminibatch.run.WorkRecord;
import dev.geminibatch.settings.Profiles;
import dev.geminibatch.stage.Gunzip;
import dev.geminibatch.stage.collect.Collector;
import dev.geminibatch.stage.collect.RetryPlanner;
import dev.geminibatch.testkit.FakeService;
import dev.geminibatch.testkit.Outbox;
import dev.geminibatch.testkit.StageFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is in the outbox is whole, and there is nothing else. */
class DelivererTest {
  private static final int INVALID_ARGUMENT = 3;

  @TempDir Path folder;
  private final FakeService service = new FakeService();
  private StageFixture fixture;
  private Deliverer deliverer;
  private Outbox outbox;

  @BeforeEach
  void open() throws IOException {
    fixture = StageFixture.open(folder, service);
    outbox = new Outbox(fixture.folders().outbox());
    deliverer = fixture.deliverer();
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
  }

  @Test
  void results_errors_and_reports_appear_and_the_input_is_archived() throws IOException {
    String run = collected("x.jsonl", answer("b", "x"), error("a", INVALID_ARGUMENT, "bad"));

    Delivery delivery = deliverer.deliver(run);

    assertThat(outbox.folder().toFile().list())
        .containsExactlyInAnyOrder(
            "x-batch-results.jsonl",
            "x-batch-errors.jsonl",
            "x-batch-report.json",
            "x-batch-report.html");
    assertThat(Outbox.keys(outbox.results("x"))).containsExactly("b");
    assertThat(Outbox.keys(outbox.errors("x"))).containsExactly("a");
    assertThat(outbox.report("x").path("run").asText()).isEqualTo(run);
    assertThat(delivery.answered()).isEqualTo(1);
    assertThat(delivery.requests()).isEqualTo(2);
    assertThat(delivery.errors()).endsWith("x-batch-errors.jsonl");
    assertThat(fixture.folders().archive()).isDirectoryRecursivelyContaining("glob:**x.jsonl");
  }

  @Test
  void without_errors_there_is_no_errors_file() throws IOException {
    Delivery delivery = deliverer.deliver(collected("x.jsonl", answer("b", "x"), answer("a", "x")));

    assertThat(delivery.errors()).isNull();
    assertThat(outbox.folder()).isDirectoryNotContaining("glob:**errors*");
    assertThat(Outbox.keys(outbox.results("x"))).containsExactly("a", "b");
  }

  @Test
  void a_delivery_that_is_done_twice_comes_to_the_same() throws IOException {
    String run = collected("x.jsonl", answer("b", "x"), error("a", INVALID_ARGUMENT, "bad"));
    Delivery first = deliverer.deliver(run);
    String results = Files.readString(Path.of(first.results()));

    assertThat(deliverer.deliver(run)).usingRecursiveComparison().isEqualTo(first);

    assertThat(Path.of(first.results())).hasContent(results);
    assertThat(outbox.folder().toFile().list()).hasSize(4);
  }

  @Test
  void a_delivery_that_fails_leaves_nothing_that_looks_like_one() throws IOException {
    String run = collected("x.jsonl", answer("b", "x"), answer("a", "x"));
    Files.delete(fixture.folderOf(run).matches(1));

    assertThatThrownBy(() -> deliverer.deliver(run)).isInstanceOf(IOException.class);

    assertThat(outbox.folder()).isEmptyDirectory();
    assertThat(fixture.run(run).state()).isEqualTo(RunState.COLLECTED);
  }

  @Test
  void a_run_is_over_and_free_when_its_delivery_is_finished() throws IOException {
    String run = collected("x.jsonl", answer("b", "x"), answer("a", "x"));

    deliverer.finish(deliverer.deliver(run));

    assertThat(fixture.run(run).state()).isEqualTo(RunState.DELIVERED);
    assertThat(fixture.run(run).counts().answered()).isEqualTo(2);
    try (FileLeases elsewhere =
        new FileLeases(fixture.context().state(), new WorkRecord(), ended -> {})) {
      assertThat(elsewhere.acquire(run)).isTrue();
    }
  }

  @Test
  void who_follows_a_run_waits_for_it_and_gets_its_answers_in_files_of_its_own()
      throws IOException {
    String leader = collected("x.jsonl", answer("b", "x"), answer("a", "x"));
    String follower = following(leader, "y.jsonl");

    assertThat(deliverer.deliver(follower)).isNull();
    assertThat(outbox.folder()).doesNotExist();
    deliverer.finish(deliverer.deliver(leader));
    deliverer.finish(deliverer.deliver(follower));

    assertThat(outbox.results("y")).isEqualTo(outbox.results("x"));
    assertThat(fixture.run(follower).state()).isEqualTo(RunState.DELIVERED);
  }

  @Test
  void who_followed_a_run_that_failed_begins_again() throws IOException {
    String leader = collected("x.jsonl", answer("b", "x"), answer("a", "x"));
    String follower = following(leader, "y.jsonl");
    fixture.runs().failed(leader, "why");

    assertThat(deliverer.deliver(follower)).isNull();

    assertThat(fixture.run(follower).state()).isEqualTo(RunState.RECEIVED);
    assertThat(fixture.run(follower).leader()).isEmpty();
  }

  @Test
  void an_input_that_was_changed_is_not_quoted() throws IOException {
    String run = collected("x.jsonl", answer("b", "x"), error("a", INVALID_ARGUMENT, "bad"));
    Files.writeString(fixture.folderOf(run).input(), nativeLine("other", "x") + "\n");

    deliverer.deliver(run);

    assertThat(Outbox.keys(outbox.results("x"))).containsExactly("b");
    assertThat(outbox.errors("x").get(0).path("request").isNull()).isTrue();
    assertThat(outbox.errors("x").get(0).path("line").asInt()).isEqualTo(1);
  }

  @Test
  void lines_that_were_added_later_are_reported_and_can_be_dropped() throws IOException {
    String run = collected("x.jsonl", answer("b", "x"), error("a", INVALID_ARGUMENT, "bad"));
    append(run, nativeLine("c", "x") + "\n\n" + nativeLine("d", "x") + "\n");

    deliverer.deliver(run);

    Path added = outbox.folder().resolve("x-batch-added.jsonl");
    assertThat(added).hasContent(nativeLine("c", "x") + "\n\n" + nativeLine("d", "x"));
    assertThat(outbox.report("x").at("/inputChange/lines").asInt()).isEqualTo(2);
    assertThat(outbox.report("x").at("/inputChange/file").asText()).isEqualTo(added.toString());
    assertThat(outbox.folder().resolve("x-batch-report.html"))
        .content()
        .contains("NOT SENT: 2 lines were added");
    assertThat(outbox.errors("x").get(0).at("/request/key").asText())
        .as("the lines that were sent are where they were")
        .isEqualTo("a");
  }

  @Test
  void a_line_that_was_torn_when_the_input_was_taken_is_among_the_added_ones() throws IOException {
    String run = fixture.dropped("x.jsonl", nativeLine("a", "x") + "\n{\"key\":\"b\",");
    inspected(run);
    append(run, "\"request\":{}}\n" + nativeLine("c", "x"));

    assertThat(
            new AddedLines(fixture.run(run), fixture.folderOf(run), limits())
                .write(folder.resolve("added")))
        .hasValue(2);
    assertThat(folder.resolve("added"))
        .hasContent("{\"key\":\"b\",\"request\":{}}\n" + nativeLine("c", "x"));
  }

  @Test
  void a_line_end_that_came_later_adds_nothing() throws IOException {
    String run = fixture.dropped("x.jsonl", nativeLine("a", "x"));
    inspected(run);
    append(run, "\r\n\n");

    assertThat(
            new AddedLines(fixture.run(run), fixture.folderOf(run), limits())
                .write(folder.resolve("added")))
        .hasValue(0);
    assertThat(folder.resolve("added")).doesNotExist();
  }

  @Test
  void a_time_stamp_that_is_set_when_a_copy_ends_is_no_change() throws IOException {
    String run = collected("x.jsonl", answer("b", "x"), error("a", INVALID_ARGUMENT, "bad"));
    Files.setLastModifiedTime(fixture.folderOf(run).input(), FileTime.fromMillis(0));

    deliverer.deliver(run);

    assertThat(outbox.report("x").has("inputChange")).isFalse();
    assertThat(outbox.errors("x").get(0).at("/request/key").asText()).isEqualTo("a");
  }

  @Test
  void lines_that_were_replaced_are_reported() throws IOException {
    String run = collected("x.jsonl", answer("b", "x"), answer("a", "x"));
    Files.writeString(fixture.folderOf(run).input(), nativeLine("c", "x".repeat(500)));

    deliverer.deliver(run);

    assertThat(outbox.report("x").at("/inputChange/lines").asInt(-1)).isZero();
    assertThat(outbox.report("x").path("inputChange").has("file")).isFalse();
  }

  @Test
  void lines_that_were_added_to_a_file_from_the_command_line_are_reported() throws IOException {
    Path file = Files.writeString(folder.resolve("x.jsonl"), nativeLine("a", "x") + "\n");
    String run = fixture.receiver().receive(fixture.order(file));
    AddedLines added = new AddedLines(fixture.run(run), fixture.folderOf(run), limits());

    Files.writeString(file, nativeLine("b", "x") + "\n", StandardOpenOption.APPEND);
    assertThat(added.write(folder.resolve("added"))).hasValue(1);
    Files.writeString(file, "a person's own business");
    assertThat(added.write(folder.resolve("added"))).hasValue(0);
  }

  @Test
  void a_gzip_input_that_became_longer_is_compared_unpacked() throws IOException {
    Path file = fixture.folders().inbox().resolve("x.json.gz");
    Files.write(file, gzip(nativeLine("a", "x") + "\n"));
    String run = fixture.receiver().receive(Profiles.DEFAULT, file);
    RunFolder own = fixture.folderOf(run);
    Gunzip.decompress(own.received(fixture.run(run)), own.plain(), limits(), at -> {});

    Files.write(
        own.received(fixture.run(run)),
        gzip(nativeLine("b", "x") + "\n"),
        StandardOpenOption.APPEND);

    assertThat(new AddedLines(fixture.run(run), own, limits()).write(folder.resolve("added")))
        .hasValue(1);
    assertThat(folder.resolve("added")).hasContent(nativeLine("b", "x"));
  }

  @Test
  void names_that_are_too_long_are_shortened_and_kept_apart() throws IOException {
    String letters = "\u05d0".repeat(120);
    String one = collected(letters + "1.jsonl", answer("b", "x"), answer("a", "x"));
    String other = following(one, letters + "2.jsonl");

    Path results = Path.of(deliverer.deliver(one).results());
    deliverer.finish(deliverer.deliver(one));

    assertThat(results).exists();
    assertThat(results.getFileName().toString()).startsWith("\u05d0".repeat(90)).contains("~");
    assertThat(Path.of(deliverer.deliver(other).results())).exists().isNotEqualTo(results);
    assertThat(fixture.folders().archive().toFile().list()).hasSize(2);
  }

  private void append(String run, String text) throws IOException {
    Files.writeString(fixture.folderOf(run).input(), text, StandardOpenOption.APPEND);
  }

  /** As inspecting does. */
  private void inspected(String run) throws IOException {
    InputGuard.remember(
        fixture.folderOf(run),
        Sha256.digest().digest(Files.readAllBytes(fixture.folderOf(run).input())));
  }

  @Test
  void settings_that_came_with_a_file_stand_beside_its_errors() throws IOException {
    String run = collected("x.jsonl", answer("b", "x"), error("a", INVALID_ARGUMENT, "bad"));
    Files.writeString(fixture.folderOf(run).overrides(), "results.check=lenient\n");

    deliverer.deliver(run);

    assertThat(outbox.folder()).isDirectoryContaining("glob:**errors*.properties");
  }

  @Test
  void lines_that_come_into_the_original_of_a_copy_while_it_is_delivered_are_kept()
      throws IOException {
    Path other = folder.resolve("other-name");
    Files.writeString(other, nativeLine("a", "x") + "\n" + nativeLine("b", "x") + "\n");
    Path file = Files.createLink(fixture.folders().inbox().resolve("x.jsonl"), other);
    String run = fixture.receiver().receive(Profiles.DEFAULT, file);
    fixture.runs().inspected(run, run, 2, 0, true);
    fixture.assemble(run);
    answered(run, answer("b", "x"), answer("a", "x"));
    Delivery delivery = deliverer.deliver(run);

    Files.writeString(other, nativeLine("c", "x") + "\n", StandardOpenOption.APPEND);
    deliverer.finish(delivery);

    assertThat(fixture.folderOf(run).dropped()).doesNotExist();
    assertThat(fixture.folders().archive().resolve("x.dropped." + run + ".jsonl"))
        .content()
        .contains("\"c\"");
    assertThat(fixture.folders().archive().resolve("x.jsonl")).content().doesNotContain("\"c\"");
  }

  @Test
  void the_original_of_a_copy_is_removed_when_nothing_came_into_it() throws IOException {
    Path other = folder.resolve("other-name");
    Files.writeString(other, nativeLine("a", "x") + "\n" + nativeLine("b", "x") + "\n");
    Path file = Files.createLink(fixture.folders().inbox().resolve("x.jsonl"), other);
    String run = fixture.receiver().receive(Profiles.DEFAULT, file);
    fixture.runs().inspected(run, run, 2, 0, true);
    fixture.assemble(run);
    answered(run, answer("b", "x"), answer("a", "x"));

    deliverer.finish(deliverer.deliver(run));

    assertThat(fixture.folderOf(run).dropped()).doesNotExist();
    assertThat(fixture.folders().archive().toFile().list()).containsExactly("x.jsonl");
  }

  /** A run of two lines, of which {@code a} is the first, with what the service said to them. */
  private String collected(String name, String... answers) throws IOException {
    String run = fixture.assembled(name, nativeLine("a", "x"), nativeLine("b", "x"));
    answered(run, answers);
    return run;
  }

  private void answered(String run, String... answers) throws IOException {
    inspected(run);
    fixture.submit(run);
    fixture.ended(run, 1, service.holds("files/answers", answers));
    new Collector(fixture.context(), new RetryPlanner(fixture.context(), new RequestReader()))
        .collect(run);
  }

  private String following(String leader, String name) throws IOException {
    String run =
        fixture
            .receiver()
            .receive(
                Profiles.DEFAULT,
                Files.copy(
                    fixture.folderOf(leader).input(), fixture.folders().inbox().resolve(name)));
    assertThat(fixture.runs().inspected(run, leader, 2, 0, true)).hasValue(leader);
    return run;
  }

  private InputLimits limits() {
    return fixture.context().settings().inputLimits();
  }
}
