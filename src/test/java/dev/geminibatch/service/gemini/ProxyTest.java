package dev.geminibatch.service.gemini;

import static dev.geminibatch.testkit.Samples.nativeLine;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.geminibatch.sandbox.Sandbox;
import dev.geminibatch.service.ApiKey;
import dev.geminibatch.service.Content;
import dev.geminibatch.service.FileUpload;
import dev.geminibatch.service.JobName;
import dev.geminibatch.service.Proxies;
import dev.geminibatch.service.ProxyServer;
import dev.geminibatch.service.RemoteFile;
import dev.geminibatch.service.RetryPolicy;
import dev.geminibatch.service.ServiceClock;
import dev.geminibatch.service.ServiceConfig;
import dev.geminibatch.service.ServiceFailure;
import dev.geminibatch.service.ServiceFailure.Kind;
import dev.geminibatch.testkit.SmallProxy;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The gateway through a proxy, over real HTTP. */
class ProxyTest {
  /** A host that only the proxy knows. */
  private static final String SERVICE = "http://service.invalid";

  @TempDir Path folder;
  private Sandbox sandbox;
  private SmallProxy proxy;
  private final List<GeminiService> opened = new ArrayList<>();

  @BeforeEach
  void start() throws Exception {
    sandbox = Sandbox.start(0, Duration.ZERO, Clock.systemUTC());
    proxy = SmallProxy.start().leading("service.invalid:80", sandbox.baseUrl().getPort());
  }

  @AfterEach
  void stop() throws Exception {
    opened.forEach(GeminiService::close);
    proxy.close();
    sandbox.close();
  }

  private GeminiService gemini(String base, String address) {
    Optional<ProxyServer> server = Optional.of(ProxyServer.parse(address, "HTTPS_PROXY"));
    GeminiService gemini =
        new GeminiService(
            new ServiceConfig(
                Optional.of(ApiKey.of("some-key", "the test")),
                URI.create(base),
                "v1beta",
                Duration.ofSeconds(10),
                4,
                new Proxies(server, server, "")),
            new RetryPolicy(1, Duration.ofMillis(1), time -> {}),
            new ServiceClock(Clock.systemUTC()));
    opened.add(gemini);
    return gemini;
  }

  private String withLogin() {
    return "http://user:p%40ss@127.0.0.1:" + proxy.port();
  }

  private FileUpload lines() throws Exception {
    Path input = Files.writeString(folder.resolve("in.jsonl"), nativeLine("a", "text") + "\n");
    return new FileUpload(Content.of(input), "files/lines", "lines", "application/jsonl");
  }

  @Test
  void a_whole_round_passes_through_the_proxy_with_user_and_password() throws Exception {
    proxy.wanting("user:p@ss");
    GeminiService gemini = gemini(SERVICE, withLogin());

    gemini.checkAccess();
    RemoteFile file = gemini.upload(lines(), sent -> {});
    gemini.file(file.name());
    JobName job = gemini.createJob("m", file.name(), "job").jobName();
    await().until(() -> gemini.job(job).responsesFile().isPresent());
    String answers = gemini.job(job).responsesFile().orElseThrow();
    gemini.download(answers, folder.resolve("out.jsonl"), received -> {});
    gemini.deleteFile(file.name());
    gemini.deleteJob(job);

    assertThat(folder.resolve("out.jsonl")).content().contains("\"a\"");
    assertThat(proxy.seen().stream().map(ProxyTest::withoutIds))
        .contains(
            "POST /upload/v1beta/files",
            "GET /v1beta/files/lines",
            "POST /v1beta/models/m:batchGenerateContent",
            "GET /v1beta/batches/JOB",
            "DELETE /v1beta/files/lines",
            "DELETE /v1beta/batches/JOB");
  }

  private static String withoutIds(String request) {
    return request
        .replace(SERVICE, "")
        .replaceFirst("[?].*", "")
        .replaceFirst("batches/[^:]+$", "batches/JOB");
  }

  @Test
  void every_call_to_an_https_address_asks_the_proxy_for_a_tunnel() throws Exception {
    GeminiService gemini = gemini("https://service.invalid", proxy.address());
    JobName job = new JobName("batches/x");
    List<ThrowingCallable> calls =
        List.of(
            gemini::checkAccess,
            () -> gemini.upload(lines(), sent -> {}),
            () -> gemini.file("files/x"),
            () -> gemini.createJob("m", "files/x", "job"),
            () -> gemini.job(job),
            () -> gemini.download("files/x", folder.resolve("out"), received -> {}),
            () -> gemini.deleteFile("files/x"),
            () -> gemini.cancelJob(job),
            () -> gemini.deleteJob(job));

    for (ThrowingCallable call : calls) {
      proxy.seen().clear();
      ServiceFailure failure = catchThrowableOfType(call, ServiceFailure.class);

      assertThat(proxy.seen()).isNotEmpty().containsOnly("CONNECT service.invalid:443");
      assertThat(failure.kind()).isEqualTo(Kind.UNREACHABLE);
      assertThat(failure)
          .hasMessageContaining("https://service.invalid:443 cannot be reached")
          .hasMessageContaining("through the proxy " + proxy.address() + " of HTTPS_PROXY")
          .hasMessageContaining("502");
    }
  }

  @Test
  void a_proxy_that_wants_a_password_is_named_and_the_service_is_not_blamed() {
    proxy.wanting("user:p@ss");
    for (String base : List.of("https://service.invalid", SERVICE)) {
      ServiceFailure none =
          catchThrowableOfType(gemini(base, proxy.address())::checkAccess, ServiceFailure.class);
      ServiceFailure wrong =
          catchThrowableOfType(
              gemini(base, "user:hush-hush@127.0.0.1:" + proxy.port())::checkAccess,
              ServiceFailure.class);

      assertThat(none.isPassing()).isTrue();
      assertThat(none)
          .hasMessageStartingWith(
              "The proxy " + proxy.address() + " of HTTPS_PROXY wants a user and a password");
      assertThat(wrong)
          .hasMessageContaining("refuses this user and password")
          .message()
          .doesNotContain("hush");
    }
  }

  @Test
  void a_proxy_that_is_not_there_is_named() throws Exception {
    proxy.close();

    assertThat(
            catchThrowableOfType(
                gemini("http://127.0.0.1:9", withLogin())::checkAccess, ServiceFailure.class))
        .hasMessageContaining("through the proxy " + proxy.address() + " of HTTPS_PROXY")
        .hasMessageContaining("NO_PROXY=127.0.0.1")
        .message()
        .doesNotContain("p%40ss", "p@ss");
  }
}
