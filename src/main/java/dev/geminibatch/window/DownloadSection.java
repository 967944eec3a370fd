package dev.geminibatch.window;

import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.report.MemberView;
import dev.geminibatch.run.Run;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The files of runs in the outbox. An address names a run and a kind of file, never a path. */
final class DownloadSection implements Section {
  private final Ledger ledger;

  DownloadSection(Sources sources) {
    this.ledger = sources.ledger();
  }

  @Override
  public List<Route> routes() {
    return List.of(
        Route.get("/runs/{id}/files/{file}", this::download),
        Route.get("/api/v1/runs/{id}/files/{file}", this::download));
  }

  private Optional<String> elsewhere(Run run) {
    return ledger.whereabouts().of(run).flatMap(MemberView::elsewhere);
  }

  private WebAnswer download(WebRequest request, Map<String, String> names) {
    Optional<Run> run = ledger.queries().find(names.get("id")).filter(found -> !found.isDryRun());
    Optional<RunFile> file = RunFile.of(names.get("file"));
    if (run.isEmpty() || file.isEmpty()) {
      return Answers.refused(
          request, 404, run.isEmpty() ? "There is no such run." : "There is no such file.");
    }
    Outbox outbox = new Outbox(run.get());
    Optional<String> why = outbox.whyNone();
    return why.isPresent()
        ? Answers.refused(request, 404, why.get())
        : outbox
            .find(file.get())
            .map(
                found ->
                    WebAnswer.download(
                        found.file().type(), found.path(), found.path().getFileName().toString()))
            .orElseGet(
                () ->
                    Answers.refused(
                        request,
                        404,
                        elsewhere(run.get())
                            .orElse("The file is not in " + outbox.folder() + " (any more).")));
  }
}
