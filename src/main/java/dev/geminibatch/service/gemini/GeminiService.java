package dev.geminibatch.service.gemini;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.genai.Client;
import com.google.genai.types.ClientOptions;
import com.google.genai.types.DeleteBatchJobConfig;
import com.google.genai.types.DeleteFileConfig;
import com.google.genai.types.HttpOptions;
import com.google.genai.types.HttpRetryOptions;
import dev.geminibatch.io.Amounts;
import dev.geminibatch.io.Visible;
import dev.geminibatch.line.ModelName;
import dev.geminibatch.service.CallObserver;
import dev.geminibatch.service.FileUpload;
import dev.geminibatch.service.JobName;
import dev.geminibatch.service.ModelService;
import dev.geminibatch.service.PageTokens;
import dev.geminibatch.service.Redactor;
import dev.geminibatch.service.RemoteFile;
import dev.geminibatch.service.RemoteFileName;
import dev.geminibatch.service.RemoteJob;
import dev.geminibatch.service.RemoteService;
import dev.geminibatch.service.RetryPolicy;
import dev.geminibatch.service.ServiceClock;
import dev.geminibatch.service.ServiceConfig;
import dev.geminibatch.service.ServiceFailure;
import dev.geminibatch.service.ServiceFailure.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import okhttp3.Request;
import okhttp3.Response;

/**
 * The Gemini API's files and batch jobs.
 *
 * <p>The google-genai client repeats calls, buffers whole downloads and hides failures, so it is
 * used only to get and delete files and to delete jobs. Everything else is the same REST calls.
 */
public final class GeminiService implements RemoteService {
  private static final Duration CHANGE_TIME = Duration.ofSeconds(2);
  private static final int MOST_ON_A_PAGE = 10_000;

  private final ServiceConfig config;
  private final GeminiHttp http;
  private final RetryPolicy retries;
  private final UploadThrottle throttle;
  private Client sdk;

  /** Nothing is called yet, and nobody watches. */
  public GeminiService(ServiceConfig config, RetryPolicy retries, ServiceClock clock) {
    this(config, retries, clock, CallObserver.NONE);
  }

  /**
   * Nothing is called yet.
   *
   * @param clock set by the service's answers
   * @param observer receives how each call went
   */
  public GeminiService(
      ServiceConfig config, RetryPolicy retries, ServiceClock clock, CallObserver observer) {
    this.config = config;
    this.throttle = new UploadThrottle(config.uploadConcurrency());
    this.http = new GeminiHttp(config, clock, observer);
    this.retries = retries.watchedBy(observer);
  }

