package dev.geminibatch.stage.poll;

import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.run.Run;
import dev.geminibatch.testkit.DatabasePerTest;
import dev.geminibatch.testkit.LogEar;
import dev.geminibatch.testkit.PostgresServer;
import dev.geminibatch.testkit.StageFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs of a profile that is not set here. */
@Tag("process")
class UnknownProfilesTest extends DatabasePerTest {
  @TempDir Path folder;

  private final List<StageFixture> open = new ArrayList<>();

  @AfterEach
  void close() throws IOException {
    for (StageFixture each : open) {
      each.close();
    }
  }

  private StageFixture daemon(boolean knowsBooks, String... settings) throws IOException {
    Files.writeString(
        folder.resolve(StageFixture.PROFILES),
        knowsBooks ? "profile.books.gemini.model=gemini-x\n" : "");
    StageFixture daemon = StageFixture.open(folder, settings);
    daemon.workspace().leases().open();
    open.add(daemon);
    return daemon;
  }

  private StageFixture member(boolean knowsBooks) throws IOException {
    return daemon(
        knowsBooks,
        "ledger.url=" + server.url(name),
        "ledger.user=" + PostgresServer.USER,
        "member.silence=10m");
  }

  private static List<String> poll(StageFixture daemon) throws IOException {
    Poller.Turns turns = new Poller(daemon.context(), daemon.queue(90), run -> true).poll();
    List<String> all = new ArrayList<>(turns.near());
    all.addAll(turns.others());
    return all;
  }

  private static String book(StageFixture daemon) throws IOException {
    Path file = Files.writeString(daemon.folders().inbox().resolve("a.jsonl"), "any");
    String run = daemon.receiver().receive("books", file);
    daemon.busy().end(run);
    daemon.workspace().leases().release(run);
    return run;
  }

  @Test
  void a_member_leaves_them_as_they_are_to_those_that_know_the_profile() throws IOException {
    StageFixture knows = member(true);
    String run = book(knows);
    Run before = knows.run(run);
    StageFixture other = member(false);

    try (LogEar log = LogEar.at("poll")) {
      assertThat(poll(other)).isEmpty();
      assertThat(log.heard())
          .containsExactly(
              "Profile books is not in the configuration here, or has no key; 1 run of it left to"
                  + " other members");
    }

    assertThat(knows.run(run)).isEqualTo(before);
    assertThat(poll(knows)).containsExactly(run);
  }

  @Test
  void one_daemon_parks_them_and_says_why() throws IOException {
    StageFixture daemon = daemon(true);
    String run = book(daemon);
    daemon.close();
    open.clear();
    StageFixture again = daemon(false);
    again.clock().forward(Duration.ofSeconds(1));

    assertThat(poll(again)).isEmpty();

    assertThat(again.run(run).reason())
        .hasValueSatisfying(
            reason -> assertThat(reason).startsWith("Its profile books is not in the"));
  }
}
