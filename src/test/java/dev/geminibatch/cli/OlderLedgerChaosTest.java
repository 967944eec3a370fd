package dev.geminibatch.cli;

import static dev.geminibatch.testkit.Samples.validation;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.geminibatch.testkit.Cluster;
import dev.geminibatch.testkit.LedgerSnapshot;
import dev.geminibatch.testkit.RealJar;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** The ledger on the server is what it was some time ago, and a member works with it. */
@Tag("process")
@EnabledIfSystemProperty(
    named = "members.long",
    matches = "true",
    disabledReason = "It takes minutes; ./mvnw -Pchaos verify runs it.")
class OlderLedgerChaosTest {
  @TempDir Path folder;
  @TempDir Path programs;

  @Test
  void nothing_is_paid_twice_and_no_input_is_lost_when_the_ledger_goes_back() throws Exception {
    try (Cluster cluster = Cluster.start(folder, programs, Duration.ofMillis(300))) {
      RealJar.Running member =
          cluster
              .start(
                  cluster
                      .member("one")
                      .with("MEMBER_SILENCE", "3s")
                      .with("POLL_INTERVAL", "1s")
                      .with("JOB_PACK_WAIT", "3s"))
              .says("Stop with");
      cluster.drop("sent", validation("sent"));
      await().until(() -> state(cluster, "sent").equals("ASSEMBLED"));
      LedgerSnapshot earlier = cluster.snapshot();
      cluster.awaitAnswers("sent", 1);
      cluster.drop("unknown", validation("unknown"));
      cluster.awaitAnswers("unknown", 1);
      await().until(() -> state(cluster, "unknown").equals("DELIVERED"));
      String unknown = cluster.value("SELECT id FROM gemini_batch.run WHERE name LIKE 'unknown%'");

      earlier.putBack();

      member.says("has gone back");
      Path input = folder.resolve("failed").resolve(unknown + ".jsonl");
      await()
          .atMost(Duration.ofMinutes(3))
          .until(() -> reason(cluster).contains("--resume") && Files.exists(input));
      assertThat(cluster.sandbox().counters().jobsCreated()).isEqualTo(2);
      assertThat(cluster.sandbox().counters().linesSent()).isEqualTo(2);
      assertThat(Files.readString(input)).contains("unknown");
      await()
          .until(() -> Files.exists(folder.resolve("failed").resolve(unknown + ".jsonl.why.txt")));
      assertThat(folder.resolve("failed").resolve(unknown + ".jsonl.why.txt"))
          .content()
          .contains("[" + unknown + ".1]", "--poll");
    }
  }

  /** A shared job does not say whose lines it has, so a person decides. */
  private static String reason(Cluster cluster) throws Exception {
    return cluster.value(
        "SELECT COALESCE(MAX(reason), '') FROM gemini_batch.run WHERE name = 'sent.jsonl'");
  }

  private static String state(Cluster cluster, String name) throws Exception {
    return cluster.value(
        "SELECT COALESCE(MAX(state), '') FROM gemini_batch.run WHERE name = '" + name + ".jsonl'");
  }
}
