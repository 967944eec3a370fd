package dev.geminibatch.batch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The files of a run in the state folder. */
public final class RunFolder {
  private final Path path;

  RunFolder(Path stateFolder, String runId) {
    this.path = stateFolder.resolve("runs").resolve(runId);
  }

  Path path() {
    return path;
  }

  /** The input, ours from the moment it is here. */
  public Path input() {
    return path.resolve("input.jsonl");
  }

  /** Lines that were never sent, in their order: one {@code Rejection} a line. */
  public Path rejected() {
    return path.resolve("rejected.jsonl");
  }

  /** A job's file as the service gets it. */
  Path jobFile(int number) {
    return path.resolve("job-" + number + ".jsonl");
  }

  /** The matches of answers that were fetched a second time, for somebody who asked for them. */
  Path matchesOf(Path answersElsewhere) {
    return path.resolve(answersElsewhere.getFileName() + ".matches");
  }

  /** Which input line each line of a job's file came from. */
  public Path jobIndex(int number) {
    return path.resolve("job-" + number + ".index");
  }

  /** A job's answers as the service gave them. */
  public Path answers(int number) {
    return path.resolve("job-" + number + ".answers.jsonl");
  }

  /** Where the answer to each line of a job's file stands among its answers. */
  public Path matches(int number) {
    return path.resolve("job-" + number + ".matches");
  }

  Path lock() {
    return path.resolve("lock");
  }

  void create() throws IOException {
    Files.createDirectories(path);
  }

  /** Removes what an earlier attempt to assemble left behind. */
  void removeJobs() throws IOException {
    List<Path> files;
    try (Stream<Path> found = Files.list(path)) {
      files = found.filter(file -> file.getFileName().toString().startsWith("job-")).toList();
    }
    for (Path file : files) {
      Files.delete(file);
    }
  }
}
