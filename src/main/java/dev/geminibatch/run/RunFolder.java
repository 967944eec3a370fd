package dev.geminibatch.run;

import dev.geminibatch.io.AtomicFiles;
import dev.geminibatch.io.FileState;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The files of a run in the state folder. */
public final class RunFolder {
  private static final int REMOVALS = 5;

  private final Path path;

  RunFolder(Path path) {
    this.path = path;
  }

  /** The input as it came, ours from the moment it is here. */
  public Path received(Run run) {
    return received(run.name());
  }

  /** The same of an input of this name. */
  public Path received(String name) {
    return InputFile.isGzip(name) ? path.resolve("input.jsonl.gz") : plain();
  }

  /**
   * Whether the input has come straight into this folder, over the network: no inbox has had it, so
   * what lies in one is of somebody else, whatever its name. The state folder may have been moved.
   */
  public boolean isSourceOf(Run run) {
    Path here = received(run);
    int names = here.getNameCount();
    return run.source().endsWith(here.subpath(names - 2, names));
  }

  /**
   * The input as it was dropped, if somebody else may still write into it: then what was received
   * is a copy of it. Until the run is over.
   */
  public Path dropped() {
    return path.resolve("input.dropped");
  }

  /** Removes what nobody adds lines to any more. */
  public void removeDropped() {
    try {
      AtomicFiles.deleteIfThere(dropped());
    } catch (IOException e) {
      // it goes with the folder
    }
  }

  /** What the input was like when it was received. */
  Path stamp() {
    return path.resolve("input.stamp");
  }

  /** The folder itself. */
  public Path path() {
    return path;
  }

  /** What the folder is like: it belongs to the user that we are. */
  public FileState state() throws IOException {
    return FileState.of(path);
  }

  /** The lines as they came; of a gzip input, from when they are first needed. */
  public Path plain() {
    return path.resolve("input.jsonl");
  }

  /** One request a line, of an input that does not keep to lines. */
  public Path unfolded() {
    return path.resolve("unfolded.jsonl");
  }

  /** Removes what was made of an input that has changed since. */
  public void removeMadeLines() throws IOException {
    Files.deleteIfExists(unfolded());
    Files.deleteIfExists(changed());
  }

  /** The lines before a user's route has changed them. */
  public Path lines() {
    return Files.exists(unfolded()) ? unfolded() : plain();
  }

  /** The lines as a user's route has changed them, if one did. */
  public Path changed() {
    return path.resolve("changed.jsonl");
  }

  /** The hash of the lines as they were inspected, of an input that we did not write ourselves. */
  Path digest() {
    return path.resolve("input.sha256");
  }

  /** A gzip input that was changed, unpacked for a moment to see how. */
  public Path unpackedAgain() {
    return path.resolve("input-now.jsonl");
  }

  /** The settings that were dropped beside the input, if there were any. */
  public Path overrides() {
    return path.resolve("input.properties");
  }

  /** The lines to work on. */
  public Path input() {
    return Files.exists(changed()) ? changed() : lines();
  }

  /** Lines that were not sent at an attempt, in their order: one {@code Rejection} a line. */
  public Path rejected(int attempt) {
    return path.resolve("rejected-" + attempt + ".jsonl");
  }

  /** The numbers of the lines that an attempt after the first is for. */
  public Path lines(int attempt) {
    return path.resolve("lines-" + attempt);
  }

  /** What a job's file is made of; see {@code JobBody}. */
  public Path jobBody(int number) {
    return path.resolve("job-" + number + ".body");
  }

  /** The matches of answers that were fetched a second time, for somebody who asked for them. */
  public Path matchesOf(Path answersElsewhere) {
    return path.resolve(answersElsewhere.getFileName() + ".matches");
  }

  /** Which input line each line of a job's file came from. */
  public Path jobIndex(int number) {
    return path.resolve("job-" + number + ".index");
  }

  /** How many tokens each request of a job has, as estimated; see {@code JobTokens}. */
  public Path jobTokens(int number) {
    return path.resolve("job-" + number + ".tokens");
  }

  /** A job's answers as the service gave them. */
  public Path answers(int number) {
    return path.resolve("job-" + number + ".answers.jsonl");
  }

  /** Where the answer to each line of a job's file stands among its answers. */
  public Path matches(int number) {
    return path.resolve("job-" + number + ".matches");
  }

  /** What the answers of a job should look like. */
  public Path formats(int number) {
    return path.resolve("job-" + number + ".formats");
  }

  /** The lines of a job that the service refused. */
  public Path refusals(int number) {
    return path.resolve("job-" + number + ".refusals.jsonl");
  }

  /** Which jobs' answers are published by themselves, and under which numbers. */
  public Path parts() {
    return path.resolve("parts");
  }

  /** Lines on their way into the report's page. */
  public Path pageRows() {
    return path.resolve("page-rows.html");
  }

  /** What was known before anything was sent. */
  public Path preflight() {
    return path.resolve("preflight.json");
  }

  /** All lines that cannot be sent, one {@code BadLine} a line. */
  public Path badLines() {
    return path.resolve("bad-lines.jsonl");
  }

  /** The report as it was delivered. */
  public Path report() {
    return path.resolve("report.json");
  }

  /** What was stray among a job's answers. */
  public Path strayAnswers(int number) {
    return path.resolve("job-" + number + ".oddities.json");
  }

  /** Who could read the input where it came from. */
  Path inputMode() {
    return path.resolve("input.mode");
  }

  /** Says that the ledger lacks the run, and that its input was put into the failed folder. */
  public Path lost() {
    return path.resolve("input.lost");
  }

  /** Which process works on the run. */
  Path owner() {
    return path.resolve("owner");
  }

  /**
   * Makes it, in a state folder that is there.
   *
   * @throws IOException if that is away, or another one is in its place
   */
  public void create() throws IOException {
    StateFolder.createWithin(path);
  }

  /** Removes the folder if there is nothing in it. */
  public void removeIfEmpty() throws IOException {
    if (Files.exists(stamp())) {
      return; // as mostly, which spares the exceptions that say so
    }
    try {
      Files.deleteIfExists(path);
    } catch (DirectoryNotEmptyException e) {
      // there is
    }
  }

  /** Removes everything that was kept of a run; what is written meanwhile goes, too. */
  public void remove() throws IOException {
    for (int tries = 1; Files.exists(path); tries++) {
      try {
        removeWhatIsThere();
      } catch (DirectoryNotEmptyException e) {
        if (tries == REMOVALS) {
          throw e;
        }
      }
    }
  }

  private void removeWhatIsThere() throws IOException {
    List<Path> files;
    try (Stream<Path> found = Files.list(path)) {
      files = found.toList();
    }
    for (Path file : files) {
      Files.deleteIfExists(file);
    }
    Files.deleteIfExists(path);
  }

  /** Removes the files of a job that was not assembled to the end. */
  public void removeJob(int number) throws IOException {
    boolean isThere =
        Files.exists(jobBody(number))
            || Files.exists(jobIndex(number))
            || Files.exists(formats(number))
            || Files.exists(answers(number));
    if (!isThere) {
      return; // mostly there is nothing, and these go last
    }
    for (Path file :
        List.of(
            jobTokens(number),
            refusals(number),
            strayAnswers(number),
            matches(number),
            formats(number),
            answers(number),
            jobIndex(number),
            jobBody(number))) {
      // Mostly there is nothing: to look costs less than the exceptions that say so.
      if (Files.exists(file)) {
        Files.deleteIfExists(file);
      }
    }
  }
}
