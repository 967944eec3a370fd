package dev.geminibatch.cli;

import static dev.geminibatch.testkit.Samples.validation;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.geminibatch.sandbox.Endpoint;
import dev.geminibatch.testkit.Cluster;
import dev.geminibatch.testkit.RealJar;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * A member is stopped while it creates two jobs: the call for one of them is on its way, and for
 * the other it has only written down that it is about to call. Another one takes over, and then the
 * first one wakes.
 */
@Tag("process")
@EnabledIfSystemProperty(
    named = "members.long",
    matches = "true",
    disabledReason = "It takes minutes; ./mvnw -Pchaos verify runs it.")
class FrozenMemberChaosTest {
  private static final int LARGE = 30;

  /**
   * The commit of a mark takes a while from now on. That one has begun is seen by the sequence,
   * whose numbers are taken at once.
   */
  private static final String SLOW_MARK =
      """
      CREATE SEQUENCE gemini_batch.marks;
      CREATE FUNCTION gemini_batch.slow() RETURNS trigger AS $$ BEGIN
        PERFORM nextval('gemini_batch.marks'), pg_sleep(2);
        RETURN NULL;
      END $$ LANGUAGE plpgsql SECURITY DEFINER;
      CREATE CONSTRAINT TRIGGER slow AFTER UPDATE ON gemini_batch.job
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
        WHEN (NEW.state = 'CREATING' AND OLD.state <> 'CREATING')
        EXECUTE FUNCTION gemini_batch.slow();
      """;

  @TempDir Path folder;
  @TempDir Path programs;

  @Test
  void a_member_that_is_stopped_while_it_creates_jobs_and_wakes_later_has_paid_nothing_twice()
      throws Exception {
    try (Cluster cluster = Cluster.start(folder, programs, Duration.ofMillis(300))) {
      cluster.sandbox().faults().add("batch-create delay=20s times=1");
      RealJar.Running first = cluster.start(member(cluster, "first")).says("Stop with");
      cluster.drop("small", validation("small"));
      await().until(() -> creations(cluster) == 1);
      cluster.execute(SLOW_MARK);
      cluster.drop("large", lines());
      await().until(() -> cluster.value("SELECT is_called FROM gemini_batch.marks").equals("t"));
      first.signal("STOP");
      cluster.execute("DROP TRIGGER slow ON gemini_batch.job");

      cluster.start(member(cluster, "second"));
      await()
          .atMost(Duration.ofSeconds(40))
          .until(
              () ->
                  cluster
                      .value(
                          "SELECT count(*) FROM gemini_batch.job"
                              + " WHERE state = 'CREATING' AND input_file IS NULL")
                      .equals("2"));
      first.signal("CONT");
      first.says("begins again");

      cluster.awaitAnswers("small", 1);
      cluster.awaitAnswers("large", LARGE);
      assertThat(cluster.sandbox().counters().jobsCreated()).isEqualTo(2);
      assertThat(cluster.sandbox().counters().linesSent()).isEqualTo(1 + LARGE);
      assertThat(creations(cluster)).as("one came too late, and one was never made").isEqualTo(3);
    }
  }

  private static RealJar member(Cluster cluster, String name) {
    return cluster
        .member(name)
        .with("MEMBER_SILENCE", "3s")
        .with("JOB_PACK_WAIT", "100ms")
        .with("JOB_PACK_BELOW", "" + LARGE);
  }

  private static String[] lines() {
    return IntStream.range(0, LARGE).mapToObj(i -> validation("l" + i)).toArray(String[]::new);
  }

  private static long creations(Cluster cluster) {
    return cluster.sandbox().counters().requests(Endpoint.BATCH_CREATE);
  }
}
