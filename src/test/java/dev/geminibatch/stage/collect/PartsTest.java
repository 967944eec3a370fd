package dev.geminibatch.stage.collect;

import static dev.geminibatch.testkit.Samples.answer;
import static dev.geminibatch.testkit.Samples.error;
import static dev.geminibatch.testkit.Samples.nativeLine;
import static dev.geminibatch.testkit.Samples.validation;
import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.extension.Part;
import dev.geminibatch.line.RequestReader;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.JobState;
import dev.geminibatch.run.RunState;
import dev.geminibatch.testkit.FakeService;
import dev.geminibatch.testkit.Outbox;
import dev.geminibatch.testkit.StageFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The answers of each job are in the outbox as soon as it has ended, once. */
class PartsTest {
  @TempDir Path folder;
  private final FakeService service = new FakeService();
  private StageFixture fixture;
  private Collector collector;
  private String run;

  @BeforeEach
  void submit() throws IOException {
    open("results.parts=true");
    run = fixture.assembled("x.jsonl", nativeLine("a", "x"), validation("c"), nativeLine("b", "x"));
    fixture.submit(run);
  }

  private void open(String... settings) throws IOException {
    fixture = StageFixture.open(folder, service, settings);
    collector = collector();
  }

  private Collector collector() {
    RetryPlanner retries = new RetryPlanner(fixture.context(), new RequestReader());
    return new Collector(fixture.context(), retries);
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
  }

  @Test
  void the_answers_of_an_ended_job_are_there_in_the_order_of_the_input() throws IOException {
    ended("gemini-3-flash-preview", answer("b", "2"), answer("a", "1"));

    List<Part> published = collector.parts(run);

    assertThat(keys(1)).containsExactly("a", "b");
    assertThat(published).hasSize(1);
    assertThat(published.get(0).number()).isEqualTo(1);
    assertThat(published.get(0).results()).isEqualTo(part(1).toString());
    assertThat(published.get(0).answered()).isEqualTo(2);
    assertThat(published.get(0).fileName()).isEqualTo("part-0001.jsonl");
  }

  @Test
  void parts_are_numbered_in_the_order_in_which_jobs_end() throws IOException {
    ended("gemini-2.5-flash", answer("c", "3"));
    notifyOf(collector.parts(run));
    assertThat(collector.collect(run)).isFalse();
    ended("gemini-3-flash-preview", answer("a", "1"), answer("b", "2"));
    notifyOf(collector.parts(run));
    assertThat(collector.collect(run)).isTrue();

    assertThat(keys(1)).containsExactly("c");
    assertThat(keys(2)).containsExactly("a", "b");
    assertThat(parts()).containsExactly("part-0001.jsonl", "part-0002.jsonl");
  }

  @Test
  void the_parts_of_jobs_that_have_ended_at_the_same_time_are_in_one_folder() throws IOException {
    ended("gemini-2.5-flash", answer("c", "3"));
    ended("gemini-3-flash-preview", answer("a", "1"), answer("b", "2"));

    notifyOf(collector.parts(run));

    assertThat(parts()).containsExactly("part-0001.jsonl", "part-0002.jsonl");
    assertThat(fixture.run(run).output())
        .hasValue(fixture.folders().outbox().resolve("x-batch-results.jsonl"));
  }

  @Test
  void a_job_is_collected_only_when_everybody_knows_of_its_part() throws IOException {
    ended("gemini-2.5-flash", answer("c", "3"));

    List<Part> published = collector.parts(run);
    assertThat(stateOf("gemini-2.5-flash")).isEqualTo(JobState.ENDED);
    assertThat(collector.parts(run)).as("the notification has failed").isEqualTo(published);
    notifyOf(published);

    assertThat(stateOf("gemini-2.5-flash")).isEqualTo(JobState.COLLECTED);
    assertThat(collector.parts(run)).isEmpty();
  }

  @Test
  void a_part_that_somebody_has_taken_away_is_not_written_again() throws IOException {
    ended("gemini-2.5-flash", answer("c", "3"));
    collector.parts(run);
    Files.delete(part(1));

    collector = collector(); // of another process, after a kill
    notifyOf(collector.parts(run));
    collector.collect(run);

    assertThat(part(1)).doesNotExist();
    assertThat(parts()).isEmpty();
  }

