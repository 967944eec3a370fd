package dev.geminibatch.stage;

import dev.geminibatch.line.FileTag;
import dev.geminibatch.line.LineProblem;
import dev.geminibatch.media.MediaProblem;

/** The problem of a file as the problem of a line that names it. */
public final class FileProblem {
  private FileProblem() {}

  public static LineProblem of(FileTag tag, MediaProblem problem) {
    boolean foundByUpload =
        switch (problem.code()) {
          case "file-refused", "file-changed" -> true;
          default -> false;
        };
    return new LineProblem(
        foundByUpload ? "upload" : "inspect",
        problem.code(),
        tag.field() + ": " + problem.getMessage(),
        problem.code().equals("file-changed"));
  }
}
