package dev.geminibatch.management;

import dev.geminibatch.cost.Prices;
import dev.geminibatch.io.PrivateFiles;
import dev.geminibatch.io.UsageException;
import dev.geminibatch.management.Finding.Level;
import dev.geminibatch.settings.PropertySources;
import dev.geminibatch.settings.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The configuration: every value and every key of it, and who can read its secrets. */
public final class SettingsCheck {
  private static final String NAME = "settings";

  private final PropertySources sources;
  private final Settings settings;
  private final List<String> mistakes;

  /**
   * @param mistakes what the reading of the settings has refused
   */
  public SettingsCheck(PropertySources sources, Settings settings, List<String> mistakes) {
    this.sources = sources;
    this.settings = settings;
    this.mistakes = List.copyOf(mistakes);
  }

  public Check check() {
    return new Check(NAME, "See whether the disk with the configuration answers.", this::findings);
  }

  private List<Finding> findings() {
    List<Finding> findings = new ArrayList<>();
    mistakes.forEach(text -> findings.add(Finding.problem(NAME, text)));
    sources.doubts().forEach(text -> findings.add(Finding.of(NAME, Level.WARNING, text)));
    sources
        .misspeltVariables()
        .forEach(
            (name, meant) ->
                findings.add(
                    Finding.warning(
                        NAME,
                        "the environment variable " + name + " sets nothing",
                        "If it is meant for this program, call it " + meant + ".")));
    try {
      Prices.read(settings.costs().prices());
    } catch (UsageException e) {
      findings.add(Finding.problem(NAME, e.getMessage()));
    }
    Path prices = settings.costs().prices();
    boolean isRefused = mistakes.stream().anyMatch(text -> text.contains("prices.file names "));
    if (sources.get("prices.file").isPresent() && !Files.exists(prices) && !isRefused) {
      findings.add(
          Finding.warning(
              NAME,
              "prices.file is " + prices + ", which is not there: no cost is known",
              "Correct prices.file, or restore config/prices.json from the distribution."));
    }
    if (findings.isEmpty()) {
      findings.add(Finding.ok(NAME, "every key is known and every value can be used"));
    }
    sources.secretFiles().forEach(file -> checkMode(file, findings));
    return findings;
  }

  private static void checkMode(Path file, List<Finding> findings) {
    if (PrivateFiles.isReadableByOthers(file)) {
      findings.add(
          Finding.warning(
              "secrets",
              "other users of this machine can read " + file + ", which holds a secret",
              "Run: chmod 600 '" + file.toString().replace("'", "'\\''") + "'"));
    } else {
      findings.add(Finding.ok("secrets", "nobody else can read " + file));
    }
  }
}
