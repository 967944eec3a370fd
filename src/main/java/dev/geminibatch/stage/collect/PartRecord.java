package dev.geminibatch.stage.collect;

import dev.geminibatch.io.AtomicFiles;
import dev.geminibatch.io.PrivateFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Which parts a run has: a line for each in the order of their numbers, with the number of its job,
 * and whether it was written to its end.
 *
 * @param parts by job
 */
record PartRecord(Map<Integer, Boolean> parts) {
  private static final String WRITTEN = "written";

  /** Reads it; a run without parts has none. */
  static PartRecord read(Path file) throws IOException {
    Map<Integer, Boolean> parts = new LinkedHashMap<>();
    if (Files.exists(file)) {
      for (String line : Files.readAllLines(file)) {
        String[] part = line.split(" ");
        parts.put(Integer.valueOf(part[0]), part[1].equals(WRITTEN));
      }
    }
    return new PartRecord(parts);
  }

  /** Writes it whole: a number that was given out is never given out again. */
  void write(Path file, String runId) throws IOException {
    StringBuilder text = new StringBuilder();
    parts.forEach(
        (job, isWritten) ->
            text.append(job).append(' ').append(isWritten ? WRITTEN : "begun").append('\n'));
    Path aside = AtomicFiles.aside(file, runId);
    PrivateFiles.write(aside, text.toString());
    AtomicFiles.publish(aside, file);
  }

  boolean isEmpty() {
    return parts.isEmpty();
  }

  /** The number of a job's part, counted from 1, if it has one. */
  Optional<Integer> number(int job) {
    int number = 1;
    for (int each : parts.keySet()) {
      if (each == job) {
        return Optional.of(number);
      }
      number++;
    }
    return Optional.empty();
  }

  /** Whether the part of a job was written to its end. */
  boolean isWritten(int job) {
    return parts.getOrDefault(job, false);
  }

  /** The same with the part of one job, which gets the next number if it has none. */
  PartRecord with(int job, boolean isWritten) {
    Map<Integer, Boolean> more = new LinkedHashMap<>(parts);
    more.put(job, isWritten);
    return new PartRecord(more);
  }
}
