package dev.geminibatch.ledger;

import static dev.geminibatch.testkit.StageFixture.PROJECT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.run.Job;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunState;
import dev.geminibatch.service.ProjectId;
import dev.geminibatch.testkit.StageFixture;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may create a job next. */
class CreationQueueTest {
  @TempDir Path folder;
  private StageFixture fixture;
  private RunLedger runs;
  private JobLedger jobs;

  @BeforeEach
  void open() throws IOException {
    fixture = StageFixture.open(folder);
    runs = fixture.runs();
    jobs = fixture.jobs();
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
  }

  @Test
  void who_came_first_is_the_first_to_get_room_and_the_others_say_whom_they_wait_for()
      throws IOException {
    CreationQueue queue = fixture.queue(1);
    jobs.creating(fixture.withJob(fixture.dropped("open.jsonl")), 1);
    Run older = fixture.run(fixture.withJob(fixture.dropped("older.jsonl")).runId());
    fixture.clock().forward(Duration.ofSeconds(1));
    Run younger = fixture.run(fixture.withJob(fixture.dropped("younger.jsonl")).runId());

    CreationQueue.Place place = queue.placeFor(older, "gemini-x", PROJECT).orElseThrow();
    assertThat(place.reason()).contains("1 of our jobs are open", "job.max-open");
    runs.queued(older.id(), place);
    assertThat(queue.placeFor(younger, "gemini-x", PROJECT).orElseThrow().reason())
        .contains("older.jsonl");
    runs.moveTo(older.id(), RunState.SUBMITTED);
    assertThat(fixture.queue(2).placeFor(younger, "gemini-x", PROJECT)).isEmpty();
  }

  @Test
  void as_many_as_there_is_room_for_need_not_wait_for_each_other() throws IOException {
    jobs.creating(fixture.withJob(fixture.dropped("open.jsonl")), 90);
    List<Run> runs = new ArrayList<>();
    for (String name : List.of("first.jsonl", "second.jsonl", "third.jsonl")) {
      fixture.clock().forward(Duration.ofSeconds(1));
      Run run = fixture.run(fixture.withJob(fixture.dropped(name)).runId());
      fixture
          .runs()
          .queued(run.id(), fixture.queue(1).placeFor(run, "gemini-x", PROJECT).orElseThrow());
      runs.add(run);
    }

    CreationQueue twoMore = fixture.queue(3);
    assertThat(twoMore.placeFor(runs.get(0), "gemini-x", PROJECT)).isEmpty();
    assertThat(twoMore.placeFor(runs.get(1), "gemini-x", PROJECT)).isEmpty();
    assertThat(twoMore.placeFor(runs.get(2), "gemini-x", PROJECT).orElseThrow().reason())
        .contains("first.jsonl");
  }

  @Test
  void a_quota_that_is_used_up_holds_back_its_model_and_its_project_only() throws IOException {
    Run older = fixture.run(fixture.withJob(fixture.dropped("older.jsonl")).runId());
    fixture.clock().forward(Duration.ofSeconds(1));
    Run younger = fixture.run(fixture.withJob(fixture.dropped("younger.jsonl")).runId());
    Job job = jobs.job(older.id(), 1);
    CreationQueue queue = fixture.queue(90);
    runs.queued(
        older.id(), CreationQueue.afterFailure(job, "no tokens left", fixture.clock().instant()));

    assertThat(fixture.run(older.id()).reason().orElseThrow()).contains("no tokens left");
    assertThat(queue.placeFor(younger, "gemini-x", PROJECT)).isPresent();
    assertThat(queue.placeFor(younger, "gemini-y", PROJECT)).isEmpty();
    assertThat(queue.placeFor(younger, "gemini-x", new ProjectId("another"))).isEmpty();
    fixture.clock().forward(Duration.ofHours(7));
    queue.keep(() -> List.of(older.id()));
    assertThat(queue.placeFor(younger, "gemini-x", PROJECT)).as("however long").isPresent();
    fixture.clock().forward(Duration.ofMinutes(6));
    assertThat(queue.placeFor(younger, "gemini-x", PROJECT))
        .as("nobody works on the older one any more")
        .isEmpty();
  }
}
