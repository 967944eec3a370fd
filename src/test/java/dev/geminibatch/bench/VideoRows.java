package dev.geminibatch.bench;

import static dev.geminibatch.testkit.Samples.extraction;
import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.sandbox.Endpoint;
import dev.geminibatch.sandbox.Sandbox;
import dev.geminibatch.testkit.RealJar;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Random;

/** A large file to upload, over a connection that breaks. */
final class VideoRows {
  private final Conditions conditions;

  VideoRows(Conditions conditions) {
    this.conditions = conditions;
  }

  void measure() throws Exception {
    Path folder = conditions.scratch();
    long megabytes = conditions.megabytes();
    Path video = folder.resolve("big.mp4");
    write(video, megabytes << 20);
    Files.writeString(folder.resolve("x.jsonl"), extraction("1", "big.mp4"));
    try (Sandbox sandbox = Sandbox.start(0, Duration.ZERO, Clock.systemUTC())) {
      sandbox
          .faults()
          .add("upload-chunk cut times=1")
          .add("upload-chunk lost-answer times=1")
          .add("upload-chunk cut times=1");
      RealJar.Running run =
          conditions
              .installed()
              .launcher("video", folder, sandbox.baseUrl())
              .start("--file", "x.jsonl");
      long peak = Processes.awaitEnd(run.process()).megabytes();
      assertThat(run.result().exit()).as(run.result().err()).isZero();
      assertThat(sandbox.counters().requests(Endpoint.UPLOAD_START)).isEqualTo(2);
      String what = "a video of " + megabytes + " MB with three cuts, peak resident memory";
      conditions.figures().add("video-memory", what, peak, "MB");
    }
    Files.delete(video);
  }

  private static void write(Path file, long bytes) throws IOException {
    byte[] block = new byte[1 << 20];
    new Random(1).nextBytes(block);
    try (OutputStream out = Files.newOutputStream(file)) {
      out.write("\0\0\0\u0018ftypisom".getBytes(StandardCharsets.ISO_8859_1));
      for (long written = 0; written < bytes; written += block.length) {
        out.write(block);
      }
    }
  }
}
