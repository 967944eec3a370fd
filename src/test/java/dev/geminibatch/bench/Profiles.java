package dev.geminibatch.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordingFile;

/**
 * Records where the measured processes spend their time, with {@code -Dbench.profile}. Recording
 * costs a few per cent and makes starts slower.
 */
final class Profiles {
  private static final int LINES = 40;

  private final Path folder;

  /**
   * @param folder null: records nothing
   */
  Profiles(Path folder) {
    this.folder = folder;
  }

  /** The options of Java for the process of a row. */
  List<String> options(String id) throws IOException {
    if (folder == null) {
      return List.of();
    }
    Files.createDirectories(folder);
    return List.of(
        "-XX:StartFlightRecording=filename="
            + folder.resolve(id + ".jfr")
            + ",settings=profile,dumponexit=true");
  }

  /** Writes beside each recording in which methods, and in which of ours, the time was spent. */
  void summarize() throws IOException {
    if (folder == null || !Files.isDirectory(folder)) {
      return;
    }
    try (var recordings = Files.newDirectoryStream(folder, "*.jfr")) {
      for (Path recording : recordings) {
        if (Files.size(recording) == 0) {
          continue; // its process was killed
        }
        String name = recording.getFileName().toString().replace(".jfr", ".txt");
        Files.writeString(folder.resolve(name), summary(recording));
      }
    }
  }

  private static String summary(Path recording) throws IOException {
    Map<String, Integer> top = new HashMap<>();
    Map<String, Integer> own = new HashMap<>();
    int samples = 0;
    try (RecordingFile events = new RecordingFile(recording)) {
      while (events.hasMoreEvents()) {
        RecordedEvent event = events.readEvent();
        if (!event.getEventType().getName().equals("jdk.ExecutionSample")
            || event.getStackTrace() == null) {
          continue;
        }
        samples++;
        List<RecordedFrame> frames = event.getStackTrace().getFrames();
        top.merge(name(frames.get(0)), 1, Integer::sum);
        frames.stream()
            .map(Profiles::name)
            .filter(name -> name.startsWith("dev.geminibatch."))
            .findFirst()
            .ifPresent(name -> own.merge(name, 1, Integer::sum));
      }
    }
    return samples
        + " samples\n\nThe method itself:\n"
        + most(top)
        + "\nIn one of ours, or in what it calls:\n"
        + most(own);
  }

  private static String name(RecordedFrame frame) {
    return frame.getMethod().getType().getName() + "." + frame.getMethod().getName();
  }

  private static String most(Map<String, Integer> counts) {
    StringBuilder lines = new StringBuilder();
    counts.entrySet().stream()
        .sorted(Map.Entry.<String, Integer>comparingByValue().reversed())
        .limit(LINES)
        .forEach(e -> lines.append(String.format("%6d  %s%n", e.getValue(), e.getKey())));
    return lines.toString();
  }
}
