package dev.geminibatch.window;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.geminibatch.ledger.UploadList;
import dev.geminibatch.ledger.UploadList.Place;
import dev.geminibatch.ledger.UploadList.Total;
import dev.geminibatch.ledger.UploadList.Upload;
import dev.geminibatch.maintenance.ServiceJobs.Account;
import dev.geminibatch.service.ProjectId;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The files that were uploaded, for as long as the service keeps them. */
final class FilesSection implements Section {
  private static final int ROWS = 50;
  private static final int MOST_ROWS = 500;

  private final UploadList uploads;
  private final Map<ProjectId, List<String>> profiles = new HashMap<>();
  private final Setup setup;
  private final Answers answers;
  private final Clock clock;

  FilesSection(Sources sources, Answers answers) {
    this.uploads = sources.ledger().uploadList();
    for (Account account : sources.jobs().accounts()) {
      profiles.put(account.project(), account.profiles());
    }
    this.setup = sources.setup();
    this.answers = answers;
    this.clock = sources.clock();
  }

  @Override
  public List<Route> routes() {
    return List.of(
        Route.get("/files", (request, names) -> page(request)),
        Route.get("/api/v1/uploads", (request, names) -> list(request)));
  }

  private WebAnswer page(WebRequest request) {
    Instant now = clock.instant();
    UploadList.Page page = uploads(request, now);
    Map<String, Long> runs = uploads.neededBy(page.uploads()).orElse(Map.of());
    List<FilesPage.Account> accounts =
        uploads.totals(now).stream()
            .map(
                total ->
                    FilesPage.Account.of(
                        String.join(", ", profiles(total.project())), total, setup.storageLimit()))
            .toList();
    return Answers.html(
        200,
        "files",
        new FilesPage(
            answers.frame(request, "Files"),
            accounts,
            page.uploads().stream().map(each -> FilesPage.File.of(each, runs, now)).toList(),
            page.next().map(place -> "/files?from=" + place.word()).orElse(null)));
  }

  private WebAnswer list(WebRequest request) {
    Instant now = clock.instant();
    UploadList.Page page = uploads(request, now);
    Optional<Map<String, Long>> runs = uploads.neededBy(page.uploads());
    ObjectNode document = JsonNodeFactory.instance.objectNode();
    document.put("storageLimit", setup.storageLimit());
    ArrayNode accounts = document.putArray("accounts");
    for (Total total : uploads.totals(now)) {
      ObjectNode account = accounts.addObject();
      putProfiles(account, total.project());
      account.put("files", total.files()).put("bytes", total.bytes());
    }
    ArrayNode list = document.putArray("uploads");
    for (Upload upload : page.uploads()) {
      ObjectNode each = list.addObject().put("name", upload.name());
      putProfiles(each, upload.project());
      each.put("mimeType", upload.mimeType())
          .put("bytes", upload.size())
          .put("sha256", upload.sha256())
          .put("stored", upload.stored().toString())
          .put("expires", upload.expires().toString())
          .put("neededBy", runs.map(counts -> counts.get(upload.sha256())).orElse(null));
    }
    document.put("next", page.next().map(Place::word).orElse(null));
    return Answers.json(200, document);
  }

  private void putProfiles(ObjectNode object, ProjectId project) {
    profiles(project).forEach(object.putArray("profiles")::add);
  }

  /** None if the key is not in use any more. */
  private List<String> profiles(ProjectId project) {
    return profiles.getOrDefault(project, List.of());
  }

  private UploadList.Page uploads(WebRequest request, Instant now) {
    Place from =
        Optional.ofNullable(request.query().get("from"))
            .map(
                word ->
                    Place.of(word)
                        .orElseThrow(
                            () ->
                                new BadRequest(
                                    "\"from\" must be what an earlier page gave as \"next\".")))
            .orElse(Place.BEGINNING);
    return uploads.page(now, from, request.number("most", 1, MOST_ROWS).orElse(ROWS));
  }
}
