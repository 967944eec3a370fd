package dev.geminibatch.window;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.geminibatch.ledger.Audit;
import java.util.List;

/** What persons have done in the window and by its API. */
final class AuditSection implements Section {
  private static final int ROWS = 50;
  private static final int MOST_ROWS = 500;

  private final Audit audit;
  private final Answers answers;

  AuditSection(Sources sources, Answers answers) {
    this.audit = sources.ledger().audit();
    this.answers = answers;
  }

  @Override
  public List<Route> routes() {
    return List.of(
        Route.get("/audit", (request, names) -> page(request)),
        Route.get("/api/v1/audit", (request, names) -> list(request)));
  }

  private WebAnswer page(WebRequest request) {
    List<Audit.Entry> entries = entries(request);
    long next = next(entries, request);
    return Answers.html(
        200,
        "audit",
        new AuditPage(
            answers.frame(request, "Audit"),
            entries,
            next == 0 ? null : "/audit?from=" + next + "&most=" + rows(request)));
  }

  private WebAnswer list(WebRequest request) {
    List<Audit.Entry> entries = entries(request);
    ObjectNode document = JsonNodeFactory.instance.objectNode();
    ArrayNode array = document.putArray("entries");
    for (Audit.Entry entry : entries) {
      array
          .addObject()
          .put("at", entry.at().toString())
          .put("who", entry.who())
          .put("what", entry.what())
          .put("run", entry.runId().orElse(null));
    }
    long next = next(entries, request);
    document.put("next", next == 0 ? null : Long.toString(next));
    return Answers.json(200, document);
  }

  private List<Audit.Entry> entries(WebRequest request) {
    String from = request.query().getOrDefault("from", Long.toString(Long.MAX_VALUE));
    if (!from.matches("\\d{1,18}") && !from.equals(Long.toString(Long.MAX_VALUE))) {
      throw new BadRequest("\"from\" must be what an earlier page gave as \"next\".");
    }
    return audit.page(Long.parseLong(from), rows(request));
  }

  /** The last id on a page after which there may be more; 0 if there is none. */
  private static long next(List<Audit.Entry> entries, WebRequest request) {
    long last = entries.isEmpty() ? 0 : entries.get(entries.size() - 1).id();
    return entries.size() < rows(request) || last <= 1 ? 0 : last;
  }

  private static int rows(WebRequest request) {
    return request.number("most", 1, MOST_ROWS).orElse(ROWS);
  }
}
