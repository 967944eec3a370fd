package dev.geminibatch.stage;

import static dev.geminibatch.testkit.Samples.nativeLine;
import static dev.geminibatch.testkit.Samples.validation;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.geminibatch.run.Job;
import dev.geminibatch.run.JobState;
import dev.geminibatch.run.RunFailure;
import dev.geminibatch.sandbox.Endpoint;
import dev.geminibatch.sandbox.Sandbox;
import dev.geminibatch.stage.inspect.Inspection;
import dev.geminibatch.stage.inspect.Inspector;
import dev.geminibatch.testkit.StageFixture;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JobFileAheadTest {
  /** More than one request of an upload has room for. */
  private static final int LINES = 20_000;

  @TempDir Path folder;
  private Sandbox sandbox;
  private StageFixture fixture;

  @BeforeEach
  void start() throws IOException {
    sandbox = Sandbox.start(0, Duration.ofHours(1), Clock.systemUTC());
    open();
  }

  private void open(String... settings) throws IOException {
    List<String> all = new ArrayList<>(Arrays.asList(settings));
    all.add("gemini.base-url=" + sandbox.baseUrl());
    fixture = StageFixture.open(folder, all.toArray(String[]::new));
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
    sandbox.close();
  }

  private static String lines(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> nativeLine("k" + i, "a question ".repeat(80)) + "\n")
        .collect(Collectors.joining());
  }

  private void assembleAndSubmit(String run) throws IOException {
    fixture.assemble(run);
    assertThat(fixture.submit(run)).isTrue();
  }

  /** Checks all lines, and waits until all of them that may are with the service. */
  private void inspectSlowly(String run) throws IOException {
    try (LineParser parser = new LineParser()) {
      Inspector inspector = fixture.inspector(parser, fixture.noUploadsAhead());
      Inspection inspection = inspector.open(run);
      while (inspection.hasNext()) {
        inspector.check(inspection.next());
      }
      await().until(() -> requests(Endpoint.UPLOAD_CHUNK) == 2);
      assertThat(filesOfTheService()).as("nothing is complete before all is well").isEmpty();
      inspector.finish(inspection);
    }
  }

  /** It waits for its end to be wanted, so it is there for a while if it was begun. */
  private static boolean isUnderWay() {
    return Thread.getAllStackTraces().keySet().stream()
        .anyMatch(thread -> thread.getName().equals("upload ahead"));
  }

  private List<String> filesOfTheService() {
    List<String> names = new ArrayList<>();
    fixture
        .context()
        .connections()
        .of(fixture.context().settings().service())
        .files()
        .forEachFile(file -> names.add(file.name()));
    return names;
  }

  private long requests(Endpoint endpoint) {
    return sandbox.counters().requests(endpoint);
  }

  @Test
  void a_large_file_goes_out_while_its_lines_are_checked() throws IOException {
    String run = fixture.dropped("x.jsonl", lines(LINES));
    inspectSlowly(run);
    assembleAndSubmit(run);

    assertThat(requests(Endpoint.UPLOAD_START)).isEqualTo(1);
    assertThat(sandbox.counters().jobsCreated()).isEqualTo(1);
    assertThat(fixture.jobs().of(run))
        .extracting(Job::state, Job::requests)
        .containsExactly(Tuple.tuple(JobState.OPEN, (long) LINES));
    assertThat(filesOfTheService()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n", "\n\n\n"})
  void what_the_service_gets_ends_with_one_line_feed_however_the_input_ends(String end)
      throws IOException {
    String lines = lines(LINES / 4);
    String run = fixture.dropped("x.jsonl", lines.strip() + end);
    fixture.inspect(run);
    assembleAndSubmit(run);

    assertThat(requests(Endpoint.UPLOAD_START)).isEqualTo(1);
    long[] sizes = {0};
    fixture
        .context()
        .connections()
        .of(fixture.context().settings().service())
        .files()
        .forEachFile(file -> sizes[0] = file.size());
    assertThat(sizes[0]).isEqualTo(lines.length());
  }

  @Test
  void of_a_run_that_is_refused_for_its_last_line_nothing_is_stored() throws IOException {
    fixture.close();
    open("lines.on-error=fail");
    String run = fixture.dropped("x.jsonl", lines(LINES) + "no JSON\n");

    assertThatThrownBy(() -> inspectSlowly(run)).isInstanceOf(RunFailure.class);

    assertThat(filesOfTheService()).isEmpty();
  }

  @Test
  void a_line_that_is_not_sent_as_it_stands_leaves_the_upload_to_its_turn() throws IOException {
    String run = fixture.dropped("x.jsonl", lines(LINES / 4) + validation("v") + "\n" + lines(2));
    fixture.inspect(run);
    assembleAndSubmit(run);

    assertThat(sandbox.counters().jobsCreated()).isEqualTo(2);
    assertThat(fixture.jobs().of(run)).extracting(Job::state).containsOnly(JobState.OPEN);
  }

  @Test
  void a_job_that_is_full_before_the_input_ends_goes_out_as_well() throws IOException {
    fixture.close();
    open("job.max-requests=" + LINES);
    String run = fixture.dropped("x.jsonl", lines(LINES + 500));
    inspectSlowly(run);
    assembleAndSubmit(run);

    assertThat(requests(Endpoint.UPLOAD_START)).as("one for each job").isEqualTo(2);
    assertThat(fixture.jobs().of(run))
        .extracting(Job::requests)
        .containsExactly((long) LINES, 500L);
  }

  @Test
  void the_same_content_dropped_again_is_not_uploaded() throws IOException {
    String lines = lines(LINES / 4);
    String first = fixture.dropped("x.jsonl", lines);
    fixture.inspect(first);
    assembleAndSubmit(first);

    await().until(() -> !isUnderWay());
    fixture.inspect(fixture.dropped("y.jsonl", lines));

    assertThat(isUnderWay()).isFalse();
    assertThat(requests(Endpoint.UPLOAD_START)).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"stage.after-inspect=direct:mine", "stage.after-assemble=direct:mine"})
  void nothing_goes_out_before_somebody_else_has_agreed(String setting) throws IOException {
    fixture.close();
    open(setting);
    await().until(() -> !isUnderWay()); // of another test
    fixture.inspect(fixture.dropped("x.jsonl", lines(LINES / 4)));

    assertThat(isUnderWay()).isFalse();
  }
}
