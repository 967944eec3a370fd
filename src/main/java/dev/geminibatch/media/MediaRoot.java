package dev.geminibatch.media;

import dev.geminibatch.io.NameEncoding;
import dev.geminibatch.io.NotRegular;
import dev.geminibatch.io.RegularFile;
import dev.geminibatch.line.ProblemCode;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/**
 * The folder that tags may point into, and nowhere else.
 *
 * <p>A tag is taken as it is written. Only if there is no such file it is read as a person may have
 * meant it: with Windows separators, percent-encoded, or in the other Unicode form of its letters.
 */
final class MediaRoot {
  /** So often a file may be swapped for another thing between the look and the opening. */
  private static final int TRIES = 3;

  private final Path root;
  private final Path top;
  private Path realRoot;
  private Path realTop;
  private final SimilarNames similarNames = new SimilarNames();

  MediaRoot(Path root) {
    this(root, root);
  }

  /**
   * A root below another one.
   *
   * @param top the folder that nothing outside of is ever read, even when the root below it becomes
   *     a link
   */
  MediaRoot(Path root, Path top) {
    this.root = root.toAbsolutePath().normalize();
    Path above = top.toAbsolutePath().normalize();
    this.top = this.root.startsWith(above) ? above : this.root;
  }

  /**
   * Opens the regular file that a tag means.
   *
   * <p>What is opened lies where it was looked for, whatever becomes of names in between.
   */
  RegularFile open(String tag) throws MediaProblem, IOException {
    for (int tries = 1; ; tries++) {
      Path real = resolve(tag);
      try {
        return RegularFile.openReal(real, realTop());
      } catch (NotRegular | NoSuchFileException e) {
        if (tries == TRIES) {
          throw notRegular(tag, e);
        }
      }
    }
  }

  /**
   * The regular file that a tag means.
   *
   * <p>Links are followed first, so what counts is where the bytes really are.
   */
  Path resolve(String tag) throws MediaProblem {
    Path named = named(tag);
    Path real;
    try {
      real = named.toRealPath();
    } catch (IOException e) {
      throw missing(tag, named);
    }
    if (!real.startsWith(realRoot()) || !real.startsWith(realTop())) {
      throw outside(tag);
    }
    if (Files.isDirectory(real)) {
      throw new MediaProblem(
          ProblemCode.FILE_NOT_REGULAR,
          "\"" + tag + "\" is a folder; name a file in it, one tag for each");
    }
    if (!Files.isRegularFile(real)) {
      throw new MediaProblem(
          ProblemCode.FILE_NOT_REGULAR,
          "\"" + tag + "\" is not a regular file; copy its content into one");
    }
    return real;
  }

  /** Where the file of a tag very likely is; empty if the tag cannot be read as a path. */
  Optional<Path> likely(String tag) {
    try {
      return Optional.of(realRoot().resolve(tag).normalize());
    } catch (MediaProblem | InvalidPathException e) {
      return Optional.empty();
    }
  }

  /** The first reading of the tag that exists, or else the tag as it is. */
  private Path named(String tag) throws MediaProblem {
    Path asWritten = below(tag, tag);
    if (Files.exists(asWritten)) {
      return asWritten;
    }
    for (String reading : readings(tag)) {
      Path path = below(tag, reading);
      if (Files.exists(path)) {
        return path;
      }
      Optional<Path> otherForm = similarNames.inOtherUnicodeForm(root, path);
      if (otherForm.isPresent()) {
        return otherForm.get();
      }
    }
    return asWritten;
  }

  private static Set<String> readings(String tag) {
    Set<String> readings = new LinkedHashSet<>();
    readings.add(tag);
    readings.add(tag.replace('\\', '/'));
    String decoded = percentDecoded(tag);
    readings.add(decoded);
    readings.add(decoded.replace('\\', '/'));
    for (String reading : Set.copyOf(readings)) {
      readings.add(Normalizer.normalize(reading, Normalizer.Form.NFC));
      readings.add(Normalizer.normalize(reading, Normalizer.Form.NFD));
    }
    return readings;
  }

  private static String percentDecoded(String tag) {
    try {
      return URLDecoder.decode(tag.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return tag; // a percent sign that encodes nothing
    }
  }

  private Path below(String tag, String reading) throws MediaProblem {
    try {
      Path path = root.resolve(reading).normalize();
      if (path.startsWith(root)) {
        return path;
      }
    } catch (InvalidPathException e) {
      throw new MediaProblem(
          ProblemCode.FILE_MISSING,
          "\"" + tag + "\" is not a file name; " + NameEncoding.remedy().orElse("write a path"));
    }
    throw outside(tag);
  }

  private static MediaProblem notRegular(String tag, IOException e) {
    return new MediaProblem(
        ProblemCode.FILE_NOT_REGULAR,
        "\""
            + tag
            + "\" is replaced all the time while it is opened ("
            + e.getMessage()
            + "); put a regular file there and leave it as it is");
  }

  /**
   * Where the root is, as it was when it was first asked for: what becomes of it in the meantime
   * leads to nothing outside.
   */
  private synchronized Path realRoot() throws MediaProblem {
    if (realRoot == null) {
      realRoot = real(root);
    }
    return realRoot;
  }

  private synchronized Path realTop() throws MediaProblem {
    if (realTop == null) {
      realTop = root.equals(top) ? realRoot() : real(top);
    }
    return realTop;
  }

  private static Path real(Path root) throws MediaProblem {
    try {
      return root.toRealPath();
    } catch (IOException e) {
      throw new MediaProblem(
          ProblemCode.FILE_MISSING,
          "the media root " + root + " does not exist; make it, or set media.root to another");
    }
  }

  private MediaProblem missing(String tag, Path named) {
    String hint =
        Optional.of(named)
            .filter(this::isInsideForReal)
            .flatMap(similarNames::like)
            .map(similar -> "; did you mean " + similar + "?")
            .orElse("; add it there, or set media.root to the folder that the paths start from");
    return new MediaProblem(
        ProblemCode.FILE_MISSING, "no file \"" + tag + "\" under " + root + hint);
  }

  /** Names of files outside are nobody's business, also where a link leads there. */
  private boolean isInsideForReal(Path named) {
    try {
      return named.getParent().toRealPath().startsWith(top.toRealPath());
    } catch (IOException e) {
      return false;
    }
  }

  private MediaProblem outside(String tag) {
    return new MediaProblem(
        ProblemCode.FILE_OUTSIDE_ROOT,
        "\"" + tag + "\" points outside the media root " + root + "; move the file into it");
  }
}
