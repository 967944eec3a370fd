package dev.geminibatch.upload;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** The folder that tags may point into, and nowhere else. */
final class MediaRoot {
  private final Path root;

  MediaRoot(Path root) {
    this.root = root.toAbsolutePath().normalize();
  }

  /**
   * The regular file that a tag means.
   *
   * <p>Links are followed first, so what counts is where the bytes really are.
   */
  Path resolve(String tag) throws MediaProblem {
    if (tag.matches("(?i)[a-z][a-z0-9+.-]+://.*")) {
      throw new MediaProblem(
          "file-remote",
          "\"" + tag + "\" is an address on the network; put the file under " + root);
    }
    Path named = named(tag);
    if (!named.startsWith(root)) {
      throw outside(tag);
    }
    Path real;
    try {
      real = named.toRealPath();
    } catch (IOException e) {
      throw new MediaProblem(
          "file-missing",
          "no file \""
              + tag
              + "\" under "
              + root
              + "; add it there, or set media.root to the"
              + " folder that the paths start from");
    }
    if (!real.startsWith(realRoot())) {
      throw outside(tag);
    }
    if (!Files.isRegularFile(real)) {
      throw new MediaProblem(
          "file-not-regular",
          "\"" + tag + "\" is not a regular file; name a file, one tag for each");
    }
    return real;
  }

  private Path named(String tag) throws MediaProblem {
    try {
      Path named = root.resolve(tag).normalize();
      if (!Files.exists(named) && tag.indexOf('\\') >= 0) {
        return root.resolve(tag.replace('\\', '/')).normalize();
      }
      return named;
    } catch (InvalidPathException e) {
      throw new MediaProblem("file-missing", "\"" + tag + "\" is no file name");
    }
  }

  private Path realRoot() throws MediaProblem {
    try {
      return root.toRealPath();
    } catch (IOException e) {
      throw new MediaProblem("file-missing", "the media root " + root + " does not exist");
    }
  }

  private MediaProblem outside(String tag) {
    return new MediaProblem(
        "file-outside-root",
        "\"" + tag + "\" points outside the media root " + root + "; move the file into it");
  }
}
