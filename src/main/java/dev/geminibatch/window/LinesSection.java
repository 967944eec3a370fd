package dev.geminibatch.window;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.geminibatch.answer.RunLine;
import dev.geminibatch.answer.RunLine.Verdict;
import dev.geminibatch.answer.RunLines;
import dev.geminibatch.io.FileState;
import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.media.MediaFile;
import dev.geminibatch.run.Run;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The lines of a run page by page, and the pictures that they name. */
final class LinesSection implements Section {
  private static final int ROWS = 50;
  private static final int MOST_ROWS = 200;
  private static final int HIGHEST = 999_999_999;

  /** What a browser shows and no script can be in. */
  private static final Set<String> PICTURES =
      Set.of("image/png", "image/jpeg", "image/gif", "image/webp");

  private final Ledger ledger;
  private final RunReader reader;
  private final Answers answers;

  LinesSection(Sources sources, Answers answers) {
    this.ledger = sources.ledger();
    this.reader = new RunReader(sources);
    this.answers = answers;
  }

  @Override
  public List<Route> routes() {
    return List.of(
        Route.get("/runs/{id}/lines", this::lines),
        Route.get("/api/v1/runs/{id}/lines", this::lines),
        Route.get("/runs/{id}/lines/{line}/pictures/{number}", this::picture));
  }

  private WebAnswer lines(WebRequest request, Map<String, String> names) {
    Optional<Run> run = reader.run(names.get("id"));
    if (run.isEmpty()) {
      return Answers.refused(request, 404, "There is no such run.");
    }
    int from = request.number("from", 1, HIGHEST).orElse(1);
    int most = request.number("most", 1, MOST_ROWS).orElse(ROWS);
    Optional<Verdict> verdict = LinesPage.verdict(request.query().getOrDefault("verdict", "all"));
    RunLines.Page page = page(run.get(), from, verdict, most);
    return Answers.isApi(request)
        ? Answers.json(200, json(run.get(), page))
        : Answers.html(200, "lines", view(request, run.get(), from, verdict, page));
  }

  private RunLines.Page page(Run run, long from, Optional<Verdict> verdict, int most) {
    try {
      return reader.lines(run, from, verdict, most);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private LinesPage view(
      WebRequest request, Run run, int from, Optional<Verdict> verdict, RunLines.Page page) {
    String word = request.query().getOrDefault("verdict", "all");
    String next = page.next().isPresent() ? address(run, word, page.next().getAsLong()) : null;
    String earlier =
        from > 1 && verdict.isEmpty() ? address(run, word, Math.max(1, from - ROWS)) : null;
    return new LinesPage(
        answers.frame(request, "Lines of " + run.name()),
        run,
        verdict,
        from,
        page.lines().stream().map(line -> LineRow.of(line, files(run, line))).toList(),
        next,
        earlier,
        note(run, page));
  }

  private static String address(Run run, String verdict, long from) {
    return "/runs/" + run.id() + "/lines?verdict=" + verdict + "&from=" + from;
  }

  private String note(Run run, RunLines.Page page) {
    if (!reader.hasFiles(run)) {
      return "The files of this run are not in the state folder any more.";
    }
    if (page.isCut()) {
      return "The lines from here on can be shown when the run has jobs.";
    }
    if (page.lines().isEmpty() && page.next().isPresent()) {
      return "None so far; there are more lines to go through.";
    }
    boolean isChanged = page.lines().stream().anyMatch(line -> line.request().isEmpty());
    return isChanged
        ? "The input was changed after it was taken, so that its requests are not shown."
        : "";
  }

  private ObjectNode json(Run run, RunLines.Page page) {
    ObjectNode document = JsonNodeFactory.instance.objectNode();
    document.put("run", run.id());
    ArrayNode lines = document.putArray("lines");
    for (RunLine line : page.lines()) {
      ObjectNode each = lines.addObject();
      each.put("line", line.number());
      each.put("key", line.key());
      each.put("verdict", LineRow.word(line.verdict()));
      each.put("attempt", line.attempt());
      line.problem()
          .ifPresent(
              problem ->
                  each.put("code", problem.code())
                      .put("message", problem.message())
                      .put("retryable", problem.retryable()));
      ArrayNode files = each.putArray("files");
      for (LineRow.Picture file : files(run, line)) {
        files.addObject().put("name", file.tag()).put("picture", file.address());
      }
      each.put("request", line.request());
      each.put("answer", line.answer());
    }
    if (page.next().isPresent()) {
      document.put("next", page.next().getAsLong());
    } else {
      document.putNull("next");
    }
    document.put("note", note(run, page));
    return document;
  }

  private List<LineRow.Picture> files(Run run, RunLine line) {
    List<LineRow.Picture> files = new ArrayList<>();
    for (String tag : line.tags()) {
      String address =
          "/runs/" + run.id() + "/lines/" + line.number() + "/pictures/" + (files.size() + 1);
      files.add(new LineRow.Picture(tag, shownFile(run, tag).isPresent() ? address : null));
    }
    return files;
  }

  /** The picture of a tag, if it is the one that was sent, as far as can be seen at once. */
  private Optional<MediaFile> shownFile(Run run, String tag) {
    return ledger
        .media()
        .file(run.id(), tag)
        .filter(file -> PICTURES.contains(file.mimeType()) && isThere(file));
  }

  private static boolean isThere(MediaFile file) {
    try {
      FileState state = FileState.of(file.path());
      return state.isRegular()
          && state.size() == file.size()
          && file.path().toRealPath().equals(file.path());
    } catch (IOException e) {
      return false;
    }
  }

  /** An address names a line and which of its files; the ledger knows where that is. */
  private WebAnswer picture(WebRequest request, Map<String, String> names) {
    Optional<MediaFile> file =
        reader
            .run(names.get("id"))
            .flatMap(run -> file(run, names.get("line"), names.get("number")));
    return file.isPresent()
        ? WebAnswer.of(200, file.get().mimeType(), new WebAnswer.FileBody(file.get().path()))
        : Answers.refused(request, 404, "There is no such picture (any more).");
  }

  private Optional<MediaFile> file(Run run, String line, String number) {
    if (!line.matches("\\d{1,9}") || !number.matches("[1-9]\\d{0,3}")) {
      return Optional.empty();
    }
    try {
      return reader
          .line(run, Integer.parseInt(line))
          .map(RunLine::tags)
          .filter(tags -> tags.size() >= Integer.parseInt(number))
          .flatMap(tags -> shownFile(run, tags.get(Integer.parseInt(number) - 1)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
