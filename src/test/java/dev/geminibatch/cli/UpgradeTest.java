package dev.geminibatch.cli;

import static dev.geminibatch.testkit.Outbox.fileHashes;
import static dev.geminibatch.testkit.Outbox.keys;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.geminibatch.sandbox.Sandbox;
import dev.geminibatch.testkit.OldState;
import dev.geminibatch.testkit.Outbox;
import dev.geminibatch.testkit.RealJar;
import dev.geminibatch.testkit.Service;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The version before was killed in the middle of everything; this one takes its state folder over
 * and brings every run to its end. The daemon is started once, and each test looks at one side of
 * what it did.
 *
 * <p>The folder in {@code src/test/resources/upgrade} was made by the earlier version's own jar
 * against its own sandbox on port 8090, jobs of three lines at the most. In this order:
 *
 * <ul>
 *   <li>{@code done}: jobs take no time; delivered.
 *   <li>{@code again}: its job takes long, until the rules {@code answer-line error=14 times=1} and
 *       {@code batch-create status=429} are there; then its one failed line waits for the quota, as
 *       a second attempt. {@code queued}, of the same model, waits behind it.
 *   <li>{@code collected}: without those rules, with {@code answer-line blocked times=1} and a file
 *       in the outbox's place; parked with all its answers.
 *   <li>{@code ended}, with a line that is no JSON: {@code download status=503}.
 *   <li>{@code open}: jobs take long again. {@code same}: the same content once more.
 *   <li>{@code uploaded}: {@code upload-start delay=3s times=1}, and meanwhile a folder in the
 *       place of its job's file. It was removed in the end.
 *   <li>{@code inspected}: {@code upload-start delay=50s times=1}; one of its pictures is in the
 *       cache.
 *   <li>{@code creating}: {@code batch-create lost-answer every=2} and {@code batch-list
 *       delay=50s}; one of its two jobs is open.
 *   <li>{@code received}: packed, and with settings of its own. The daemon was killed (SIGKILL) as
 *       soon as the ledger showed it as RECEIVED.
 * </ul>
 *
 * <p>Then {@code VACUUM} and {@code PRAGMA wal_checkpoint(TRUNCATE)}, {@code /upgrade} for the path
 * of the folder in every text of the ledger, and into {@code service} what the sandbox had stored
 * of the jobs that are not collected. When the ledger or the files of a run change, this folder
 * stays as it is: there are people who have one like it.
 */
@Tag("process")
class UpgradeTest {
  /** Longer than the test: a job ends when the test says so. */
  private static final Duration LONG = Duration.ofHours(1);

  private static final String SOMETHING_TO_SEND =
      ".* (RECEIVED|INSPECTED|UPLOADED|ASSEMBLED|CREATING)\\b.*";

