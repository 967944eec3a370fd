package dev.geminibatch.service.gemini;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.geminibatch.service.ApiKey;
import dev.geminibatch.service.CallObserver;
import dev.geminibatch.service.ErrorClassifier;
import dev.geminibatch.service.RemoteFileName;
import dev.geminibatch.service.RetryPolicy;
import dev.geminibatch.service.RpcCode;
import dev.geminibatch.service.ServiceClock;
import dev.geminibatch.service.ServiceConfig;
import dev.geminibatch.service.ServiceFailure;
import dev.geminibatch.service.ServiceFailure.Kind;
import dev.geminibatch.service.ServiceLimits;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.Date;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import okhttp3.ConnectionPool;
import okhttp3.HttpUrl;
import okhttp3.Interceptor;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;

/**
 * One HTTP exchange with the service, and what its failures mean.
 *
 * <p>Every call has time-outs. Nothing is repeated here: OkHttp's own repeating of requests on a
 * lost connection and its following of redirects are off, because a repeated "create" is a second
 * paid job.
 */
final class GeminiHttp {
  private static final MediaType JSON = MediaType.get("application/json; charset=utf-8");

  /** The service checks every line of a job's file before it answers. */
  private static final Duration CREATE_TIMEOUT = Duration.ofMinutes(10);

  /** For a chunk of an upload over a slow line. */
  private static final Duration UPLOAD_TIMEOUT = Duration.ofHours(1);

  /**
   * A whole call may take so many times the time-out for each of its steps: a step may be a byte.
   */
  private static final int STEPS = 10;

  private static final int LONGEST_TOKEN = 4_000;

  /** Below it, the service names the addresses of uploads; nothing encoded leads out of it. */
  private static final Pattern UPLOAD_PATH = Pattern.compile("/upload(?:/[A-Za-z0-9_~.:-]+)+");

  private final OkHttpClient client;
  private final OkHttpClient patientClient;
  private final OkHttpClient uploadClient;
  private final HttpUrl base;
  private final String version;
  private final ApiKey key;
  private final ServiceClock clock;
  private final ProxyAccess proxy;
  private volatile boolean stopped;

  GeminiHttp(ServiceConfig config, ServiceClock clock, CallObserver observer) {
    this.clock = clock;
    this.key = config.requireKey();
    this.version = config.apiVersion();
    this.base = HttpUrl.get(config.baseUrl().toString());
    this.proxy = new ProxyAccess(config.proxies());
    this.client =
        proxy
            .on(new OkHttpClient.Builder())
            .socketFactory(new PromptSockets())
            .retryOnConnectionFailure(false)
            .followRedirects(false)
            .followSslRedirects(false)
            .connectTimeout(Duration.ofSeconds(10))
            .readTimeout(config.timeout())
            .writeTimeout(config.timeout())
            .callTimeout(config.timeout().multipliedBy(STEPS))
            .connectionPool(new ConnectionPool(64, 30, TimeUnit.SECONDS))
            .addNetworkInterceptor(this::tellTheTime)
            .addInterceptor(new CallWatch(observer))
            .addInterceptor(new HiddenErrors())
            .addInterceptor(new BoundedAnswers())
            .build();
    this.patientClient =
        client
            .newBuilder()
            .readTimeout(CREATE_TIMEOUT)
            .callTimeout(CREATE_TIMEOUT.plus(config.timeout()))
            .build();
    this.uploadClient = client.newBuilder().callTimeout(UPLOAD_TIMEOUT).build();
  }

  private Response tellTheTime(Interceptor.Chain chain) throws IOException {
    Response response = chain.proceed(chain.request());
    Date date = response.headers().getDate("Date");
    if (date != null) {
      clock.seen(date.toInstant());
    }
    return response;
  }

  /** The client below, for the SDK. */
  OkHttpClient client() {
    return client;
  }

  /** A request about one thing, {@code batches}, {@code x:cancel}: each is one segment. */
  Request.Builder request(String collection, String id) {
    return authorized(path(version, collection, id).build());
  }

  /** A request for a page of a listing. */
  Request.Builder pageRequest(String collection, Optional<String> token) {
    HttpUrl.Builder url = path(version, collection);
    url.addQueryParameter("pageSize", Integer.toString(ServiceLimits.PAGE_SIZE));
    token.ifPresent(text -> url.addQueryParameter("pageToken", text));
    return authorized(url.build());
  }

  /** A request for the content of a file. */
  Request.Builder contentRequest(RemoteFileName file) {
    HttpUrl.Builder url = path(version, "files", file.id() + ":download");
    return authorized(url.addQueryParameter("alt", "media").build())
        .tag(AnswerLimit.class, AnswerLimit.FILE);
  }

  /** A request to the upload service. */
  Request.Builder uploadRequest() {
    return authorized(path("upload", version, "files").build());
  }