  @Override
  public RemoteFile upload(FileUpload upload, LongConsumer sent) throws IOException {
    long size = upload.content().size();
    RemoteFile file;
    try {
      file = new ResumableUpload(http, retries, throttle, upload, sent).run();
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

  @Override
  public RemoteFile file(String name) {
    RemoteFileName known = fileName(name);
    Request request = http.request("files", known.id()).get().build();
    return FileJson.read(retries.call(() -> http.call(request)), known);
  }

  @Override
  public RemoteFile fileAfterAWhile(String name) {
    retries.pause(CHANGE_TIME);
    return file(name);
  }

  @Override
  public void deleteFile(String name) {
    RemoteFileName known = fileName(name); // the client makes a path of it
    viaSdk(() -> sdk().files.delete(known.value(), DeleteFileConfig.builder().build()));
  }

  private static RemoteFileName fileName(String name) {
    if (!RemoteFileName.isName(name)) {
      throw badName(Kind.NOT_FOUND, name, "a file");
    }
    return new RemoteFileName(name);
  }

  private static ServiceFailure badName(Kind kind, String name, String what) {
    String shown = Amounts.shortened(Visible.line(Redactor.redact(name)), 100);
    return new ServiceFailure(
        kind,
        "BAD_NAME",
        "\"" + shown + "\" is not the name of " + what + " with the service",
        Optional.empty(),
        null);
  }

  @Override
  public RemoteJob createJob(String model, String inputFile, String displayName) {
    String shortName = ModelName.shortName(model);
    if (!ModelName.isName(shortName)) {
      throw badName(Kind.REFUSED, model, "a model");
    }
    ModelName known = new ModelName(shortName);
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    ObjectNode batch = body.putObject("batch");
    batch.put("displayName", displayName);
    batch.putObject("inputConfig").put("fileName", inputFile);
    RemoteJob created =
        JobJson.read(
            http.callPatiently(
                http.request(known.collection(), known.id() + ":batchGenerateContent")
                    .post(GeminiHttp.json(body))
                    .build()));
    if (!JobName.isName(created.name())) {
      throw GeminiHttp.odd("The service named no job in its answer to a new batch", null);
    }
    return created;
  }

  @Override
  public void checkAccess() {
    try {
      jobs(Optional.empty(), retries.impatient());
    } catch (ServiceFailure failure) {
      if (failure.kind() == Kind.UNREACHABLE || failure.isAccount()) {
        throw failure;
      } // anything else is reported by the call that needs it
    }
  }

  @Override
  public ModelService models() {
    return new GeminiModels(http, retries);
  }

  @Override
  public RemoteJob job(JobName name) {
    JsonNode operation = retries.call(() -> described(http.request("batches", name.id())));
    if (!ErrorBody.isDescription(operation) && operation.has("error")) {
      String message = operation.at("/error/message").asText("it gave no reason");
      throw GeminiHttp.odd("The service did not describe " + name + ": " + message, null);
    }
    return JobJson.read(operation, name);
  }

  @Override
  public RemoteJob jobAfterAWhile(JobName name) {
    retries.pause(CHANGE_TIME);
    return job(name);
  }

  @Override
  public JobPage jobs(Optional<String> pageToken) {
    return jobs(pageToken, retries);
  }

  private JobPage jobs(Optional<String> pageToken, RetryPolicy retries) {
    JsonNode page = retries.call(() -> described(http.pageRequest("batches", pageToken)));
    List<RemoteJob> jobs = new ArrayList<>();
    for (JsonNode operation : page.path("operations")) {
      if (jobs.size() == MOST_ON_A_PAGE) {
        throw GeminiHttp.odd("The service lists more than a page of jobs at once", null);
      }
      jobs.add(JobJson.read(operation));
    }
    return new JobPage(jobs, GeminiHttp.nextPage(page, pageToken));
  }

  /** An answer that describes jobs, without the requests and answers inside them. */
  private JsonNode described(Request.Builder request) {
    try (Response response =
        http.open(request.tag(AnswerLimit.class, AnswerLimit.JOBS).get().build())) {
      return JobJson.withoutContent(response.body().byteStream());
    } catch (JsonEOFException e) {
      throw http.unreachable(e);
    } catch (JsonProcessingException e) {
      throw GeminiHttp.odd("The service's answer is not JSON", null);
    } catch (IOException e) {
      throw http.unreachable(e);
    }
  }

  @Override
  public void forEachFile(Consumer<RemoteFile> taker) {
    PageTokens pages = new PageTokens();
    Optional<String> token = Optional.empty();
    do {
      Request request = http.pageRequest("files", token).get().build();
      JsonNode page = retries.call(() -> http.call(request));
      for (JsonNode file : page.path("files")) {
        String name = FileJson.name(file);
        if (RemoteFileName.isName(name)) {
          taker.accept(FileJson.read(file));
        } else {
          OddNames.report("a file", name);
        }
      }
      token = pages.next(GeminiHttp.nextPage(page, token));
    } while (token.isPresent());
  }

  @Override
  public Optional<RemoteJob> findJob(String displayName, Duration wait) {
    if (!wait.isZero()) {
      retries.pause(wait);
    }
    PageTokens pages = new PageTokens();
    Optional<String> token = Optional.empty();
    do {
      JobPage page = jobs(token);
      for (RemoteJob job : page.jobs()) {
        if (job.displayName().equals(displayName)) {
          if (job.name().isEmpty()) {
            throw GeminiHttp.odd("The service lists " + displayName + " without a name", null);
          }
          return Optional.of(job);
        }
      }
      token = pages.next(page.nextPageToken());
    } while (token.isPresent());
    return Optional.empty();
  }

  @Override
  public void cancelJob(JobName name) {
    // The SDK's cancel does not look at the answer.
    retries.call(
        () ->
            http.call(
                http.request("batches", name.id() + ":cancel")
                    .post(GeminiHttp.json(JsonNodeFactory.instance.objectNode()))
                    .build()));
  }

  @Override
  public void deleteJob(JobName name) {
    viaSdk(() -> sdk().batches.delete(name.value(), DeleteBatchJobConfig.builder().build()));
  }

  @Override
  public void download(String fileName, Path target, LongConsumer received) throws IOException {
    if (JobName.isName(fileName)) {
      new InlinedAnswers(http, retries, new JobName(fileName), target, received).run();
    } else {
      new ResumableDownload(http, retries, fileName(fileName), target, received).run();
    }
  }

  private <T> T viaSdk(Supplier<T> call) {
    return retries.call(
        () -> {
          http.refuseIfStopped();
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
              .apiKey(config.requireKey().reveal())
              .vertexAI(false)
              .clientOptions(ClientOptions.builder().customHttpClient(http.client()).build())
              .httpOptions(
                  HttpOptions.builder()
                      .baseUrl(config.baseUrl().toString())
                      .apiVersion(config.apiVersion())
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

  @Override
  public void stop() {
    http.stop();
  }

  @Override
  public void close() {
    http.close();
  }
}