  @Test
  void a_part_that_was_not_written_to_its_end_keeps_its_number() throws IOException {
    ended("gemini-2.5-flash", answer("c", "3"));
    int job = job("gemini-2.5-flash").number();
    fixture.runs().promiseOutput(run, fixture.folders().outbox().resolve("x-batch-results.jsonl"));
    new PartRecord(Map.of(7, true)).with(job, false).write(record(), run);
    Files.createDirectories(part(2).getParent());
    Files.writeString(part(2).resolveSibling(".part-0002.jsonl." + run + ".part"), "{\"ke");

    collector.parts(run);

    assertThat(keys(2)).containsExactly("c");
    assertThat(parts()).containsExactly("part-0002.jsonl");
  }

  @Test
  void a_part_that_was_written_and_not_published_is_published_as_it_is() throws IOException {
    ended("gemini-2.5-flash", answer("c", "3"));
    collector.parts(run);
    Files.move(part(1), part(1).resolveSibling(".part-0001.jsonl." + run + ".part"));

    collector().parts(run);

    assertThat(parts()).containsExactly("part-0001.jsonl");
    assertThat(keys(1)).containsExactly("c");
  }

  @Test
  void a_job_without_answers_has_no_part_and_a_line_that_is_sent_again_is_in_a_later_one()
      throws IOException {
    ended("gemini-2.5-flash", error("c", 13, "internal"));
    ended("gemini-3-flash-preview", error("a", 13, "internal"), answer("b", "2"));
    notifyOf(collector.parts(run));
    assertThat(collector.collect(run)).isFalse();
    assertThat(fixture.run(run).state()).isEqualTo(RunState.INSPECTED);
    fixture.assemble(run);
    fixture.submit(run);
    ended("gemini-2.5-flash", answer("c", "3"));
    ended("gemini-3-flash-preview", answer("a", "1"));
    notifyOf(collector.parts(run));

    assertThat(keys(1)).containsExactly("b");
    assertThat(parts()).hasSize(3);
    assertThat(Outbox.keys(Outbox.lines(part(2)))).hasSize(1);
  }

  @Test
  void an_outbox_with_the_parts_of_another_run_is_not_mixed_up_with_this_one() throws IOException {
    Files.createDirectories(part(1).getParent());
    Files.writeString(part(1), "of another run\n");
    ended("gemini-2.5-flash", answer("c", "3"));

    List<Part> published = collector.parts(run);

    assertThat(part(1)).hasContent("of another run");
    assertThat(Path.of(published.get(0).results()))
        .isEqualTo(
            fixture.folders().outbox().resolve("x." + run + "-batch-results/part-0001.jsonl"));
    assertThat(fixture.run(run).output())
        .hasValue(fixture.folders().outbox().resolve("x." + run + "-batch-results.jsonl"));
  }

  @Test
  void without_the_setting_there_are_none_and_a_file_may_set_it_for_itself() throws IOException {
    fixture.close();
    open();
    ended("gemini-2.5-flash", answer("c", "3"));
    assertThat(collector.parts(run)).isEmpty();
    assertThat(part(1)).doesNotExist();

    Files.writeString(fixture.folderOf(run).overrides(), "results.parts = true\n");

    assertThat(collector.parts(run)).hasSize(1);
  }

  @Test
  void a_route_that_knows_no_parts_has_them_written_all_the_same() throws IOException {
    ended("gemini-2.5-flash", answer("c", "3"));

    collector.collect(run);

    assertThat(keys(1)).containsExactly("c");
    assertThat(stateOf("gemini-2.5-flash")).isEqualTo(JobState.COLLECTED);
  }

  private Job job(String model) {
    return fixture.jobs().of(run).stream()
        .filter(job -> job.model().equals(model))
        .reduce((earlier, later) -> later)
        .orElseThrow();
  }

  private JobState stateOf(String model) {
    return job(model).state();
  }

  private void ended(String model, String... answers) {
    int number = job(model).number();
    fixture.ended(run, number, service.holds("files/answers-" + number, answers));
  }

  private void notifyOf(List<Part> published) throws IOException {
    for (Part part : published) {
      collector.notified(part);
    }
  }

  private Path record() {
    return fixture.folderOf(run).parts();
  }

  private Path part(int number) {
    return fixture
        .folders()
        .outbox()
        .resolve("x-batch-results")
        .resolve("part-%04d.jsonl".formatted(number));
  }

  private List<String> keys(int number) {
    return Outbox.keys(Outbox.lines(part(number)));
  }

  /** Everything that is in the folder of the parts, hidden or not. */
  private List<String> parts() {
    return Stream.of(part(1).getParent().toFile().list()).sorted().toList();
  }
}
