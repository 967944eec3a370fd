package dev.geminibatch.run;

import dev.geminibatch.io.AtomicFiles;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The files of a pack, which is one job to the service for jobs of several runs.
 *
 * @param path the folder, named by the id of the pack
 */
public record PackFolder(Path path) {
  /** The lines of all its members as they are sent. Nobody needs it once the job has ended. */
  public Path body() {
    return path.resolve("body.jsonl");
  }

  /** Whose each of its lines is; whole if it is there. Kept as long as one of the runs. */
  public Path index() {
    return path.resolve("index");
  }

  /** The answers to all of it, whole if they are there, until every run has its own. */
  public Path answers() {
    return path.resolve("answers.jsonl");
  }

  /** Says that every run has its own answers. */
  public Path divided() {
    return path.resolve("divided");
  }

  /** The id of the pack. */
  public String id() {
    return path.getFileName().toString();
  }

  /**
   * Makes it, in a state folder that is there.
   *
   * @throws IOException if that is away, or another one is in its place
   */
  public void create() throws IOException {
    StateFolder.createWithin(path);
  }

  /** Removes everything that was kept of the pack. */
  public void remove() throws IOException {
    AtomicFiles.removeTree(path);
  }
}
