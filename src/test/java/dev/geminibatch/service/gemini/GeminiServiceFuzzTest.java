package dev.geminibatch.service.gemini;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.sun.net.httpserver.HttpServer;
import dev.geminibatch.line.LineReader;
import dev.geminibatch.service.ApiKey;
import dev.geminibatch.service.JobName;
import dev.geminibatch.service.Proxies;
import dev.geminibatch.service.RetryPolicy;
import dev.geminibatch.service.ServiceClock;
import dev.geminibatch.service.ServiceConfig;
import dev.geminibatch.service.ServiceFailure;
import dev.geminibatch.testkit.ScratchFolder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;

/** Any bytes as the service's answer to every call, good or bad. */
@Tag("fuzz")
@Timeout(20)
class GeminiServiceFuzzTest {
  private static final JobName JOB = new JobName("batches/x");

  private static ScratchFolder folder;
  private static HttpServer server;
  private static GeminiService gemini;
  private static volatile byte[] body = {};
  private static volatile int status;

  private interface Call {
    void make() throws IOException;
  }

  @BeforeAll
  static void open() throws IOException {
    folder = new ScratchFolder();
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          byte[] answer = body;
          exchange.getResponseHeaders().set("Content-Type", "application/json");
          exchange.sendResponseHeaders(status, answer.length == 0 ? -1 : answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    server.start();
    gemini =
        new GeminiService(
            new ServiceConfig(
                Optional.of(ApiKey.of("some-key", "the test")),
                URI.create("http://127.0.0.1:" + server.getAddress().getPort()),
                "v1beta",
                Duration.ofSeconds(10),
                4,
                Proxies.none()),
            new RetryPolicy(1, Duration.ZERO, time -> {}),
            new ServiceClock(Clock.systemUTC()));
  }

  @AfterAll
  static void close() throws IOException {
    gemini.close();
    server.stop(0);
    folder.close();
  }

  @FuzzTest
  void a_call_is_answered_or_fails_as_a_call(byte[] answer) throws IOException {
    body = answer;
    for (int code : new int[] {200, 400}) {
      status = code;
      answered(() -> assertThat(gemini.job(JOB).state()).isNotNull());
      answered(() -> assertThat(gemini.jobs(Optional.empty()).jobs()).doesNotContainNull());
      answered(() -> assertThat(gemini.createJob("m", "files/x", "x").name()).isNotEmpty());
      answered(() -> gemini.forEachFile(file -> assertThat(file.name()).isNotNull()));
      answered(() -> assertThat(gemini.file("files/x").name()).isNotNull());
      answered(() -> checkAnswers(folder.path().resolve("answers")));
    }
  }

  private static void answered(Call call) throws IOException {
    try {
      call.make();
    } catch (ServiceFailure e) {
      assertThat(e.getMessage()).doesNotContain("some-key");
    }
  }

  /** The answers inside a description become lines of JSON with a place for a key. */
  private static void checkAnswers(Path target) throws IOException {
    gemini.download(JOB.value(), target, received -> {});
    try (LineReader lines = LineReader.open(target, 1 << 20)) {
      lines.forEachRemaining(
          line -> assertThat(new String(line.bytes(), 0, 7)).isEqualTo("{\"key\":"));
    } finally {
      Files.deleteIfExists(target);
    }
  }
}
