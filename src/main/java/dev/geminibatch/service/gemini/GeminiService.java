package dev.geminibatch.service.gemini;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.genai.Client;
import com.google.genai.types.ClientOptions;
import com.google.genai.types.DeleteBatchJobConfig;
import com.google.genai.types.DeleteFileConfig;
import com.google.genai.types.File;
import com.google.genai.types.GetFileConfig;
import com.google.genai.types.HttpOptions;
import com.google.genai.types.HttpRetryOptions;
import dev.geminibatch.line.ModelName;
import dev.geminibatch.service.FileUpload;
import dev.geminibatch.service.RemoteFile;
import dev.geminibatch.service.RemoteJob;
import dev.geminibatch.service.RetryPolicy;
import dev.geminibatch.service.ServiceClock;
import dev.geminibatch.service.ServiceFailure;
import dev.geminibatch.service.ServiceFailure.Kind;
import dev.geminibatch.settings.Settings;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.Supplier;

/**
 * The Gemini API's files and batch jobs.
 *
 * <p>Every method throws {@link ServiceFailure} and nothing else for what the service or the
 * network does. Calls that may be repeated are repeated by the retry policy; {@link #createBatch}
 * is sent exactly once. Safe for use by many threads.
 */
public final class GeminiService implements AutoCloseable {
  /** The most that the service gives on one page. */
  public static final int LARGEST_PAGE = 100;

  private static final Duration LOOK_AGAIN = Duration.ofSeconds(2);

  /** Bounds a listing whose pages never end. */
  private static final int MOST_PAGES = 10_000;

  private final Settings.Service service;
  private final GeminiHttp http;
  private final RetryPolicy retries;
  private final UploadThrottle uploadPace;
  private Client sdk;

  /**
   * @param uploadsAtOnce how many files are uploaded at the same time, at most
   * @param clock set by the service's answers
   */
  public GeminiService(
      Settings.Service service, int uploadsAtOnce, RetryPolicy retries, ServiceClock clock) {
    this.service = service;
    this.uploadPace = new UploadThrottle(uploadsAtOnce);
    this.http = new GeminiHttp(service, clock);
    this.retries = retries;
  }

  /**
   * Uploads a file in chunks.
   *
   * @param sent told how many bytes have arrived so far
   * @return the file as the service stored it, its size checked
   * @throws ServiceFailure of kind {@code ALREADY_EXISTS} when the name is taken
   * @throws IOException when the file cannot be read
   */
  public RemoteFile upload(FileUpload upload, LongConsumer sent) throws IOException {
    long size = upload.content().size();
    RemoteFile file;
    try {
      file = new ResumableUpload(http, retries, uploadPace, upload, sent).run();
    } catch (ServiceFailure failure) {
      if (!failure.isAmbiguous()) {
        throw failure;
      }
      file = storedAllTheSame(upload, failure);
    }
    if (file.size() >= 0 && file.size() != size) {
      throw GeminiHttp.odd(
          "The service stored " + file.size() + " of " + size + " bytes of " + upload.content(),
          null);
    }
    sent.accept(size);
    return file;
  }

  /** A lost final answer does not mean a lost file. */
  private RemoteFile storedAllTheSame(FileUpload upload, ServiceFailure failure) {
    try {
      return file(upload.name());
    } catch (ServiceFailure none) {
      throw failure;
    }
  }

  /** A file by its name {@code files/...}. Not for result files: their names are refused here. */
  public RemoteFile file(String name) {
    return viaSdk(() -> RemoteFile.of(sdk().files.get(name, GetFileConfig.builder().build())));
  }

  /** As {@link #file}, after the time it takes for something to have changed. */
  public RemoteFile fileAfterAWhile(String name) {
    retries.pause(LOOK_AGAIN);
    return file(name);
  }

  public void deleteFile(String name) {
    viaSdk(() -> sdk().files.delete(name, DeleteFileConfig.builder().build()));
  }

