package dev.geminibatch.camel;

import static dev.geminibatch.testkit.Outbox.keys;
import static dev.geminibatch.testkit.Samples.nativeLine;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunState;
import dev.geminibatch.testkit.OldState;
import dev.geminibatch.testkit.StageFixture;
import dev.geminibatch.testkit.Workshop;
import dev.geminibatch.testkit.WorkshopTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;

/** Small files share jobs on the real routes, and whoever wants to know is notified of each. */
class PackTest extends WorkshopTest {
  private static final String PACKING = "job.pack-wait=500ms";
  private static final ConditionFactory WAIT = await().atMost(Duration.ofSeconds(30));

  /** Routes that note the runs of which they are notified. */
  private void openWithHook(String... steps) throws IOException {
    Path mine = Files.createDirectories(folder.resolve("mine"));
    Files.writeString(
        mine.resolve("mine.camel.yaml"),
        """
        - route:
            id: sent
            routeConfigurationId: stage
            from:
              uri: direct:sent
              steps:
        %s
                - to:
                    uri: file:%s
                    parameters:
                      fileName: runs
                      fileExist: Append
                      appendChars: ";"
        """
            .formatted(
                String.join("\n", steps).indent(8).stripTrailing(), folder.resolve("noted")));
    open(PACKING, "routes.extra=mine", "stage.after-submit=direct:sent");
  }

  private void drop(int from, int until) throws IOException {
    for (int i = from; i < until; i++) {
      workshop.drop("x" + i + ".jsonl", nativeLine("a", "question " + i));
    }
  }

  private List<String> noted() throws IOException {
    Path noted = folder.resolve("noted/runs");
    return Files.exists(noted) ? List.of(Files.readString(noted).split(";")) : List.of();
  }

  private List<String> ids() {
    return workshop.runs().stream().map(Run::id).toList();
  }

  private boolean areSubmitted(int runs) {
    return workshop.runs().size() == runs
        && workshop.runs().stream().allMatch(run -> run.state() == RunState.SUBMITTED);
  }

  private void assertDelivered(int runs) {
    for (int i = 0; i < runs; i++) {
      assertThat(keys(workshop.outbox().results("x" + i))).containsExactly("a");
    }
  }

  @Test
  void small_files_share_a_job_and_a_notification_comes_for_each() throws Exception {
    openWithHook();
    drop(0, 8);
    WAIT.until(() -> areSubmitted(8));
    assertThat(workshop.sandbox().counters().jobsCreated()).isLessThan(8);
    WAIT.untilAsserted(() -> assertThat(noted()).containsExactlyInAnyOrderElementsOf(ids()));

    workshop.awaitRuns(8);

    assertDelivered(8);
    assertThat(noted()).as("once each").hasSize(8);
  }

  @Test
  void a_notification_that_fails_loses_neither_the_others_nor_a_run() throws Exception {
    openWithHook(
        "- doTry:",
        "    steps:",
        "      - to:",
        "          uri: file:" + folder.resolve("failed"),
        "          parameters:",
        "            fileName: once",
        "            fileExist: Fail",
        "      - throwException:",
        "          exceptionType: java.lang.IllegalStateException",
        "          message: out of order",
        "    doCatch:",
        "      - exception:",
        "          - org.apache.camel.component.file.GenericFileOperationFailedException",
        "        steps:",
        "          - log: the second time it works");
    drop(0, 3);
    WAIT.until(() -> areSubmitted(3));
    WAIT.untilAsserted(() -> assertThat(noted()).hasSize(2).isSubsetOf(ids()));

    workshop.awaitRuns(3);

    assertDelivered(3);
    assertThat(folder.resolve("failed/once")).isRegularFile();
  }

  @Test
  void a_notification_that_hangs_holds_up_no_further_job() throws Exception {
    openWithHook("- delay:", "    asyncDelayed: false", "    constant: 3600000");
    drop(0, 3);
    WAIT.until(() -> areSubmitted(3));

    drop(3, 5);
    workshop.awaitRuns(5);

    assertDelivered(5);
    assertThat(noted()).isEmpty();
  }

  /**
   * The jobs that wait in it share one of each model; those that are with the service, or whose
   * files are, stay as they are.
   */
  @Test
  void a_state_folder_of_the_version_before_is_finished_with_shared_jobs() throws Exception {
    workshop =
        Workshop.open(
            folder,
            sandbox -> {
              // The library of the ledger can be loaded once, and the program has a place for it.
              StageFixture.open(folder.resolve("other")).close();
              OldState.restore(folder, sandbox, Duration.ofHours(1));
            },
            "job.pack-wait=5s",
            "gemini.model=gemini-3-flash-preview");
    long before = workshop.sandbox().counters().jobsCreated();
    workshop.awaitRuns(OldState.ANSWERED.size() + 1);

    assertThat(workshop.runs()).allMatch(run -> run.state() == RunState.DELIVERED);
    OldState.ANSWERED.forEach(
        (run, lines) -> {
          assertThat(keys(workshop.outbox().results(run))).as(run).isEqualTo(lines);
          assertThat(workshop.outbox().results(run))
              .extracting(result -> result.at("/response/sandbox/key").asText())
              .as("the answers are those of their lines")
              .isEqualTo(lines);
        });
    assertThat(workshop.sandbox().counters().linesSent())
        .as("nothing is paid for twice")
        .isEqualTo(OldState.LINES_OF_JOBS);
    assertThat(workshop.sandbox().counters().jobsCreated() - before).isBetween(2L, 4L);
    assertThat(workshop.outbox().report("inspected").at("/jobs/0/shared/runs").asInt())
        .isGreaterThan(1);
  }

  @Test
  void what_is_packed_while_the_process_ends_is_sent_by_the_next_one() throws Exception {
    open("job.pack-wait=1h");
    drop(0, 3);
    WAIT.until(
        () ->
            workshop.runs().size() == 3
                && workshop.runs().stream().allMatch(run -> run.reason().isPresent()));
    assertThat(workshop.sandbox().counters().jobsCreated()).isZero();
    workshop.stop();
    workshop.start();
    workshop.awaitJobs(1);
    workshop.awaitRuns(3);

    assertDelivered(3);
    assertThat(workshop.sandbox().counters().jobsCreated()).isEqualTo(1);
  }
}
