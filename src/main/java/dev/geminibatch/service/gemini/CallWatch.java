package dev.geminibatch.service.gemini;

import dev.geminibatch.service.CallKind;
import dev.geminibatch.service.CallObserver;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.util.List;
import javax.net.ssl.SSLException;
import okhttp3.Interceptor;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okio.Buffer;
import okio.ForwardingSource;
import okio.Okio;
import okio.Source;

/**
 * Tells an observer how every call went, the SDK's calls included. It must be the first
 * interceptor: then it sees what the others have made of an answer.
 */
final class CallWatch implements Interceptor {
  private static final String BROKEN = "broken";

  private final CallObserver observer;

  CallWatch(CallObserver observer) {
    this.observer = observer;
  }

  @Override
  public Response intercept(Chain chain) throws IOException {
    CallKind kind = kind(chain.request());
    long start = System.nanoTime();
    Response response;
    try {
      response = chain.proceed(chain.request());
    } catch (IOException e) {
      String outcome = chain.call().isCanceled() ? "stopped" : outcome(e);
      observer.called(kind, outcome, System.nanoTime() - start);
      throw e;
    }
    ResponseBody body = response.body();
    Source watched = new Watched(body.source(), kind, Integer.toString(response.code()), start);
    return response
        .newBuilder()
        .body(ResponseBody.create(Okio.buffer(watched), body.contentType(), body.contentLength()))
        .build();
  }

  /** An answer: the call lasts until it has been read. */
  private final class Watched extends ForwardingSource {
    private final CallKind kind;
    private final long start;
    private String outcome;

    Watched(Source answer, CallKind kind, String status, long start) {
      super(answer);
      this.kind = kind;
      this.outcome = status;
      this.start = start;
    }

    @Override
    public long read(Buffer sink, long most) throws IOException {
      try {
        return super.read(sink, most);
      } catch (IOException e) {
        if (outcome != null) {
          outcome = outcome(e);
        }
        throw e;
      }
    }

    @Override
    public void close() throws IOException {
      if (outcome != null) {
        observer.called(kind, outcome, System.nanoTime() - start);
        outcome = null;
      }
      super.close();
    }
  }

  static String outcome(IOException failure) {
    if (failure instanceof InterruptedIOException) { // every time-out is one
      return "timeout";
    }
    if (failure instanceof UnknownHostException) {
      return "unknown-host";
    }
    if (failure instanceof ConnectException || failure instanceof NoRouteToHostException) {
      return "refused";
    }
    return failure instanceof SSLException ? "tls" : BROKEN;
  }

  /** What an address is for. */
  static CallKind kind(Request request) {
    List<String> path = request.url().pathSegments();
    int last = path.size() - 1;
    String name = path.get(last);
    boolean isGet = request.method().equals("GET");
    boolean isDelete = request.method().equals("DELETE");
    if (path.get(0).equals("upload")) {
      String command = request.header("X-Goog-Upload-Command");
      return "start".equals(command) ? CallKind.START_UPLOAD : CallKind.UPLOAD;
    }
    if (name.endsWith(":batchGenerateContent")) {
      return CallKind.CREATE_JOB;
    }
    if (name.endsWith(":cancel")) {
      return CallKind.CANCEL_JOB;
    }
    if (name.endsWith(":download")) {
      return CallKind.DOWNLOAD;
    }
    if (isGet && (name.equals("batches") || name.equals("files"))) {
      return name.equals("batches") ? CallKind.LIST_JOBS : CallKind.LIST_FILES;
    }
    String collection = last == 0 ? "" : path.get(last - 1);
    if (!isGet && !isDelete) {
      return CallKind.OTHER;
    }
    return switch (collection) {
      case "batches" -> isGet ? CallKind.GET_JOB : CallKind.DELETE_JOB;
      case "files" -> isGet ? CallKind.GET_FILE : CallKind.DELETE_FILE;
      default -> CallKind.OTHER;
    };
  }
}
