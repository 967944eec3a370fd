package dev.geminibatch.sandbox;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import dev.geminibatch.io.Quantity;
import dev.geminibatch.io.UsageException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * What a tester tells the sandbox while it runs: rules of misbehaviour, the time, how long jobs
 * take. Every request is answered with the state of all that.
 */
final class SandboxControl implements HttpHandler {
  private static final int MOST_BYTES = 1 << 20;

  private static final String HOW =
      "The sandbox has GET /sandbox, POST and DELETE /sandbox/faults (a rule a line), POST"
          + " /sandbox/clock (48h forward), POST /sandbox/job-time (10s), POST and DELETE"
          + " /sandbox/quota (tier=1, or gemini-2.5-pro=1000000, a limit a line). POST and DELETE need the"
          + " header X-Sandbox: 1.";

  private final BatchStore batches;
  private final Faults faults;
  private final Counters counters;
  private final MovableClock clock;

  SandboxControl(BatchStore batches, Faults faults, Counters counters, MovableClock clock) {
    this.batches = batches;
    this.faults = faults;
    this.counters = counters;
    this.clock = clock;
  }

  @Override
  public void handle(HttpExchange http) throws IOException {
    try (http) {
      Optional<String> refusal = ForeignPages.refusal(http);
      if (refusal.isPresent()) {
        send(http, 403, refusal.get());
        return;
      }
      byte[] bytes = http.getRequestBody().readNBytes(MOST_BYTES + 1);
      if (bytes.length > MOST_BYTES) {
        send(http, 413, "At most " + MOST_BYTES + " bytes of rules at once.");
        return;
      }
      String body = new String(bytes, StandardCharsets.UTF_8);
      String asked = http.getRequestMethod() + " " + http.getRequestURI().getPath();
      try {
        boolean done = act(asked, body.strip());
        send(http, done ? 200 : 404, done ? state().toPrettyString() : HOW);
      } catch (UsageException e) {
        send(http, 400, e.getMessage());
      }
    }
  }

  private boolean act(String asked, String body) {
    switch (asked) {
      case "GET /sandbox" -> {
        // only the state is wanted
      }
      case "POST /sandbox/faults" -> faults.addAll(body.lines().toList());
      case "DELETE /sandbox/faults" -> faults.clear();
      case "POST /sandbox/clock" ->
          clock.forward(Quantity.duration("The time to go forward", body));
      case "POST /sandbox/job-time" -> batches.setJobTime(Quantity.duration("The job time", body));
      case "POST /sandbox/quota" -> batches.quota().setAll(body.lines().toList());
      case "DELETE /sandbox/quota" -> batches.quota().clear();
      default -> {
        return false;
      }
    }
    return true;
  }

  private ObjectNode state() {
    ObjectNode state = JsonNodeFactory.instance.objectNode();
    state.put("time", clock.instant().toString());
    state.put("jobTime", batches.jobTime().toMillis() + "ms");
    for (FaultRule rule : faults.rules()) {
      state
          .withArray("faults")
          .addObject()
          .put("rule", rule.text())
          .put("happened", rule.happened());
    }
    state.set("quota", batches.quota().json());
    ObjectNode enqueued = state.putObject("enqueuedTokens");
    batches.enqueued().forEach(enqueued::put);
    state.put("jobsCreated", counters.jobsCreated());
    state.put("linesSent", counters.linesSent());
    state.put("filesStored", counters.filesStored());
    state.put("mediaStored", counters.mediaStored());
    ObjectNode requests = state.putObject("requests");
    for (Endpoint endpoint : Endpoint.values()) {
      if (endpoint.isRequest()) {
        requests.put(endpoint.word(), counters.requests(endpoint));
      }
    }
    return state;
  }

  private static void send(HttpExchange http, int code, String text) throws IOException {
    byte[] body = (text + "\n").getBytes(StandardCharsets.UTF_8);
    http.getResponseHeaders()
        .set("Content-Type", code == 200 ? "application/json" : "text/plain; charset=UTF-8");
    http.sendResponseHeaders(code, body.length);
    http.getResponseBody().write(body);
  }
}
