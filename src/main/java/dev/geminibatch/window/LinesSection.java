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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The lines of a run page by page, and the pictures that they name. */
final class LinesSection implements Section {
  private static final Logger LOG = LoggerFactory.getLogger("window");

  private static final String BUSY =
      "The files of the run cannot be read just now; they may be being written. Try again.";

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
    Asked asked =
        new Asked(
            request.number("from", 1, HIGHEST).orElse(1),
            LinesPage.verdict(request.query().getOrDefault("verdict", "all")),
            request.number("most", 1, MOST_ROWS).orElse(ROWS));
    try {
      RunLines.Page page = reader.lines(run.get(), asked.from(), asked.verdict(), asked.most());
      return Answers.isApi(request)
          ? Answers.json(200, json(run.get(), page))
          : Answers.html(200, "lines", view(request, run.get(), asked, page));
    } catch (IOException e) {
      LOG.debug("The lines of run {} cannot be read", run.get().id(), e);
      return Answers.refused(request, 503, BUSY);
    }
  }

  /** What somebody wants to see. */
  private record Asked(int from, Optional<Verdict> verdict, int most) {
    String address(Run run, long line) {
      String rows = most == ROWS ? "" : "&most=" + most;
      return "/runs/"
          + run.id()
          + "/lines?verdict="
          + LinesPage.word(verdict)
          + "&from="
          + line
          + rows;
    }
  }

  private LinesPage view(WebRequest request, Run run, Asked asked, RunLines.Page page) {
    boolean isEarlierKnown = asked.from() > 1 && asked.verdict().isEmpty();
    return new LinesPage(
        answers.frame(request, "Lines of " + run.name()),
        run,
        asked.verdict(),
        asked.from(),
        page.lines().stream().map(line -> LineRow.of(line, files(run, line))).toList(),
        page.next().isPresent() ? asked.address(run, page.next().getAsLong()) : null,
        isEarlierKnown ? asked.address(run, Math.max(1, asked.from() - asked.most())) : null,
        note(run, page));
  }

  private String note(Run run, RunLines.Page page) {
    if (!reader.hasFiles(run)) {
      return reader
          .elsewhere(run)
          .orElse("The files of this run are not in the state folder any more.");
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
      return Optional.empty(); // its files are being written
    }
  }
}
