package dev.geminibatch.camel;

import static dev.geminibatch.testkit.Outbox.keys;
import static dev.geminibatch.testkit.Samples.nativeLine;
import static dev.geminibatch.testkit.Samples.validation;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import dev.geminibatch.io.UsageException;
import dev.geminibatch.run.RunState;
import dev.geminibatch.testkit.WorkshopTest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Logger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Routes of users, in a folder of their own, beside the real ones. */
class ExtendTest extends WorkshopTest {
  private static final String EXTRA = "routes.extra=mine";

  /** Held, or its filter would be lost with it. */
  private static final Logger ROUTES = Logger.getLogger("routes");

  private Path mine;

  @BeforeEach
  void makeFolder() throws IOException {
    mine = Files.createDirectories(folder.resolve("mine"));
  }

  /** A route with one step. */
  private static String route(String id, String from, String step) {
    return """
    - route:
        id: %s
        routeConfigurationId: stage
        from:
          uri: %s
          steps:
            - %s
    """
        .formatted(id, from, step.indent(8).strip());
  }

  /** Writes to a file of the test what arrives. */
  private String note(String file, String text) {
    return """
    setBody:
        simple: "%s"
    - to:
        uri: file:%s
        parameters:
          fileName: %s
          fileExist: Append
          appendChars: ";"
    """
        .formatted(text, folder.resolve("noted"), file)
        .strip();
  }

  private String noted(String file) throws IOException {
    Path noted = folder.resolve("noted").resolve(file);
    return Files.exists(noted) ? Files.readString(noted) : "";
  }

  /** A further step, which fails until the {@link #obstacle} is gone. */
  private String failing() throws IOException {
    Files.createDirectories(obstacle().getParent());
    Files.writeString(obstacle(), "in the way");
    return """

    - to:
        uri: file:%s
        parameters:
          fileName: %s
          fileExist: Fail"""
        .formatted(obstacle().getParent(), obstacle().getFileName());
  }

  private Path obstacle() {
    return folder.resolve("hook/up");
  }

  private void write(String file, String content) throws IOException {
    Path aside = folder.resolve(file + ".aside");
    Files.writeString(aside, content);
    Files.move(aside, mine.resolve(file), StandardCopyOption.REPLACE_EXISTING);
  }

  @Test
  void a_route_of_ones_own_comes_between_two_stages() throws Exception {
    write(
        "mine.camel.yaml",
        route(
            "mine",
            "direct:mine",
            note("runs", "${exchangeProperty.runId}") + "\n- to:\n    uri: direct:deliver"));
    open(EXTRA, "stage.after-collect=direct:mine");

    workshop.drop("x.jsonl", validation("1"));
    workshop.awaitRuns(1);

    assertThat(noted("runs")).isEqualTo(workshop.runs().get(0).id() + ";");
    assertThat(workshop.outbox().results("x")).hasSize(1);
  }

  @Test
  void whoever_wants_to_know_is_told_of_jobs_and_of_results() throws Exception {
    write(
        "mine.camel.yaml",
        route("sent", "direct:sent", note("sent", "${body}"))
            + route(
                "a", "direct:a", note("a", "${body.answered} of ${body.requests}, ${body.name}"))
            + route("b", "direct:b", note("b", "${body.results} ${body.errors}")));
    open(EXTRA, "stage.after-submit=direct:sent", "stage.after-deliver=direct:a, direct:b");

    workshop.drop("x.jsonl", validation("1"), "no JSON");
    workshop.awaitRuns(1);

    assertThat(noted("sent")).isEqualTo(workshop.runs().get(0).id() + ";");
    assertThat(noted("a")).isEqualTo("1 of 2, x.jsonl;");
    Path outbox = folder.resolve("outbox");
    assertThat(noted("b"))
        .isEqualTo(
            outbox.resolve("x-batch-results.jsonl")
                + " "
                + outbox.resolve("x-batch-errors.jsonl")
                + ";");
  }

