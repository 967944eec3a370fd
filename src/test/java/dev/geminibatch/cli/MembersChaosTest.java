package dev.geminibatch.cli;

import static dev.geminibatch.testkit.Outbox.keys;
import static dev.geminibatch.testkit.Samples.extraction;
import static dev.geminibatch.testkit.Samples.validation;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.geminibatch.sandbox.Counters;
import dev.geminibatch.testkit.Cluster;
import dev.geminibatch.testkit.Outbox;
import dev.geminibatch.testkit.RealJar;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three daemons share a ledger and their folders. At random moments one is killed, or stopped for
 * longer than its lease and woken, and now and then the database is started again; in the end every
 * request is answered once, and every job was paid once.
 */
@Tag("process")
class MembersChaosTest {
  private static final int BLOWS = Integer.getInteger("members.blows", 9);
  private static final int RUNS = Integer.getInteger("members.runs", 2 * BLOWS);
  private static final int RESTARTS = Integer.getInteger("members.restarts", 2);
  private static final long SEED = Long.getLong("members.seed", 4711);
  private static final int MEMBERS = 3;
  private static final int LINES = 12;
  private static final int LINES_A_JOB = 8;
  private static final int JOBS_A_RUN = 2;
  private static final int SHARED_IMAGES = 3;
  private static final int OWN_IMAGES = 3;
  private static final int UPLOADS = 2;

  /** 3 is the least that may be set; a member that is stopped for as long has lost its runs. */
  private static final Duration SILENCE =
      Duration.ofSeconds(Integer.getInteger("members.silence", 3));

  @TempDir Path folder;
  @TempDir Path programs;

  private final Random random = new Random(SEED);
  private final RealJar.Running[] members = new RealJar.Running[MEMBERS];
  private final List<String> runs = new ArrayList<>();
  private Cluster cluster;

  @Test
  void whatever_happens_to_members_each_request_is_answered_once_and_nothing_is_paid_twice()
      throws Exception {
    try (Cluster shared = Cluster.start(folder, programs, Duration.ofMillis(800))) {
      cluster = shared;
      for (int i = 0; i < SHARED_IMAGES; i++) {
        cluster.picture(i + ".png");
      }
      for (int i = 0; i < MEMBERS; i++) {
        begin(i);
      }

      for (int blow = 0; blow < BLOWS; blow++) {
        for (int i = 0; i < RUNS / BLOWS; i++) {
          drop("run-" + runs.size());
        }
        strike(random.nextInt(MEMBERS));
        if ((blow + 1) * (RESTARTS + 1) / BLOWS > blow * (RESTARTS + 1) / BLOWS
            && blow + 1 < BLOWS) {
          cluster.server().stop();
          cluster.server().startAgain();
        }
        checkOutbox();
      }
      await()
          .atMost(SILENCE.multipliedBy(3).plusMinutes(4))
          .until(() -> runs.stream().allMatch(run -> Files.exists(cluster.results(run))));
      checkOutbox();
      checkCounters();
      assertThat(folder.resolve("inbox")).isEmptyDirectory();
      assertThat(folder.resolve("failed")).isEmptyDirectory();
      for (RealJar.Running member : members) {
        member.stop();
      }
    }
  }

  private void checkCounters() {
    Counters counters = cluster.sandbox().counters();
    assertThat(counters.jobsCreated()).isEqualTo((long) JOBS_A_RUN * runs.size());
    assertThat(counters.linesSent()).isEqualTo((long) LINES * runs.size());
    long images = SHARED_IMAGES + (long) OWN_IMAGES * runs.size();
    assertThat(counters.mediaStored())
        .as("what was in flight at a blow may be uploaded again; mostly nothing was")
        .isBetween(images, images + BLOWS);
  }

  private void begin(int member) throws IOException {
    members[member] =
        cluster.start(
            cluster
                .member("member-" + member)
                .with("MEMBER_SILENCE", SILENCE.toSeconds() + "s")
                .with("UPLOAD_CONCURRENCY", "" + UPLOADS)
                .with("JOB_MAX_REQUESTS", "" + LINES_A_JOB));
  }

  /** Kills a member and starts it again, or stops it for longer than its lease. */
  private void strike(int member) throws Exception {
    RealJar.Running struck = members[member];
    boolean ended = struck.process().waitFor(random.nextInt(2500), TimeUnit.MILLISECONDS);
    assertThat(ended).as(Files.readString(struck.err())).isFalse();
    if (random.nextBoolean()) {
      struck.kill();
      begin(member);
      return;
    }
    struck.signal("STOP");
    try {
      long longer = random.nextLong(SILENCE.toMillis());
      struck.process().waitFor(SILENCE.toMillis() + longer, TimeUnit.MILLISECONDS);
    } finally {
      struck.signal("CONT");
    }
  }

  private void drop(String name) throws IOException {
    for (int i = 0; i < OWN_IMAGES; i++) {
      cluster.picture(name + "-" + i + ".png");
    }
    cluster.drop(
        name, IntStream.range(0, LINES).mapToObj(i -> line(name, i)).toArray(String[]::new));
    runs.add(name);
  }

  private static String line(String name, int i) {
    String key = name + "-" + i;
    if (i < SHARED_IMAGES) {
      return extraction(key, i + ".png");
    }
    int own = i - SHARED_IMAGES;
    return own < OWN_IMAGES ? extraction(key, name + "-" + own + ".png") : validation(key);
  }

  /** What can be seen is complete, at any moment. */
  private void checkOutbox() {
    for (String run : runs) {
      if (Files.exists(cluster.results(run))) {
        assertThat(keys(Outbox.lines(cluster.results(run))))
            .containsExactly(
                IntStream.range(0, LINES).mapToObj(i -> run + "-" + i).toArray(String[]::new));
      }
    }
  }
}
