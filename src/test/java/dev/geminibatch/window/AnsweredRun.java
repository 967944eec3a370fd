package dev.geminibatch.window;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.geminibatch.extension.Delivery;
import dev.geminibatch.line.RequestReader;
import dev.geminibatch.management.AccessGuard.Right;
import dev.geminibatch.stage.collect.Collector;
import dev.geminibatch.stage.collect.RetryPlanner;
import dev.geminibatch.stage.deliver.Deliverer;
import dev.geminibatch.testkit.FakeService;
import dev.geminibatch.testkit.StageFixture;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/** A run that goes its way by hand, and what the window shows of it. */
final class AnsweredRun {
  private final StageFixture fixture;
  private final FakeService service;
  private final Window window;
  private final String id;

  private AnsweredRun(StageFixture fixture, FakeService service, String id) {
    this.fixture = fixture;
    this.service = service;
    this.window = WindowFixture.window(fixture, true);
    this.id = id;
  }

  /** A file with these lines has been dropped. */
  static AnsweredRun dropped(
      StageFixture fixture, FakeService service, String name, String... lines) throws IOException {
    return new AnsweredRun(
        fixture, service, fixture.dropped(name, String.join("\n", lines) + "\n"));
  }

  String id() {
    return id;
  }

  /** Its lines are in jobs, and those are with the service. */
  AnsweredRun submit() throws IOException {
    fixture.inspect(id);
    fixture.assemble(id);
    fixture.submit(id);
    return this;
  }

  /** A job has ended, and its answers are fetched. */
  AnsweredRun answer(int job, String... answers) throws IOException {
    fixture.ended(id, job, service.holds("files/answers-" + id + job, answers));
    new Collector(fixture.context(), new RetryPlanner(fixture.context(), new RequestReader()))
        .collect(id);
    return this;
  }

  AnsweredRun deliver() throws IOException {
    Deliverer deliverer = fixture.deliverer();
    Delivery delivery = deliverer.deliver(id);
    deliverer.finish(delivery);
    return this;
  }

  /** What is at an address below that of the run. */
  WebAnswer get(String path) {
    return at("/runs/" + id + path);
  }

  /** The same as JSON. */
  JsonNode json(String path) throws IOException {
    return new ObjectMapper().readTree(text(at("/api/v1/runs/" + id + path)));
  }

  String page(String path) throws IOException {
    return text(get(path));
  }

  WebAnswer at(String path) {
    String[] address = path.split("\\?", 2);
    Map<String, String> query = new HashMap<>();
    if (address.length > 1) {
      for (String pair : address[1].split("&")) {
        query.put(pair.split("=", 2)[0], pair.split("=", 2)[1]);
      }
    }
    return window.answer(
        new WebRequest(
            "GET", address[0], query, Map.of(), Map.of("host", "x"), Right.READ, "127.0.0.1"));
  }

  static String text(WebAnswer answer) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    answer.body().writeTo(out);
    return out.toString(UTF_8);
  }
}
