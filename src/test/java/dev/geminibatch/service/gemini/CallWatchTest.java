package dev.geminibatch.service.gemini;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.geminibatch.sandbox.Sandbox;
import dev.geminibatch.service.ApiKey;
import dev.geminibatch.service.CallKind;
import dev.geminibatch.service.CallObserver;
import dev.geminibatch.service.Content;
import dev.geminibatch.service.FileUpload;
import dev.geminibatch.service.Proxies;
import dev.geminibatch.service.RemoteJob;
import dev.geminibatch.service.RetryPolicy;
import dev.geminibatch.service.ServiceClock;
import dev.geminibatch.service.ServiceConfig;
import dev.geminibatch.service.ServiceFailure;
import dev.geminibatch.testkit.Samples;
import java.io.EOFException;
import java.io.IOException;
import java.net.NoRouteToHostException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every call is told of once, with what it was for and how it went. */
class CallWatchTest {
  @TempDir Path folder;
  private final List<String> calls = new CopyOnWriteArrayList<>();
  private final List<ServiceFailure.Kind> repeated = new CopyOnWriteArrayList<>();
  private final List<Long> times = new CopyOnWriteArrayList<>();
  private Sandbox sandbox;
  private GeminiService gemini;

  private final CallObserver observer =
      new CallObserver() {
        @Override
        public void called(CallKind kind, String outcome, long nanos) {
          calls.add(kind.word() + " " + outcome);
          times.add(nanos);
        }

        @Override
        public void repeated(ServiceFailure.Kind why) {
          repeated.add(why);
        }
      };

  @BeforeEach
  void start() throws IOException {
    sandbox = Sandbox.start(0, Duration.ZERO, Clock.systemUTC());
    gemini = gemini(sandbox.baseUrl(), Duration.ofSeconds(10));
  }

  private GeminiService gemini(URI base, Duration timeout) {
    return new GeminiService(
        new ServiceConfig(
            Optional.of(ApiKey.of("some-key", "the test")),
            base,
            "v1beta",
            timeout,
            4,
            Proxies.none()),
        new RetryPolicy(2, Duration.ZERO, time -> {}),
        new ServiceClock(Clock.systemUTC()),
        observer);
  }

  @AfterEach
  void stop() {
    gemini.close();
    sandbox.close();
  }

  private String uploaded() throws IOException {
    Path file = folder.resolve("x.jsonl");
    Files.writeString(file, Samples.nativeLine("a", "text") + "\n");
    Content content = Content.of(file);
    return gemini
        .upload(new FileUpload(content, "files/x", "x", "application/jsonl"), sent -> {})
        .name();
  }

  @Test
  void no_request_waits_until_the_service_has_acknowledged_its_beginning() throws IOException {
    try (Socket socket = new PromptSockets().createSocket()) {
      assertThat(socket.getTcpNoDelay()).isTrue();
    }
    try (Socket socket =
        new PromptSockets().createSocket("127.0.0.1", sandbox.baseUrl().getPort())) {
      assertThat(socket.getTcpNoDelay()).isTrue();
    }
  }

  @Test
  void each_kind_of_call_has_its_name() throws IOException {
    String file = uploaded();
    assertThat(calls).containsExactly("startUpload 200", "upload 200");
    calls.clear();

    RemoteJob job = gemini.createJob("gemini-2.5-flash", file, "x");
    RemoteJob ended = gemini.job(job.jobName());
    for (int i = 0; i < 100 && ended.answers().isEmpty(); i++) {
      ended = gemini.job(job.jobName());
    }
    assertThat(calls).contains("createJob 200").endsWith("getJob 200");
    calls.clear();

    gemini.download(ended.answers().orElseThrow(), folder.resolve("answers"), received -> {});
    gemini.jobs(Optional.empty());
    gemini.file(file);
    gemini.forEachFile(each -> {});
    gemini.deleteJob(job.jobName());
    gemini.deleteFile(file);

    assertThat(calls)
        .containsExactly(
            "download 200",
            "listJobs 200",
            "getFile 200",
            "listFiles 200",
            "deleteJob 200",
            "deleteFile 200");
    assertThat(times).allMatch(nanos -> nanos > 0);
  }

  @Test
  void a_job_is_cancelled_under_its_own_name() throws IOException {
    sandbox.setJobTime(Duration.ofHours(1));
    RemoteJob job = gemini.createJob("gemini-2.5-flash", uploaded(), "x");
    calls.clear();

    gemini.cancelJob(job.jobName());

    assertThat(calls).containsExactly("cancelJob 200");
  }

  @Test
  void a_refused_call_and_its_repetition_are_two_calls() {
    sandbox.faults().add("batch-list status=503 times=1");

    gemini.jobs(Optional.empty());

    assertThat(calls).containsExactly("listJobs 503", "listJobs 200");
    assertThat(repeated).containsExactly(ServiceFailure.Kind.UNAVAILABLE);
  }

  @Test
  void the_last_failure_is_not_called_a_repetition() {
    sandbox.faults().add("batch-list status=429");

    assertThatThrownBy(() -> gemini.jobs(Optional.empty())).isInstanceOf(ServiceFailure.class);

    assertThat(calls).containsExactly("listJobs 429", "listJobs 429");
    assertThat(repeated).containsExactly(ServiceFailure.Kind.QUOTA);
  }

  @ParameterizedTest
  @CsvSource({"batch-get lost-answer, broken", "batch-get half-answer, broken"})
  void a_call_without_a_whole_answer_says_so(String fault, String outcome) throws IOException {
    RemoteJob job = gemini.createJob("gemini-2.5-flash", uploaded(), "x");
    calls.clear();
    sandbox.faults().add(fault + " times=1");

    gemini.job(job.jobName());

    assertThat(calls).containsExactly("getJob " + outcome, "getJob 200");
  }

  @Test
  void a_service_that_is_not_there_or_silent_has_a_word_instead_of_a_status() throws IOException {
    int free;
    try (ServerSocket socket = new ServerSocket(0)) {
      free = socket.getLocalPort();
    }
    assertThat(outcome("http://127.0.0.1:" + free, 10_000)).isEqualTo("listJobs refused");
    try (ServerSocket silent = new ServerSocket(0)) {
      String address = "http://127.0.0.1:" + silent.getLocalPort();
      assertThat(outcome(address, 300)).isEqualTo("listJobs timeout");
    }
  }

  @Test
  void why_there_is_no_answer_is_told_by_what_was_thrown() {
    assertThat(CallWatch.outcome(new UnknownHostException("x"))).isEqualTo("unknown-host");
    assertThat(CallWatch.outcome(new SSLHandshakeException("x"))).isEqualTo("tls");
    assertThat(CallWatch.outcome(new NoRouteToHostException("x"))).isEqualTo("refused");
    assertThat(CallWatch.outcome(new SocketTimeoutException("x"))).isEqualTo("timeout");
    assertThat(CallWatch.outcome(new EOFException("x"))).isEqualTo("broken");
  }

  private String outcome(String address, long timeoutMillis) {
    calls.clear();
    try (GeminiService other = gemini(URI.create(address), Duration.ofMillis(timeoutMillis))) {
      assertThatThrownBy(() -> other.jobs(Optional.empty())).isInstanceOf(ServiceFailure.class);
    }
    return calls.get(0);
  }
}
