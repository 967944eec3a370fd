package dev.geminibatch.service.gemini;

import static dev.geminibatch.io.Sha256.hex;
import static dev.geminibatch.testkit.Samples.nativeLine;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.geminibatch.io.Sha256;
import dev.geminibatch.sandbox.Endpoint;
import dev.geminibatch.sandbox.Sandbox;
import dev.geminibatch.service.ApiKey;
import dev.geminibatch.service.Content;
import dev.geminibatch.service.FileUpload;
import dev.geminibatch.service.JobName;
import dev.geminibatch.service.Proxies;
import dev.geminibatch.service.Redactor;
import dev.geminibatch.service.RemoteFile;
import dev.geminibatch.service.RemoteJob;
import dev.geminibatch.service.RetryPolicy;
import dev.geminibatch.service.ServiceClock;
import dev.geminibatch.service.ServiceConfig;
import dev.geminibatch.service.ServiceFailure;
import dev.geminibatch.service.ServiceFailure.Kind;
import dev.geminibatch.service.ServiceLimits;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The gateway over real HTTP. */
class GeminiServiceTest {
  private static final int CHUNK = 8 << 20;

  @TempDir Path folder;
  private final List<Duration> pauses = new ArrayList<>();
  private Sandbox sandbox;
  private GeminiService gemini;

  @BeforeEach
  void start() throws IOException {
    sandbox = Sandbox.start(0, Duration.ZERO, Clock.systemUTC());
    gemini = gemini("some-key");
  }

  private GeminiService gemini(String key) {
    return gemini(key, sandbox.baseUrl());
  }

  private GeminiService gemini(String key, URI base) {
    return new GeminiService(
        new ServiceConfig(
            Optional.of(ApiKey.of(key, "the test")),
            base,
            "v1beta",
            Duration.ofSeconds(10),
            4,
            Proxies.none()),
        new RetryPolicy(3, Duration.ofMillis(100), pauses::add),
        new ServiceClock(Clock.systemUTC()));
  }