  @Test
  void whoever_wants_to_know_of_parts_is_told_again_until_it_works_and_all_is_delivered()
      throws Exception {
    write(
        "mine.camel.yaml",
        route(
            "part",
            "direct:part",
            note("parts", "${body.name} ${body.fileName} ${body.answered}") + failing()));
    open(EXTRA, "results.parts=true", "stage.after-part=direct:part");
    workshop.drop("x.jsonl", validation("1"));
    workshop.sandbox().setJobTime(Duration.ZERO);
    await().until(() -> !workshop.runs().isEmpty() && workshop.runs().get(0).reason().isPresent());
    Path part = folder.resolve("outbox/x-batch-results/part-0001.jsonl");
    assertThat(part).exists();
    assertThat(workshop.runs().get(0).reason().orElseThrow()).startsWith("stage.after-part: ");

    Files.delete(obstacle());
    workshop.awaitRuns(1);

    assertThat(noted("parts")).startsWith("x.jsonl part-0001.jsonl 1;x.jsonl part-0001.jsonl 1;");
    assertThat(part).hasSameTextualContentAs(folder.resolve("outbox/x-batch-results.jsonl"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"receive", "inspect", "upload", "assemble", "collect"})
  void a_run_that_fails_in_a_route_between_stages_comes_there_again(String stage) throws Exception {
    Map<String, String> next =
        Map.of(
            "receive", "inspect",
            "inspect", "upload",
            "upload", "assemble",
            "assemble", "submit",
            "collect", "deliver");
    write(
        "mine.camel.yaml",
        route(
            "mine",
            "direct:mine",
            note("through", "x") + failing() + "\n- to:\n    uri: direct:" + next.get(stage)));
    open(EXTRA, "stage.after-" + stage + "=direct:mine");
    workshop.drop("x.jsonl", validation("1"));
    workshop.sandbox().setJobTime(Duration.ZERO);
    await().until(() -> !workshop.runs().isEmpty() && workshop.runs().get(0).reason().isPresent());

    Files.delete(obstacle());
    workshop.awaitRuns(1);

    assertThat(noted("through")).startsWith("x;x;");
    assertThat(workshop.outbox().results("x")).hasSize(1);
  }

  @Test
  void lines_that_routes_change_keep_their_numbers() throws Exception {
    write(
        "mine.camel.yaml",
        route(
            "mine",
            "direct:mine",
            """
            filter:
                simple: ${body} contains 'leave out'
                steps:
                  - setBody:
                      constant: ""
            """));
    open(EXTRA, "stage.each-line=direct:mine", "lines.max-bytes=1000B");
    byte[] noText = {'"', (byte) 0xFF, '"', '\n'};
    ByteArrayOutputStream input = new ByteArrayOutputStream();
    input.writeBytes(
        ("\n\n" + validation("1") + "\n" + nativeLine("2", "leave out") + "\n").getBytes());
    input.writeBytes(noText);
    input.writeBytes((nativeLine("3", "x".repeat(2000)) + "\n" + validation("4")).getBytes());
    Files.write(folder.resolve("inbox/x.part"), input.toByteArray());
    Files.move(folder.resolve("inbox/x.part"), folder.resolve("inbox/x.jsonl"));
    workshop.awaitJobs(1);
    workshop.awaitRuns(1);

    assertThat(keys(workshop.outbox().results("x"))).containsExactly("1", "4");
    assertThat(workshop.outbox().errors("x"))
        .extracting(line -> line.path("line").asInt(), line -> line.path("code").asText())
        .containsExactly(tuple(5, "not-utf8"), tuple(6, "line-too-long"));
  }

  @Test
  void a_run_is_over_only_when_those_are_told_who_want_to_know() throws Exception {
    write("mine.camel.yaml", route("mine", "direct:mine", note("told", "x") + failing()));
    open(EXTRA, "stage.after-deliver=direct:mine");
    workshop.drop("x.jsonl", validation("1"));
    workshop.awaitJobs(1);
    workshop.sandbox().setJobTime(Duration.ZERO);
    await().until(() -> workshop.runs().get(0).reason().isPresent());
    assertThat(workshop.runs().get(0).reason().get()).startsWith("stage.after-deliver: ");
    assertThat(workshop.outbox().results("x")).hasSize(1);

    Files.delete(obstacle());
    workshop.awaitRuns(1);

    assertThat(noted("told")).startsWith("x;x;");
    assertThat(workshop.runs().get(0).state()).isEqualTo(RunState.DELIVERED);
  }

  @Test
  void whoever_wants_to_know_is_told_of_a_failure() throws Exception {
    write(
        "mine.camel.yaml",
        route("mine", "direct:mine", note("failed", "${body.name}: ${body.input}")));
    open(EXTRA, "stage.after-fail=direct:mine");

    workshop.drop("x.jsonl", "no JSON");
    workshop.awaitRuns(1);

    await()
        .untilAsserted(
            () ->
                assertThat(noted("failed"))
                    .isEqualTo("x.jsonl: " + folder.resolve("failed").resolve("x.jsonl") + ";"));
  }

  @Test
  void a_stage_is_replaced_or_switched_off_by_configuration_alone() throws Exception {
    write(
        "mine.camel.yaml",
        route(
            "mine",
            "direct:submit",
            note("submit", "${exchangeProperty.runId}")
                + """

                - bean:
                    ref: submitter
                    method: submit(${exchangeProperty.runId})
                """
                    .stripTrailing()));
    open(EXTRA, "routes.off=submit, clean");

    assertThat(workshop.pipeline().camelContext().getRoute("clean")).isNull();
    workshop.drop("x.jsonl", validation("1"));
    workshop.awaitRuns(1);

    assertThat(noted("submit")).isEqualTo(workshop.runs().get(0).id() + ";");
    assertThat(workshop.outbox().results("x")).hasSize(1);
  }

  @Test
  void a_changed_file_is_used_and_an_edit_with_a_mistake_is_not() throws Exception {
    List<String> log = new CopyOnWriteArrayList<>();
    listen(log);
    write("mine.camel.yaml", route("mine", "direct:mine", note("told", "first")));
    open(EXTRA, "stage.after-deliver=direct:mine", "routes.reload=true", "camel.main.name=x");
    deliver("a");
    assertThat(noted("told")).isEqualTo("first;");

    write("mine.camel.yaml", route("mine", "direct:mine", note("told", "second")));
    write("other.camel.yaml", route("other", "direct:other", note("told", "other")));
    await().until(() -> workshop.pipeline().camelContext().getRoute("other") != null);
    deliver("b");
    assertThat(noted("told")).isEqualTo("first;second;");

    write("mine.camel.yaml", route("mine", "direct:mine", "bean:\n    ref: nobody"));
    await()
        .until(
            () -> log.stream().anyMatch(entry -> entry.contains("the routes stay as they were")));
    deliver("c");
    assertThat(noted("told")).isEqualTo("first;second;second;");

    write("third.camel.yaml", route("third", "direct:third", note("told", "third")));
    write("mine.camel.yaml", route("mine", "direct:mine", note("told", "fixed")));
    await().until(() -> workshop.pipeline().camelContext().getRoute("third") != null);
    deliver("d");
    assertThat(noted("told")).isEqualTo("first;second;second;fixed;");
  }

  private static void listen(List<String> log) {
    ROUTES.setFilter(
        entry -> {
          log.add(entry.getMessage());
          return true;
        });
  }

  private void deliver(String name) throws IOException {
    int before = workshop.runs().size();
    workshop.drop(name + ".jsonl", validation(name));
    workshop.awaitRuns(before + 1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          lgo: x                            | line 7:              | Unknown node id: lgo
          bean: {ref: holds, method: relaese} | line 7:             | write release
          bean: {ref: hodls, method: release} | line 7              | write holds
          to: {uri: 'tmier:x'}              | line 7               | did you mean timer?
          to: {uri: 'direct:nobody'}        | line 7               | write a route that begins there
          to: {uri: 'file:x?filName=y'}     | line 7               | Unknown parameters=[{filName=y}]
          to: {uri: '{{nope}}'}             | line 7               | Set the key in config/local.properties
          log: {id: submit, message: x}     | line 7               | submit is given more than once
          """)
  void a_mistake_in_a_step_is_told_with_its_place_and_its_remedy(
      String step, String place, String remedy) throws Exception {
    write("mine.camel.yaml", route("mine", "direct:mine", step));

    assertMistake(mine.resolve("mine.camel.yaml") + ", " + place, remedy);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          id: submit | given more than once
          routeConfigurationId: stagee | did you mean stage?
          """)
  void a_mistake_in_a_route_is_told_with_its_place_and_its_remedy(String line, String remedy)
      throws Exception {
    write(
        "mine.camel.yaml",
        route("mine", "direct:mine", "log: {message: x}")
            .replaceFirst(line.split(":")[0] + ": .*", line));

    assertMistake(mine.resolve("mine.camel.yaml").toString(), remedy);
  }

  @Test
  void two_routes_that_begin_at_the_same_endpoint_are_told() throws Exception {
    write("mine.camel.yaml", route("mine", "direct:submit", "log: {message: x}"));

    assertMistake(
        mine.resolve("mine.camel.yaml").toString(),
        "the route submit (",
        "begins at direct:submit, too");
  }

  @Test
  void a_broken_and_an_empty_file_are_told() throws Exception {
    write("mine.camel.yaml", "- route:\n    id: mine\n   bad: [\n");
    assertMistake(mine.resolve("mine.camel.yaml") + ", line 3", "expected <block end>");

    for (String nothing : List.of("", "# only words\n", "key: value\n")) {
      write("mine.camel.yaml", nothing);
      assertMistake(mine.resolve("mine.camel.yaml").toString(), "begin it with \"- route:\"");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          stage.after-collect=direct:delivr | stage.after-collect is direct:delivr, which no route takes (did you mean direct:deliver?)
          stage.after-deliver=mine | stage.after-deliver names mine, which is not an endpoint; write direct:mine
          stage.after-inspect=direct:upload, direct:assemble | stage.after-inspect names more than one endpoint
          stage.after-inspect=direct:inspect | stage.after-inspect is direct:inspect, where the run comes from; write direct:upload
          routes.off=claen | routes.off names claen, which is not a route (did you mean clean?)
          """)
  void a_setting_that_names_nothing_is_told(String setting, String told) {
    assertThatThrownBy(() -> open(setting))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining(told);
  }

  private void assertMistake(String... parts) {
    assertThatThrownBy(() -> open(EXTRA))
        .isInstanceOf(UsageException.class)
        .hasMessageContainingAll(parts);
  }
}
