package dev.geminibatch.stage;

import static dev.geminibatch.testkit.Samples.extraction;
import static dev.geminibatch.testkit.Samples.nativeLine;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.job.JobBody;
import dev.geminibatch.job.JobLimits;
import dev.geminibatch.job.JobPacker;
import dev.geminibatch.job.JobRules;
import dev.geminibatch.line.CheckedLine;
import dev.geminibatch.line.Line;
import dev.geminibatch.line.RequestReader;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunFolder;
import dev.geminibatch.testkit.StageFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AssemblyAheadTest {
  private static final RequestReader REQUESTS = new RequestReader();

  @TempDir Path folder;
  private StageFixture fixture;
  private AssemblyAhead ahead;
  private Run run;
  private RunFolder files;

  @BeforeEach
  void receive() throws IOException {
    fixture = StageFixture.open(folder);
    run = fixture.run(fixture.ordered("x.jsonl"));
    files = fixture.folderOf(run.id());
    ahead =
        new AssemblyAhead(
            fixture.context().state(),
            run -> JobRules.of(new JobLimits(100, 1_000_000, JobLimits.ANY)),
            fixture.jobFileAhead());
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
  }

  private static CheckedLine line(long number, String json) {
    byte[] bytes = json.getBytes(UTF_8);
    return REQUESTS.read(new Line(number, 0, bytes, bytes.length));
  }

  @Test
  void the_jobs_of_lines_without_tags_are_ready_once_all_are_checked() throws IOException {
    AssemblyAhead.Attempt attempt = ahead.begin(run);
    attempt.add(line(1, nativeLine("a", "1")));
    attempt.add(line(2, "no JSON"));
    attempt.add(line(3, nativeLine("b", "2")));
    attempt.keep();

    JobPacker jobs = ahead.take(run.id()).orElseThrow();
    assertThat(jobs.jobs()).extracting(Job::requests).containsExactly(2L);
    assertThat(jobs.rejected()).isEqualTo(1);
    assertThat(JobBody.of(files, 1).size())
        .isEqualTo((nativeLine("a", "1") + "\n" + nativeLine("b", "2") + "\n").length());
    assertThat(ahead.take(run.id())).as("taken once").isEmpty();
  }

  @Test
  void a_tag_ends_it_and_nothing_stays_on_the_disk() throws IOException {
    AssemblyAhead.Attempt attempt = ahead.begin(run);
    attempt.add(line(1, nativeLine("a", "1")));
    attempt.add(line(2, extraction("b", "page.jpg")));
    attempt.add(line(3, nativeLine("c", "3")));
    attempt.keep();

    assertThat(ahead.take(run.id())).isEmpty();
    assertThat(files.jobBody(1)).doesNotExist();
    assertThat(files.rejected(1)).doesNotExist();
  }

  @Test
  void jobs_that_another_process_has_begun_again_or_removed_are_not_ready() throws IOException {
    ready();
    Files.setLastModifiedTime(files.jobBody(1), FileTime.fromMillis(1));
    assertThat(ahead.take(run.id())).isEmpty();

    ready();
    Files.delete(files.jobBody(1));
    assertThat(ahead.take(run.id())).isEmpty();
  }

  private void ready() throws IOException {
    AssemblyAhead.Attempt attempt = ahead.begin(run);
    attempt.add(line(1, nativeLine("a", "1")));
    attempt.keep();
  }
}
