package dev.geminibatch.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Says which disk is full; the system's own message does not. */
public final class FullDisk {
  private FullDisk() {}

  /** Whether a failed write was for lack of room, in the words of Linux, macOS and Windows. */
  public static boolean isMeant(Throwable problem) {
    String message = String.valueOf(problem.getMessage()).toLowerCase(Locale.ROOT);
    return message.contains("no space left")
        || message.contains("not enough space")
        || message.contains("disk quota exceeded");
  }

  /** Names the one of some folders with the least room. */
  public static String reason(Optional<Path> output, Path... folders) {
    List<Path> all = new ArrayList<>(List.of(folders));
    output.ifPresent(all::add);
    Path fullest = folders[0];
    long least = Long.MAX_VALUE;
    for (Path folder : all) {
      long room = room(folder);
      if (room < least) {
        least = room;
        fullest = folder;
      }
    }
    return "The disk of "
        + fullest
        + " is full ("
        + least / 1_000_000
        + " MB free). Make room; the run resumes by itself, and nothing is lost";
  }

  private static long room(Path folder) {
    try {
      return Files.getFileStore(folder).getUsableSpace();
    } catch (IOException e) {
      return Long.MAX_VALUE; // not there, so nothing was written to it
    }
  }
}
