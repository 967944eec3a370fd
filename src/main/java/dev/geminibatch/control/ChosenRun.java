package dev.geminibatch.control;

import dev.geminibatch.io.UsageException;
import dev.geminibatch.io.Visible;
import dev.geminibatch.ledger.RunQueries;
import dev.geminibatch.report.StatusView;
import dev.geminibatch.run.Run;
import dev.geminibatch.settings.Profiles;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The run that a person means: by its id, by its input's name or path, or by their beginnings. */
public final class ChosenRun {
  private static final int SHOWN = 10;

  private ChosenRun() {}

  /**
   * Finds it. An id counts before a name, a whole name before a beginning, and a run that is not
   * finished before one that is.
   *
   * @throws UsageException when there is none, or it is not clear which one is meant
   */
  public static Run of(String text, RunQueries runs) {
    Optional<Run> byId = runs.find(text).filter(run -> !run.isDryRun());
    if (text.isBlank()) {
      throw new UsageException("The name of the run is empty; --status lists the runs.");
    }
    if (byId.isPresent()) {
      return byId.get();
    }
    String source = source(text);
    List<Run> likely = runs.unfinishedLike(text, source, SHOWN + 1);
    List<Run> exact = likely.stream().filter(run -> isNamed(run, text, source)).toList();
    List<Run> chosen = exact.isEmpty() ? likely : exact;
    if (chosen.size() > 1) {
      throw new UsageException(
          "\""
              + Visible.line(text)
              + "\" may be any of these; write the id of one of them:\n"
              + chosen.stream().limit(SHOWN).map(ChosenRun::row).collect(Collectors.joining("\n"))
              + (chosen.size() > SHOWN ? "\n  ..." : ""));
    }
    return chosen.stream()
        .findFirst()
        .or(() -> runs.lastOf(text))
        .orElseThrow(
            () ->
                new UsageException(
                    "There is no run \""
                        + Visible.line(text)
                        + "\"; --status lists them. Write the id of a finished run, or its whole"
                        + " name."));
  }

  private static String source(String text) {
    try {
      return Path.of(text).toAbsolutePath().normalize().toString();
    } catch (InvalidPathException e) {
      return text;
    }
  }

  private static boolean isNamed(Run run, String text, String source) {
    return run.name().equals(text)
        || (run.profile() + "/" + run.name()).equals(text)
        || run.source().toString().equals(source);
  }

  private static String row(Run run) {
    String profile = run.profile().equals(Profiles.DEFAULT) ? "" : run.profile() + "/";
    return "  "
        + run.id()
        + "  "
        + StatusView.state(run)
        + "  "
        + profile
        + Visible.line(run.name());
  }
}
