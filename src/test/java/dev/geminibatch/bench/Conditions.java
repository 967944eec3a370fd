package dev.geminibatch.bench;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * How everything is measured.
 *
 * @param rounds how often; the median counts
 * @param fewRounds the same for what takes minutes
 * @param megabytes of the large files
 * @param only the rows that are wanted; all, if there are none
 * @param folder for everything, removed at the end
 */
record Conditions(
    int rounds,
    int fewRounds,
    long megabytes,
    List<String> only,
    Path folder,
    Figures figures,
    Profiles profiles,
    Installed installed) {

  static Conditions ofProperties(Path folder) throws Exception {
    int rounds = Integer.getInteger("bench.rounds", 5);
    Profiles profiles =
        new Profiles(
            System.getProperty("bench.profile") == null
                ? null
                : Path.of("target/benchmark/profiles").toAbsolutePath());
    return new Conditions(
        rounds,
        (rounds + 1) / 2,
        Long.getLong("bench.megabytes", 1024),
        Stream.of(System.getProperty("bench.only", "").split(","))
            .filter(s -> !s.isBlank())
            .toList(),
        folder,
        new Figures(),
        profiles,
        Installed.in(folder, Path.of(System.getProperty("java.home")), profiles));
  }

  /** Skips the rows that nobody asked for. */
  void want(String name) {
    assumeTrue(only.isEmpty() || only.contains(name), name + " is not in bench.only");
  }

  /** An empty folder. */
  Path scratch() throws IOException {
    return Files.createTempDirectory(folder, "round-");
  }
}