  /**
   * Creates a batch job. The call is made once and never repeated here, because a second call is a
   * second job.
   *
   * @param inputFile {@code files/...}
   * @throws ServiceFailure if {@link ServiceFailure#isAmbiguous}, the job may exist all the same
   */
  public RemoteJob createBatch(String model, String inputFile, String displayName) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    ObjectNode batch = body.putObject("batch");
    batch.put("displayName", displayName);
    batch.putObject("inputConfig").put("fileName", inputFile);
    RemoteJob created =
        RemoteJob.of(
            http.callPatiently(
                http.request(ModelName.resource(model) + ":batchGenerateContent")
                    .post(GeminiHttp.json(body))
                    .build()));
    if (!created.name().startsWith("batches/")) {
      throw GeminiHttp.odd("The service named no job in its answer to a new batch", null);
    }
    return created;
  }

  /**
   * Finds out whether the service can be reached with this key, before any work is begun. That the
   * service is in passing trouble is no reason not to begin.
   *
   * @throws ServiceFailure when there is no way to it, or the key is refused
   */
  public void checkAccess() {
    try {
      batches(Optional.empty(), retries.impatient());
    } catch (ServiceFailure failure) {
      if (failure.kind() == Kind.UNREACHABLE || failure.kind() == Kind.BAD_KEY) {
        throw failure;
      } // anything else is told by the call that needs it
    }
  }

  /** A job by its name {@code batches/...}. */
  public RemoteJob batch(String name) {
    return RemoteJob.of(retries.call(() -> http.call(http.request(name).get().build())));
  }

  /** As {@link #batch}, after the time it takes for something to have changed. */
  public RemoteJob batchAfterAWhile(String name) {
    retries.pause(LOOK_AGAIN);
    return batch(name);
  }

  /** One page of jobs, newest first as the service gives them. */
  public BatchPage batches(Optional<String> pageToken) {
    return batches(pageToken, retries);
  }

  private BatchPage batches(Optional<String> pageToken, RetryPolicy retries) {
    JsonNode page = page("batches", pageToken, retries);
    List<RemoteJob> jobs = new ArrayList<>();
    for (JsonNode operation : page.path("operations")) {
      jobs.add(RemoteJob.of(operation));
    }
    return new BatchPage(jobs, nextPage(page, pageToken));
  }

  private JsonNode page(String collection, Optional<String> token, RetryPolicy retries) {
    String query =
        collection
            + "?pageSize="
            + LARGEST_PAGE
            + token
                .map(text -> "&pageToken=" + URLEncoder.encode(text, StandardCharsets.UTF_8))
                .orElse("");
    return retries.call(() -> http.call(http.request(query).get().build()));
  }

  private static Optional<String> nextPage(JsonNode page, Optional<String> token) {
    String next = page.path("nextPageToken").asText("");
    // A token that comes again would be followed for ever.
    boolean more = !next.isEmpty() && !next.equals(token.orElse(""));
    return more ? Optional.of(next) : Optional.empty();
  }

  /** All files of the project, page by page. */
  public void eachFile(Consumer<RemoteFile> taker) {
    Optional<String> token = Optional.empty();
    for (int number = 0; number < MOST_PAGES; number++) {
      JsonNode page = page("files", token, retries);
      for (JsonNode file : page.path("files")) {
        taker.accept(RemoteFile.of(File.fromJson(file.toString())));
      }
      token = nextPage(page, token);
      if (token.isEmpty()) {
        return;
      }
    }
  }

  /** One page of a listing of jobs. */
  public record BatchPage(List<RemoteJob> jobs, Optional<String> nextPageToken) {}

  /** All jobs of the project, from all pages. */
  public List<RemoteJob> allBatches() {
    List<RemoteJob> jobs = new ArrayList<>();
    Optional<String> token = Optional.empty();
    for (int page = 0; page < MOST_PAGES; page++) {
      BatchPage answer = batches(token);
      jobs.addAll(answer.jobs());
      token = answer.nextPageToken();
      if (token.isEmpty()) {
        break;
      }
    }
    return jobs;
  }

  /**
   * The job with a unique display name, from all pages.
   *
   * @param wait before looking
   */
  public Optional<RemoteJob> findBatch(String displayName, Duration wait) {
    if (!wait.isZero()) {
      retries.pause(wait);
    }
    return allBatches().stream().filter(job -> job.displayName().equals(displayName)).findFirst();
  }

  /** Asks for a job to be cancelled; it may end otherwise all the same. */
  public void cancelBatch(String name) {
    // The SDK's cancel does not look at the answer.
    retries.call(
        () ->
            http.call(
                http.request(name + ":cancel")
                    .post(GeminiHttp.json(JsonNodeFactory.instance.objectNode()))
                    .build()));
  }

  public void deleteBatch(String name) {
    viaSdk(() -> sdk().batches.delete(name, DeleteBatchJobConfig.builder().build()));
  }

  /**
   * Downloads a file's content to disk as it arrives.
   *
   * @param target what it holds already is taken for the beginning of the content, as an earlier
   *     call leaves it that failed; not the place where anybody looks for a complete file
   * @param received told how many bytes have arrived so far
   * @throws ServiceFailure also when the answer ended before its announced length
   * @throws IOException when the target cannot be written
   */
  public void download(String fileName, Path target, LongConsumer received) throws IOException {
    new ResumableDownload(http, retries, fileName, target, received).run();
  }

  private <T> T viaSdk(Supplier<T> call) {
    return retries.call(
        () -> {
          try {
            return call.get();
          } catch (RuntimeException e) {
            throw SdkFailures.translate(e, http);
          }
        });
  }

  /** The SDK's client, made when it is first needed: loading it takes a noticeable time. */
  private synchronized Client sdk() {
    if (sdk == null) {
      sdk =
          Client.builder()
              .apiKey(service.requireKey().reveal())
              .vertexAI(false)
              .clientOptions(ClientOptions.builder().customHttpClient(http.client()).build())
              .httpOptions(
                  HttpOptions.builder()
                      .baseUrl(service.baseUrl().toString())
                      .apiVersion(service.apiVersion())
                      .retryOptions(
                          HttpRetryOptions.builder()
                              .attempts(1)
                              .initialDelay(0.001)
                              .maxDelay(0.001)
                              .build())
                      .build())
              .build();
    }
    return sdk;
  }

  /** Every call, also one under way, fails from now on. */
  public void stop() {
    http.stop();
  }

  @Override
  public void close() {
    http.close();
  }
}
