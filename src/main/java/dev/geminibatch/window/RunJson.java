package dev.geminibatch.window;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.geminibatch.run.Run;
import java.time.Instant;
import java.util.Optional;

/** Adds to what a program gets of a run what the page shows besides. */
final class RunJson {
  private static final ObjectMapper JSON = new ObjectMapper();

  private RunJson() {}

  /**
   * Adds it.
   *
   * @param document with the state of the run and its jobs, in the order of the details
   */
  static ObjectNode add(ObjectNode document, Run run, RunDetails details) {
    document.put("profile", run.profile());
    document.put("model", run.model());
    document.put("attempt", run.attempt());
    document.put("maxCost", details.mostCost().orElse(null));
    document.set("forecast", tree(details.forecast()));
    document.set("cost", tree(details.cost()));
    document.set("tokens", JSON.valueToTree(details.tokens()));
    for (int i = 0; i < details.jobs().size(); i++) {
      add((ObjectNode) document.get("jobs").get(i), details.jobs().get(i));
    }
    ArrayNode story = document.putArray("story");
    for (RunStory.Moment moment : details.story()) {
      story.addObject().put("time", moment.time().toString()).put("what", moment.what());
    }
    addFailures(document, details.failures());
    ArrayNode files = document.putArray("files");
    for (Outbox.Found found : details.files()) {
      files
          .addObject()
          .put("file", found.file().word())
          .put("name", found.path().getFileName().toString())
          .put("bytes", found.size());
    }
    return document;
  }

  private static void add(ObjectNode document, RunDetails.JobRow row) {
    document.put("number", row.job().number());
    document.put("attempt", row.job().attempt());
    document.put("failed", row.job().outcome().failed());
    document.set("tokens", JSON.valueToTree(row.job().outcome().tokens()));
    document.put("submitted", text(row.job().times().submitted()));
    document.put("started", text(row.job().times().started()));
    document.put("ended", text(row.job().times().ended()));
  }

  private static void addFailures(ObjectNode document, FailureGroups failures) {
    ObjectNode all = document.putObject("failures");
    all.put("complete", failures.isAll());
    ArrayNode groups = all.putArray("groups");
    for (FailureGroups.Group group : failures.groups()) {
      ObjectNode each = groups.addObject().put("code", group.code()).put("lines", group.lines());
      group
          .example()
          .ifPresent(
              example ->
                  each.putObject("example")
                      .put("line", example.line())
                      .put("message", example.message())
                      .put("retryable", example.retryable()));
    }
  }

  private static JsonNode tree(Optional<?> value) {
    return JSON.valueToTree(value.orElse(null));
  }

  private static String text(Optional<Instant> time) {
    return time.map(Instant::toString).orElse(null);
  }
}
