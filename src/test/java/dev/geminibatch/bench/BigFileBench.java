package dev.geminibatch.bench;

import static dev.geminibatch.testkit.Samples.extraction;
import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.sandbox.Endpoint;
import dev.geminibatch.sandbox.Sandbox;
import dev.geminibatch.testkit.Outbox;
import dev.geminibatch.testkit.RealJar;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One file of 1 GB over a bad connection: its time, and the memory that the program takes. */
@Tag("bench")
class BigFileBench {
  private static final long BYTES = 1L << 30;

  @TempDir Path folder;

  @Test
  void a_gigabyte_over_a_bad_connection() throws Exception {
    write(folder.resolve("big.mp4"));
    Files.writeString(folder.resolve("x.jsonl"), extraction("1", "big.mp4"));
    try (Sandbox sandbox = Sandbox.start(0, Duration.ZERO, Clock.systemUTC())) {
      sandbox
          .faults()
          .add("upload-chunk cut times=1")
          .add("upload-chunk lost-answer times=1")
          .add("upload-chunk cut times=1");
      long begin = System.nanoTime();
      RealJar.Running run = new RealJar(folder, sandbox.baseUrl()).start("--file", "x.jsonl");
      long most = 0;
      while (run.process().isAlive()) {
        most = Math.max(most, residentKilobytes(run.process().pid()));
        Thread.sleep(50);
      }
      RealJar.Result result = run.result();
      System.out.printf(
          "1 GB with three cuts: exit %d, %.1f s, peak resident memory %d MB%n",
          result.exit(), (System.nanoTime() - begin) / 1e9, most / 1024);
      assertThat(result.exit()).as(result.err()).isZero();
      assertThat(Outbox.fileHashes(new Outbox(folder).results("x").get(0))).hasSize(1);
      assertThat(sandbox.counters().requests(Endpoint.UPLOAD_START)).isEqualTo(2);
    }
  }

  private static void write(Path file) throws Exception {
    byte[] block = new byte[1 << 20];
    new Random(1).nextBytes(block);
    try (OutputStream out = Files.newOutputStream(file)) {
      out.write("\0\0\0\u0018ftypisom".getBytes(StandardCharsets.ISO_8859_1));
      for (long written = 0; written < BYTES - 12; written += block.length) {
        out.write(block, 0, (int) Math.min(block.length, BYTES - 12 - written));
      }
    }
  }

  /** The most that the process has had in memory so far; 0 where the system does not tell. */
  private static long residentKilobytes(long pid) {
    try {
      return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
          .filter(line -> line.startsWith("VmHWM:"))
          .map(line -> line.replaceAll("\\D", ""))
          .mapToLong(Long::parseLong)
          .findFirst()
          .orElse(0);
    } catch (java.io.IOException e) {
      return 0; // it has just ended
    }
  }
}
