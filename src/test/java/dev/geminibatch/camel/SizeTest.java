package dev.geminibatch.camel;

import static dev.geminibatch.testkit.Outbox.keys;
import static dev.geminibatch.testkit.Samples.gzip;
import static dev.geminibatch.testkit.Samples.nativeLine;
import static dev.geminibatch.testkit.Samples.validation;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.geminibatch.sandbox.Endpoint;
import dev.geminibatch.testkit.WorkshopTest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Large lines, packed files, many files. */
class SizeTest extends WorkshopTest {
  @Test
  void a_packed_file_is_answered_like_any_other() throws Exception {
    open();
    byte[] packed = gzip(validation("1") + "\n" + validation("2") + "\n");
    drop("x.jsonl.gz", packed);
    workshop.awaitJobs(1);
    workshop.awaitRuns(1);

    assertThat(keys(workshop.outbox().results("x"))).containsExactly("1", "2");
    assertThat(folder.resolve("archive/x.jsonl.gz")).hasBinaryContent(packed);
    assertThat(folder.resolve("inbox")).isEmptyDirectory();

    workshop.drop("plain.jsonl", validation("1"), validation("2"), "");
    workshop.awaitRuns(2);
    assertThat(keys(workshop.outbox().results("plain"))).containsExactly("1", "2");
    assertThat(workshop.sandbox().counters().jobsCreated()).as("the same content").isEqualTo(1);
  }

  @Test
  void a_packed_file_that_is_damaged_goes_to_the_failed_folder() throws Exception {
    open();
    byte[] packed = gzip(validation("1").repeat(100));
    drop("short.jsonl.gz", Arrays.copyOf(packed, packed.length / 2));
    byte[] spoilt = gzip(validation("2"));
    spoilt[0] = 0;
    drop("second.jsonl.gz", concat(gzip(validation("1") + "\n"), spoilt));
    drop("both.jsonl.gz", concat(gzip(validation("1") + "\n"), gzip(validation("2"))));
    drop("plain.jsonl.gz", validation("1").getBytes(StandardCharsets.UTF_8));
    workshop.awaitRuns(4);

    assertThat(keys(workshop.outbox().results("both"))).containsExactly("1", "2");
    assertThat(folder.resolve("failed/second.jsonl.gz")).exists();
    assertThat(folder.resolve("failed/short.jsonl.gz")).exists();
    assertThat(folder.resolve("failed/short.jsonl.gz.why.txt"))
        .content()
        .contains("truncated", "copy it again");
    assertThat(folder.resolve("failed/plain.jsonl.gz.why.txt"))
        .content()
        .contains("not packed with gzip");
    assertThat(workshop.sandbox().counters().jobsCreated()).isEqualTo(1);
  }

  @Test
  void a_line_over_the_limit_is_refused_by_itself() throws Exception {
    open("lines.max-bytes=1MiB");
    workshop.drop(
        "x.jsonl",
        nativeLine("small", "a"),
        nativeLine("large", "a".repeat(3 << 20)),
        nativeLine("fits", "b".repeat(1_000_000)));
    workshop.awaitJobs(1);
    workshop.awaitRuns(1);

    assertThat(keys(workshop.outbox().results("x"))).containsExactly("small", "fits");
    JsonNode error = workshop.outbox().errors("x").get(0);
    assertThat(error.path("code").asText()).isEqualTo("line-too-long");
    assertThat(error.path("message").asText()).contains("1,048,576", "lines.max-bytes");
    assertThat(error.path("key").asText()).as("it stands at the beginning").isEqualTo("large");
  }

  @Test
  void jobs_are_full_by_the_bytes_that_are_sent() throws Exception {
    open("job.max-bytes=250000");
    workshop.drop(
        "x.jsonl",
        nativeLine("1", "a".repeat(100_000)),
        nativeLine("2", "b".repeat(100_000)),
        nativeLine("3", "c".repeat(100_000)));
    workshop.awaitJobs(2);
    workshop.awaitRuns(1);

    assertThat(keys(workshop.outbox().results("x"))).containsExactly("1", "2", "3");
  }

  @Test
  void many_files_wait_for_room_and_each_costs_the_same() throws Exception {
    int files = 30;
    open("job.max-open=5", "inbox.settle-time=0ms");
    for (int i = 0; i < files; i++) {
      workshop.drop("x" + i + ".jsonl", validation("v" + i));
    }
    workshop.awaitRuns(files);

    List<Endpoint> once =
        List.of(
            Endpoint.UPLOAD_START, Endpoint.UPLOAD_CHUNK, Endpoint.BATCH_CREATE, Endpoint.DOWNLOAD);
    for (Endpoint endpoint : once) {
      assertThat(workshop.sandbox().counters().requests(endpoint))
          .as(endpoint.toString())
          .isEqualTo(files);
    }
    for (int i = 0; i < files; i++) {
      assertThat(keys(workshop.outbox().results("x" + i))).containsExactly("v" + i);
    }
  }

  private void drop(String name, byte[] content) throws IOException {
    Path part = folder.resolve("inbox").resolve(name + ".part");
    Files.write(part, content);
    Files.move(part, folder.resolve("inbox").resolve(name));
  }

  private static byte[] concat(byte[] first, byte[] second) {
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }
}
