package dev.geminibatch.stage;

import static dev.geminibatch.testkit.Samples.extraction;
import static dev.geminibatch.testkit.Samples.nativeLine;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.job.JobPacker;
import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.ledger.LedgerDatabase;
import dev.geminibatch.line.CheckedLine;
import dev.geminibatch.line.Line;
import dev.geminibatch.line.RequestReader;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.Progress;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunClaims;
import dev.geminibatch.run.RunFolder;
import dev.geminibatch.service.Connections;
import dev.geminibatch.service.RetryPolicy;
import dev.geminibatch.settings.PropertySources;
import dev.geminibatch.settings.Settings;
import dev.geminibatch.stage.receive.Receiver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AssemblyAheadTest {
  private static final RequestReader REQUESTS = new RequestReader();

  @TempDir Path folder;
  private LedgerDatabase database;
  private RunClaims claims;
  private AssemblyAhead ahead;
  private Run run;
  private RunFolder files;

  @BeforeEach
  void receive() throws IOException {
    Map<String, String> key = Map.of("gemini.api-key", "some-key");
    Settings settings = Settings.of(PropertySources.read(key, Map.of(), List.of()), folder, folder);
    database = LedgerDatabase.open(settings.folders().state());
    Ledger ledger = new Ledger(database, Clock.systemUTC());
    claims = new RunClaims(settings.folders().state());
    Connections services = new Connections(RetryPolicy.standard(), Clock.systemUTC());
    StageContext context =
        new StageContext(ledger, claims, settings, services, Clock.systemUTC(), Progress.none());
    Path input = Files.writeString(folder.resolve("x.jsonl"), "any");
    Receiver.Order order =
        new Receiver.Order(input, folder.resolve("o.jsonl"), Optional.empty(), false, false);
    run = ledger.run(new Receiver(context, new Random(1)).receive(order));
    files = RunFolder.of(settings, run.id());
    ahead = new AssemblyAhead(settings);
  }

  @AfterEach
  void close() throws IOException {
    claims.close();
    database.close();
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
    assertThat(files.jobFile(1).size())
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
  void jobs_that_another_process_has_begun_anew_or_removed_are_not_ready() throws IOException {
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
