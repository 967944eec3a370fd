package dev.geminibatch.maintenance;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.geminibatch.service.RemoteJob;
import dev.geminibatch.service.RemoteJobState;
import java.time.Instant;
import java.util.Locale;

/** A job of the service as {@code --list} shows it. */
public final class JobView {
  private JobView() {}

  /** A state that this version does not know is shown in the service's word. */
  public static String state(RemoteJob job) {
    return RemoteJobState.ofService(job.stateText()) == RemoteJobState.UNKNOWN
        ? job.stateWord()
        : job.state().name().toLowerCase(Locale.ROOT);
  }

  /** Everything, for programs. */
  public static ObjectNode json(RemoteJob job) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("name", job.name());
    json.put("displayName", job.displayName());
    json.put("model", job.model());
    json.put("state", state(job));
    json.put("requests", job.counts().requests());
    json.put("succeeded", job.counts().succeeded());
    json.put("failed", job.counts().failed());
    json.put("pending", job.counts().pending());
    json.put("created", job.created().map(Instant::toString).orElse(null));
    json.put("ended", job.ended().map(Instant::toString).orElse(null));
    job.error().ifPresent(error -> json.put("error", error.status() + ": " + error.message()));
    return json;
  }
}