  /** The answered lines of each run by their keys. */
  private static final Map<String, List<String>> ANSWERED =
      Stream.concat(
              OldState.ANSWERED.entrySet().stream(),
              Stream.of(entry("once-more", List.of("done-1", "done-2"))))
          .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));

  /** Two of the sandbox's jobs are of one run, and three runs need none. */
  private static final int JOBS = 9;

  @TempDir private static Path folder;
  private static Sandbox sandbox;
  private static RealJar jar;
  private static Map<String, String> runs;
  private static List<String> statesBefore;
  private static long jobsBefore;
  private static long filesBefore;
  private static RealJar.Running daemon;

  @BeforeAll
  static void upgrade() throws Exception {
    sandbox = Sandbox.start(0, LONG, Clock.systemUTC());
    jar =
        new RealJar(folder, sandbox.baseUrl())
            .with("MEDIA_ROOT", folder.resolve("media").toString())
            .with("GEMINI_MODEL", "gemini-3-flash-preview");
    OldState state = OldState.restore(folder, sandbox, LONG);
    runs = state.runs();
    statesBefore = state.states();
    jobsBefore = sandbox.counters().jobsCreated();
    filesBefore = sandbox.counters().filesStored();

    daemon = jar.start();
    daemon.says("Ready");
    Path dropped = folder.resolve("inbox/once-more.jsonl.part");
    Files.copy(OldState.input(runs.get("done.jsonl"), "done.jsonl"), dropped);
    Files.move(dropped, folder.resolve("inbox/once-more.jsonl"));
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () -> {
              assertThat(state.states()).noneMatch(run -> run.matches(SOMETHING_TO_SEND));
              assertThat(sandbox.counters().jobsCreated()).isGreaterThanOrEqualTo(JOBS);
            });
    sandbox.setJobTime(Duration.ZERO);
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () ->
                assertThat(state.states())
                    .hasSize(runs.size() + 1)
                    .allMatch(run -> run.contains(" DELIVERED")));
    daemon.stop();
  }

  @AfterAll
  static void stop() throws Exception {
    if (daemon != null) {
      daemon.kill(); // if something went wrong it still runs
    }
    sandbox.close();
  }

  @Test
  void the_state_folder_of_the_version_before_has_a_run_in_every_state() {
    assertThat(statesBefore)
        .containsExactly(
            "done.jsonl DELIVERED: COLLECTED",
            "again.jsonl ASSEMBLED: COLLECTED, UPLOADED",
            "queued.jsonl ASSEMBLED: ASSEMBLED",
            "collected.jsonl COLLECTED: COLLECTED, COLLECTED",
            "ended.jsonl SUBMITTED: ENDED",
            "open.jsonl SUBMITTED: OPEN",
            "same.jsonl FOLLOWING",
            "uploaded.jsonl UPLOADED",
            "inspected.jsonl INSPECTED",
            "creating.jsonl ASSEMBLED: OPEN, CREATING",
            "received.jsonl.gz RECEIVED");
    assertThat(jobsBefore).isEqualTo(4);
  }

  @Test
  void a_state_folder_of_the_version_before_is_finished_without_a_second_job() {
    Service service = new Service(sandbox.baseUrl());

    assertThat(sandbox.counters().jobsCreated()).isEqualTo(JOBS);
    assertThat(sandbox.counters().linesSent()).isEqualTo(OldState.LINES_OF_JOBS);
    List<JsonNode> jobs = service.jobs();
    assertThat(jobs)
        .extracting(job -> job.at("/metadata/displayName").asText())
        .hasSize(JOBS)
        .doesNotHaveDuplicates();
    assertThat(jobs)
        .flatExtracting(job -> service.answers(job.at("/response/responsesFile").asText()))
        .extracting(answer -> answer.at("/response/sandbox/requestSha256").asText())
        .as("no request is in two jobs")
        .hasSize(OldState.LINES_OF_JOBS)
        .doesNotHaveDuplicates();
  }

  @Test
  void no_line_is_lost_and_each_is_answered_once_in_its_order() {
    Outbox outbox = new Outbox(folder.resolve("outbox"));

    ANSWERED.forEach(
        (run, lines) -> {
          List<JsonNode> results = outbox.results(run);
          assertThat(keys(results)).as(run).isEqualTo(lines);
          assertThat(results)
              .extracting(result -> result.at("/response/sandbox/key").asText())
              .as("the answers are those of their lines")
              .isEqualTo(lines);
        });
    assertThat(keys(outbox.errors("collected"))).containsExactly("collected-1");
    assertThat(outbox.errors("ended")).hasSize(1);
    assertThat(outbox.errors("ended").get(0).path("line").asInt()).isEqualTo(2);
    assertThat(outbox.errors("ended").get(0).toString()).contains("not-json");
    assertThat(folder.resolve("outbox")).isDirectoryNotContaining("glob:**/again-batch-errors*");
    for (String run : ANSWERED.keySet()) {
      JsonNode report = outbox.report(run);
      assertThat(report.path("answered").asInt()).as(run).isEqualTo(ANSWERED.get(run).size());
    }
  }

  @Test
  void the_settings_that_were_dropped_beside_a_file_are_kept_with_it() {
    assertThat(new Outbox(folder.resolve("outbox")).results("received"))
        .extracting(result -> result.at("/response/modelVersion").asText())
        .containsOnly("gemini-2.5-pro");
    assertThat(folder.resolve("archive/received.jsonl.gz.properties")).exists();
  }

  @Test
  void what_was_uploaded_before_is_used_again() {
    long jobFiles = 4; // the fifth job that was still to be created had its file there

    assertThat(sandbox.counters().filesStored() - filesBefore)
        .as("one picture and files of jobs")
        .isEqualTo(1 + jobFiles);
    Outbox outbox = new Outbox(folder.resolve("outbox"));
    assertThat(outbox.report("inspected").at("/uploads/sent").asInt()).isEqualTo(1);
    List<JsonNode> pictures = outbox.results("inspected");
    assertThat(fileHashes(pictures.get(0)))
        .hasSize(1)
        .isEqualTo(fileHashes(outbox.results("open").get(0)))
        .isNotEqualTo(fileHashes(pictures.get(1)));
  }

  @Test
  void inputs_are_in_the_archive_and_nowhere_else() throws Exception {
    try (Stream<Path> archived = Files.list(folder.resolve("archive"))) {
      assertThat(archived.filter(file -> !file.toString().endsWith(".properties")))
          .hasSameSizeAs(ANSWERED.keySet());
    }
    runs.forEach(
        (name, id) -> {
          if (!name.equals("done.jsonl")) {
            assertThat(folder.resolve("archive").resolve(name))
                .hasSameBinaryContentAs(OldState.input(id, name));
          }
        });
    assertThat(folder.resolve("inbox")).isEmptyDirectory();
    assertThat(folder.resolve("failed")).isEmptyDirectory();
  }

  @Test
  void the_status_shows_every_run_as_delivered() throws Exception {
    RealJar.Result status = jar.run("--status", "--json");

    assertThat(status.exit()).as(status.err()).isZero();
    assertThat(new ObjectMapper().readTree(status.out()).path("runs"))
        .hasSize(runs.size() + 1)
        .allSatisfy(run -> assertThat(run.path("state").asText()).isEqualTo("delivered"));
    assertThat(daemon.err()).content().doesNotContain("ERROR", "Exception", "\tat ");
  }
}
