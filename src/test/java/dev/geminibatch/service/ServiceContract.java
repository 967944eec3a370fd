package dev.geminibatch.service;

import static dev.geminibatch.testkit.Samples.nativeLine;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the suites for the service's ports have in common. Everything that a suite leaves with the
 * service is small and removed at the end, so that it may run against a service that costs money.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class ServiceContract {
  static final String MODEL = "gemini-2.5-flash-lite";

  @TempDir protected Path folder;
  private final List<JobName> jobs = new ArrayList<>();
  private final List<String> files = new CopyOnWriteArrayList<>();
  private Connection connection;

  /** A connection to the service under test. */
  protected abstract Connection connect(ApiKey key);

  /** The key of the project that the suite works in. */
  protected ApiKey key() {
    return ApiKey.of("some-key", "the test");
  }

  /** How long the service may take to end a job of one line. */
  protected Duration patience() {
    return Duration.ofSeconds(10);
  }

  /** How many entries are created to fill a listing. */
  protected int entriesOfAListing() {
    return 2;
  }

  @BeforeAll
  void connect() {
    connection = connect(key());
  }

  @AfterAll
  void leaveNothingBehind() {
    jobs.forEach(job -> ifItIsThere(() -> remove(job)));
    files.forEach(file -> ifItIsThere(() -> files().deleteFile(file)));
    connection.close();
  }

  private void remove(JobName job) {
    batches().cancelJob(job);
    awaitEnd(job);
    batches().deleteJob(job);
  }

  private static void ifItIsThere(Runnable removal) {
    try {
      removal.run();
    } catch (ServiceFailure failure) {
      if (failure.kind() != ServiceFailure.Kind.NOT_FOUND) {
        throw failure;
      }
    }
  }

  final BatchService batches() {
    return connection.batches();
  }

  final FileService files() {
    return connection.files();
  }

  /** A name for a file or a job that nobody has used. */
  static String unusedName() {
    return "contract-" + UUID.randomUUID().toString().replace("-", "").substring(0, 20);
  }

  /** Uploads a text under a name that nobody has used. */
  final RemoteFile uploaded(String text) throws IOException {
    return upload("files/" + unusedName(), text);
  }

  final RemoteFile upload(String name, String text) throws IOException {
    Path file = Files.writeString(folder.resolve(unusedName()), text);
    files.add(name);
    return files()
        .upload(new FileUpload(Content.of(file), name, "עמוד 1", "application/jsonl"), sent -> {});
  }

  /** Creates a job of one short line. */
  protected final RemoteJob newJob(String displayName) throws IOException {
    String line = nativeLine("k", "Say yes.") + "\n";
    RemoteJob job = batches().createJob(MODEL, uploaded(line).name(), displayName);
    jobs.add(job.jobName());
    return job;
  }

  final RemoteJob awaitEnd(JobName job) {
    return await()
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(10))
        .atMost(patience())
        .until(() -> batches().jobAfterAWhile(job), each -> each.state().isEnded());
  }

  protected static void assertNotFound(Runnable call) {
    assertThat(failureOf(call).kind()).isEqualTo(ServiceFailure.Kind.NOT_FOUND);
  }

  static ServiceFailure failureOf(Runnable call) {
    ServiceFailure failure = catchThrowableOfType(ServiceFailure.class, call::run);
    assertThat(failure).as("a failure of the service").isNotNull();
    return failure;
  }
}