  /**
   * A request to an upload session. Only the path and query of the session's URL are used: a key
   * goes to the configured host and to no other, and nowhere but to where uploads go.
   */
  Request.Builder sessionRequest(String sessionUrl) {
    HttpUrl session = base.resolve(sessionUrl);
    if (session == null || !UPLOAD_PATH.matcher(session.encodedPath()).matches()) {
      throw odd("The service named an invalid upload address", null);
    }
    return authorized(
        path().encodedPath(session.encodedPath()).encodedQuery(session.encodedQuery()).build());
  }

  static RequestBody json(JsonNode body) {
    return RequestBody.create(body.toString(), JSON);
  }

  /** Makes the call and reads its JSON answer. */
  JsonNode call(Request request) {
    return call(client, request);
  }

  /** As {@link #call}, for a request whose answer may take minutes. */
  JsonNode callPatiently(Request request) {
    return call(patientClient, request);
  }

  private JsonNode call(OkHttpClient with, Request request) {
    try (Response response = open(with, request, OptionalInt.empty())) {
      return parse(response);
    }
  }

  /** Makes the call; the caller closes the response, which is a successful one. */
  Response open(Request request) {
    boolean isUpload = request.url().pathSegments().get(0).equals("upload");
    return open(isUpload ? uploadClient : client, request, OptionalInt.empty());
  }

  /** As {@link #open}, with one more HTTP status that the caller understands. */
  Response open(Request request, int alsoUnderstood) {
    return open(client, request, OptionalInt.of(alsoUnderstood));
  }

  private Response open(OkHttpClient with, Request request, OptionalInt alsoUnderstood) {
    refuseIfStopped();
    try {
      Response response = with.newCall(request).execute();
      if (response.isSuccessful() || OptionalInt.of(response.code()).equals(alsoUnderstood)) {
        return response;
      }
      try (response) {
        throw failure(response);
      }
    } catch (IOException e) {
      throw unreachable(e);
    }
  }

  /** Reads the JSON of a successful response. */
  static JsonNode parse(Response response) {
    try {
      return BoundedJson.read(response.body().byteStream());
    } catch (JsonProcessingException e) {
      throw odd("The service's answer is not JSON", null);
    } catch (OddAnswer e) {
      throw odd(e.getMessage(), null);
    } catch (IOException e) {
      throw new ServiceFailure(
          Kind.UNREACHABLE, "CUT_OFF", "The service's answer was truncated", Optional.empty(), e);
    }
  }

  void refuseIfStopped() {
    if (stopped) {
      throw RetryPolicy.interrupted();
    }
  }

  ServiceFailure unreachable(IOException e) {
    if (stopped) {
      return RetryPolicy.interrupted();
    }
    if (e instanceof OddAnswer) {
      return odd(e.getMessage(), null);
    }
    String what =
        e instanceof InterruptedIOException ? "did not answer in time" : "cannot be reached";
    return new ServiceFailure(
        Kind.UNREACHABLE, "UNREACHABLE", proxy.unreachable(base, what, e), Optional.empty(), e);
  }

  static ServiceFailure odd(String message, Throwable cause) {
    return new ServiceFailure(Kind.UNAVAILABLE, "ODD_ANSWER", message, Optional.empty(), cause);
  }

  /** The page of a listing that follows, if there is one. */
  static Optional<String> nextPage(JsonNode page, Optional<String> token) {
    String next = page.path("nextPageToken").asText("");
    if (next.length() > LONGEST_TOKEN || Optional.of(next).equals(token)) {
      throw odd("The service's listing does not say where it continues", null);
    }
    return next.isEmpty() ? Optional.empty() : Optional.of(next);
  }

  /** What an error answer means. */
  private ServiceFailure failure(Response response) throws IOException {
    ErrorBody body = ErrorBody.of(response);
    int code = response.code();
    String status = body.status().isEmpty() ? RpcCode.name(code) : body.status();
    String message = body.message(code);
    return new ServiceFailure(
        ErrorClassifier.kind(code, body.status(), body.reasons(), message),
        status,
        body.text().isEmpty() ? message : message + proxy.orProxy(response.request().url()),
        RetryAdvice.of(response.headers(), body.details(), clock.instant()),
        null);
  }

  /** A URL of segments, of which none can become two, a parent or a query. */
  private HttpUrl.Builder path(String... segments) {
    HttpUrl.Builder url = base.newBuilder().encodedPath("/").query(null).fragment(null);
    for (String segment : segments) {
      url.addPathSegment(segment);
    }
    return url;
  }

  private Request.Builder authorized(HttpUrl url) {
    return new Request.Builder().url(url).header("x-goog-api-key", key.reveal());
  }

  void stop() {
    stopped = true;
    client.dispatcher().cancelAll();
  }

  void close() {
    client.dispatcher().executorService().shutdown();
    client.connectionPool().evictAll();
  }
}
