package dev.geminibatch.batch;

import dev.geminibatch.request.FileTag;
import dev.geminibatch.request.LineProblem;
import dev.geminibatch.upload.MediaProblem;

/** The problem of a file as the problem of a line that names it. */
final class FileProblem {
  private FileProblem() {}

  static LineProblem of(FileTag tag, MediaProblem problem) {
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
