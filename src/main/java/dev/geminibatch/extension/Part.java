package dev.geminibatch.extension;

import java.io.File;

/**
 * What routes get of a job whose answers are in the outbox before those of the other jobs.
 *
 * @param run the id of its run
 * @param name the input's file name
 * @param profile whose settings the run goes by
 * @param number counts the parts of the run from 1
 * @param job the number of the job within its run
 * @param results path of the file with the answers
 * @param answered how many there are
 */
public record Part(
    String run, String name, String profile, int number, int job, String results, long answered) {

  /** The file with the answers itself: as text, Camel would put what is in it. */
  public File file() {
    return new File(results);
  }

  /** The name of that file, which other runs have as well. */
  public String fileName() {
    return file().getName();
  }
}
