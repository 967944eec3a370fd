package dev.geminibatch.cli;

import static dev.geminibatch.testkit.Samples.extraction;
import static dev.geminibatch.testkit.Samples.validation;
import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.sandbox.Endpoint;
import dev.geminibatch.testkit.Cluster;
import dev.geminibatch.testkit.RealJar;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two daemons with one ledger and the same folders share what there is to do. */
@Tag("process")
class SharedUploadsTest {
  private static final int CONCURRENCY = 4;

  @TempDir Path folder;
  @TempDir Path programs;

  private Cluster cluster;
  private List<RealJar.Running> members = List.of();

  @BeforeEach
  void start() throws Exception {
    cluster = Cluster.start(folder, programs, Duration.ofMillis(300));
    cluster.sandbox().faults().add("upload-chunk delay=150ms");
    members = List.of(member("one"), member("two"));
  }

  private RealJar.Running member(String name) throws IOException {
    return cluster
        .start(cluster.member(name).with("UPLOAD_CONCURRENCY", "" + CONCURRENCY))
        .says("Stop with Ctrl-C");
  }

  @AfterEach
  void stop() throws Exception {
    if (cluster != null) {
      cluster.close();
    }
  }

  @Test
  void the_files_of_one_run_are_uploaded_by_both_and_each_of_them_once() throws Exception {
    int images = 200;
    for (int i = 0; i < images; i++) {
      cluster.picture(i + ".png");
    }
    cluster.drop(
        "large",
        IntStream.range(0, images)
            .mapToObj(i -> extraction("large-" + i, i + ".png"))
            .toArray(String[]::new));
    for (int run = 0; run < 4; run++) {
      cluster.drop("small-" + run, extraction("a", "0.png"), extraction("b", images - 1 + ".png"));
    }

    cluster.awaitAnswers("large", images);
    for (int run = 0; run < 4; run++) {
      cluster.awaitAnswers("small-" + run, 2);
    }

    assertThat(cluster.sandbox().counters().mediaStored()).isEqualTo(images);
    assertThat(cluster.sandbox().counters().mostAtOnce(Endpoint.UPLOAD_CHUNK))
        .as("more than one of them could")
        .isGreaterThan(CONCURRENCY);
  }

  @Test
  void each_dropped_file_is_received_once_and_both_members_receive_some() throws Exception {
    int files = 300;
    for (int i = 0; i < files; i++) {
      cluster.drop("small-" + i, validation("small-" + i));
    }

    for (int i = 0; i < files; i++) {
      cluster.awaitAnswers("small-" + i, 1);
    }

    int all = 0;
    for (RealJar.Running member : members) {
      String log = Files.readString(member.err());
      int received = log.split("received as run").length - 1;
      assertThat(received).isGreaterThan(files / 5);
      assertThat(log).doesNotContain("ERROR");
      all += received;
    }
    assertThat(all).isEqualTo(files);
    assertThat(cluster.sandbox().counters().linesSent()).isEqualTo(files);
  }

  @Test
  void what_a_member_that_is_gone_was_receiving_is_received_once() throws Exception {
    Path moved = Files.createDirectories(folder.resolve("state/runs/20260101-000000-moved1"));
    Files.writeString(moved.resolve("input.jsonl"), validation("moved"));
    cluster.drop("left", validation("left"));
    receiving("20260101-000000-moved1", "moved");
    receiving("20260101-000000-left01", "left");

    cluster.awaitAnswers("moved", 1);
    cluster.awaitAnswers("left", 1);

    assertThat(cluster.sandbox().counters().linesSent()).isEqualTo(2);
    assertThat(folder.resolve("inbox")).isEmptyDirectory();
  }

  /** As a member leaves it that is killed between its two transactions. */
  private void receiving(String id, String name) throws Exception {
    cluster.execute(
        "INSERT INTO gemini_batch.run (id, name, source, from_inbox, model, media_root,"
            + " display_name, forced, state, created_at, updated_at, owner, fence, mark) SELECT '%s',"
                .formatted(id)
            + " '%1$s.jsonl', '%2$s/inbox/%1$s.jsonl', 1, 'gemini-3-flash-preview', '%2$s', '%1$s',"
                .formatted(name, folder)
            + " 0, 'RECEIVING', 0, 0, 'gone', 1, mark FROM gemini_batch.state_folder");
  }
}
