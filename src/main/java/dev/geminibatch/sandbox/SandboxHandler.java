package dev.geminibatch.sandbox;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Answers the requests, in the URLs and headers of the real service. */
final class SandboxHandler implements HttpHandler {
  private static final Pattern RANGE = Pattern.compile("bytes=(\\d{1,18})-");
  private static final int MOST_ON_A_PAGE = 100;

  private final FileStore files;
  private final Uploads uploads;
  private final BatchStore batches;
  private final Generation generation;
  private final Faults faults;
  private final Counters counters;

  SandboxHandler(URI base, FileStore files, BatchStore batches, Faults faults, Counters counters) {
    this.files = files;
    this.uploads = new Uploads(base, files, counters);
    this.batches = batches;
    this.generation = new Generation(files);
    this.faults = faults;
    this.counters = counters;
  }

  @Override
  public void handle(HttpExchange http) throws IOException {
    try (http) {
      Call call = new Call(http);
      counters.asked(call.endpoint());
      counters.enter(call.endpoint());
      try {
        Thread.sleep(faults.delay(call.endpoint(), call.key()).toMillis());
        answer(http, call);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt(); // the sandbox is being closed
      } finally {
        counters.leave(call.endpoint());
      }
    }
  }

  private void answer(HttpExchange http, Call call) throws IOException {
    Fault fault = faults.take(call.endpoint(), call.key()).orElse(null);
    Misbehaviour what = fault == null ? null : fault.what();
    if (what == Misbehaviour.CUT) {
      return;
    }
    try {
      if (isRefusal(what)) {
        call.ignoreBody();
        fault.retryAfter().ifPresent(time -> call.answerHeader("Retry-After", time));
        refusal(call, fault).send(http, HttpAnswer.Way.WHOLE);
        return;
      }
      HttpAnswer answer = answer(call, fault);
      if (what != Misbehaviour.LOST_ANSWER) {
        answer.send(http, HttpAnswer.Way.of(what));
      }
    } catch (ApiError error) {
      call.answerHeader("X-Goog-Upload-Status", "final");
      HttpAnswer.json(error.http(), error.body()).send(http, HttpAnswer.Way.WHOLE);
    }
  }

  private static boolean isRefusal(Misbehaviour what) {
    return what == Misbehaviour.STATUS
        || what == Misbehaviour.HTML
        || what == Misbehaviour.SUSPENDED_KEY
        || what == Misbehaviour.ACCOUNT;
  }

  private static HttpAnswer refusal(Call call, Fault fault) {
    if (fault.is(Misbehaviour.HTML)) {
      return HttpAnswer.html(fault.code());
    }
    throw fault.error(call.key());
  }

  private HttpAnswer answer(Call call, Fault fault) throws IOException {
    String project = call.project();
    return switch (call.endpoint()) {
      case UPLOAD_START -> uploads.start(call, project);
      case UPLOAD_CHUNK -> uploads.takeChunk(call);
      case FILE_GET -> HttpAnswer.ok(files.json(files.get(project, call.id())));
      case FILE_LIST ->
          page(call, "files", files.list(project).stream().map(files::json).toList(), fault);
      case FILE_DELETE -> {
        files.delete(project, call.id());
        yield empty();
      }
      case DOWNLOAD -> download(call, batches.answers(project, call.id()), fault);
      case BATCH_CREATE -> {
        Models.require(call.id(), "batchGenerateContent");
        yield HttpAnswer.ok(batches.create(project, call.id(), call.body()));
      }
      case BATCH_GET -> batches.get(project, call.id());
      case BATCH_LIST -> page(call, "operations", batches.list(project), fault);
      case BATCH_CANCEL -> {
        batches.cancel(project, call.id());
        yield empty();
      }
      case BATCH_DELETE -> {
        batches.delete(project, call.id());
        yield empty();
      }
      case MODEL_LIST -> HttpAnswer.ok(Pages.of(call, "models", Models.all(), 50, 1000));
      case MODEL_GET -> HttpAnswer.ok(Models.get(call.id()));
      case COUNT_TOKENS -> generation.count(call);
      case GENERATE -> generation.generate(call, project, fault);
      case OTHER, JOB, ANSWERS, ANSWER_LINE, FILE_SHOWN, UPLOAD_FINISH ->
          throw new ApiError(404, "The sandbox has no " + call.method() + " " + call.path());
    };
  }

  private static HttpAnswer download(Call call, Path file, Fault fault) throws IOException {
    Matcher range = RANGE.matcher(call.header("Range"));
    boolean isWhole = fault != null && fault.is(Misbehaviour.NO_RANGE);
    if (isWhole || !range.matches()) {
      return HttpAnswer.file(file);
    }
    long from = Long.parseLong(range.group(1));
    long size = Files.size(file);
    if (from >= size) {
      call.answerHeader("Content-Range", "bytes */" + size);
      throw new ApiError(416, "The requested range cannot be satisfied.");
    }
    call.answerHeader("Content-Range", "bytes " + from + "-" + (size - 1) + "/" + size);
    return HttpAnswer.rest(file, from);
  }

  private static HttpAnswer page(Call call, String field, List<ObjectNode> all, Fault fault) {
    ObjectNode page = Pages.of(call, field, all, 10, MOST_ON_A_PAGE);
    if (fault != null && !page.has("nextPageToken")) {
      if (fault.is(Misbehaviour.EMPTY_TOKEN)) {
        page.put("nextPageToken", "");
      } else if (fault.is(Misbehaviour.EMPTY_PAGE) && page.has(field)) {
        page.put("nextPageToken", Integer.toString(all.size()));
      }
    }
    return HttpAnswer.ok(page);
  }

  private static HttpAnswer empty() {
    return HttpAnswer.ok(JsonNodeFactory.instance.objectNode());
  }
}