  @AfterEach
  void stop() {
    gemini.close();
    sandbox.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK})
  void a_file_arrives_whole_whatever_its_size(int size) throws IOException {
    byte[] content = content(size);

    RemoteFile file = gemini.upload(upload("f", content), sent -> {});

    assertThat(file.size()).isEqualTo(size);
    assertThat(hashOf(file)).isEqualTo(hex(content));
  }

  @Test
  void a_broken_upload_goes_on_where_the_service_is() throws IOException {
    byte[] content = content(3 * CHUNK);
    faults(
        "upload-chunk lost-answer times=1",
        "upload-chunk cut times=1",
        "upload-chunk status=503 times=1 message=busy");

    RemoteFile file = gemini.upload(upload("f", content), sent -> {});

    assertThat(hashOf(file)).isEqualTo(hex(content));
    assertThat(sandbox.counters().requests(Endpoint.UPLOAD_START)).isEqualTo(1);
  }

  @Test
  void a_file_whose_last_answer_was_lost_is_found_and_not_sent_again() throws IOException {
    faults("upload-chunk lost-answer times=1");

    RemoteFile file = gemini.upload(upload("f", content(10)), sent -> {});

    assertThat(file.name()).isEqualTo("files/f");
    assertThat(sandbox.counters().filesStored()).isEqualTo(1);
  }

  @Test
  void a_job_is_asked_for_once_even_if_the_answer_is_lost() throws IOException {
    RemoteFile input = gemini.upload(upload("in", line()), sent -> {});
    faults("batch-create lost-answer times=1");

    ServiceFailure failure =
        catchThrowableOfType(
            ServiceFailure.class, () -> gemini.createJob("gemini-x", input.name(), "job"));

    assertThat(failure.isAmbiguous()).isTrue();
    assertThat(sandbox.counters().requests(Endpoint.BATCH_CREATE)).isEqualTo(1);
    assertThat(gemini.findJob("job", Duration.ZERO)).isPresent();
  }

  @Test
  void a_job_is_found_on_a_later_page() throws IOException {
    RemoteFile input = gemini.upload(upload("in", line()), sent -> {});
    gemini.createJob("gemini-x", input.name(), "the first");
    for (int i = 0; i < ServiceLimits.PAGE_SIZE; i++) {
      gemini.createJob("gemini-x", input.name(), "another");
    }

    assertThat(gemini.findJob("the first", Duration.ZERO)).isPresent();
    assertThat(gemini.findJob("the second", Duration.ZERO)).isEmpty();
  }

  @Test
  void a_truncated_download_is_fetched_again() throws IOException {
    String answers = finishedJob();
    faults("download half-answer times=1");

    Path target = folder.resolve("answers");
    gemini.download(answers, target, received -> {});

    assertThat(Files.readString(target)).startsWith("{\"key\":\"k\"").endsWith("\n");
    assertThat(pauses).hasSize(1);
  }

  @Test
  void a_cut_download_goes_on_where_it_was_and_is_not_given_up_while_it_moves() throws IOException {
    String answers = finishedJob();
    faults("download half-answer times=6");

    Path target = folder.resolve("answers");
    List<Long> received = new ArrayList<>();
    gemini.download(answers, target, received::add);

    assertThat(Files.readString(target)).startsWith("{\"key\":\"k\"").endsWith("\n");
    assertThat(received).isSorted().hasSize(7);
  }

  @Test
  void a_download_starts_over_where_the_service_knows_no_parts() throws IOException {
    String answers = finishedJob();
    Path whole = folder.resolve("whole");
    gemini.download(answers, whole, received -> {});
    faults("download half-answer times=1", "download no-range times=1");

    Path target = folder.resolve("answers");
    gemini.download(answers, target, received -> {});

    assertThat(target).hasSameTextualContentAs(whole);
  }

  @Test
  void a_call_is_repeated_while_the_service_is_in_trouble_and_not_for_ever() {
    faults(
        "batch-list status=503 times=1 message=busy",
        "batch-list status=429 times=1 message=slow down");
    assertThat(gemini.allJobs()).isEmpty();

    faults(
        "batch-list status=500 times=1 message=a",
        "batch-list status=500 times=1 message=b",
        "batch-list status=500 times=1 message=c");
    assertThatThrownBy(gemini::allJobs).hasMessage("c");
  }

  @Test
  void the_key_is_in_no_message() {
    String key = "AIza" + "0123456789012345678901234567890abcd";
    Redactor.hide(ApiKey.of(key, "the test"));
    try (GeminiService own = gemini(key)) {
      sandbox
          .faults()
          .add(
              "batch-get status=403 times=1 message=Consumer 'api_key:"
                  + key
                  + "' has been suspended.");

      assertThatThrownBy(() -> own.job(new JobName("batches/x")))
          .hasMessageStartingWith(
              "Consumer 'api_key:[key]' has been suspended. (The key comes from")
          .isInstanceOfSatisfying(
              ServiceFailure.class, e -> assertThat(e.kind()).isEqualTo(Kind.ACCOUNT));
    }
  }

  @Test
  void a_service_that_is_not_there_is_named() {
    try (GeminiService nowhere = gemini("some-key", URI.create("http://127.0.0.1:1"))) {
      assertThatThrownBy(nowhere::checkAccess)
          .hasMessageStartingWith("The service at http://127.0.0.1:1 cannot be reached")
          .isInstanceOfSatisfying(
              ServiceFailure.class, e -> assertThat(e.kind()).isEqualTo(Kind.UNREACHABLE));
    }
  }

  @Test
  void a_content_that_is_not_what_it_was_is_never_stored() throws Exception {
    byte[] content = content((16 << 20) + 5);
    try (FileChannel file = FileChannel.open(Files.write(folder.resolve("x"), content))) {
      String hash = Sha256.hex(content);
      content[content.length - 1]++;
      Files.write(folder.resolve("x"), content);

      assertThatThrownBy(() -> gemini.upload(checked(file, content.length, hash), sent -> {}))
          .isInstanceOf(Content.Changed.class);
    }
    assertThatThrownBy(() -> gemini.file("files/checked"))
        .isInstanceOfSatisfying(
            ServiceFailure.class,
            failure -> assertThat(failure.kind()).isNotEqualTo(Kind.ALREADY_EXISTS));
  }

  @Test
  void a_checked_content_goes_on_after_a_lost_answer() throws Exception {
    faults("upload-chunk lost-answer times=2");
    byte[] content = content((16 << 20) + 5);
    try (FileChannel file = FileChannel.open(Files.write(folder.resolve("x"), content))) {
      RemoteFile stored =
          gemini.upload(checked(file, content.length, Sha256.hex(content)), sent -> {});

      assertThat(hashOf(stored)).isEqualTo(Sha256.hex(content));
    }
  }

  private static FileUpload checked(FileChannel file, int size, String hash) {
    return new FileUpload(
        Content.of(file, size, hash, "x"), "files/checked", "x", "application/jsonl");
  }

  private void faults(String... rules) {
    sandbox.faults().addAll(List.of(rules));
  }

  private String finishedJob() throws IOException {
    RemoteFile input = gemini.upload(upload("in", line()), sent -> {});
    JobName job = gemini.createJob("gemini-x", input.name(), "job").jobName();
    RemoteJob status = gemini.job(job);
    while (!status.state().isEnded()) {
      status = gemini.job(job);
    }
    return status.responsesFile().orElseThrow();
  }

  private static byte[] line() {
    return (nativeLine("k", "x") + "\n").getBytes(StandardCharsets.UTF_8);
  }

  private FileUpload upload(String id, byte[] content) throws IOException {
    Path path = Files.write(folder.resolve("עמוד " + id), content);
    return new FileUpload(Content.of(path), "files/" + id, "עמוד", "application/jsonl");
  }

  private static byte[] content(int size) {
    byte[] content = new byte[size];
    new Random(size).nextBytes(content);
    return content;
  }

  private static String hashOf(RemoteFile file) {
    return new String(
        Base64.getDecoder().decode(file.sha256().orElseThrow()), StandardCharsets.US_ASCII);
  }
}
