package dev.geminibatch.settings;

import dev.geminibatch.io.DidYouMean;
import dev.geminibatch.io.UsageException;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;

/** Which keys a profile may set, and which a single file. */
final class ProfileKeys {
  /** What a profile may set. */
  static final List<String> OWN =
      List.of(
          "inbox.directory",
          "outbox.directory",
          "archive.directory",
          "failed.directory",
          "media.root",
          "gemini.api-key",
          "gemini.api-key-file",
          "gemini.base-url",
          "gemini.model",
          "service.tier",
          "job.max-tokens",
          "request.generation-config",
          "request.system-instruction",
          "budget.max-cost-per-file",
          "budget.output-tokens",
          "lines.on-error",
          "results.check",
          "results.parts",
          "run.priority",
          "run.paused",
          "pictures.prompt-file",
          "pictures.schema-file",
          "pictures.quiet-period",
          "pictures.answer-files");

  /** What a file beside an input may set: nothing that reaches beyond its profile. */
  private static final List<String> OF_A_FILE =
      List.of(
          "gemini.model",
          "media.root",
          "request.generation-config",
          "request.system-instruction",
          "budget.max-cost-per-file",
          "budget.output-tokens",
          "lines.on-error",
          "results.check",
          "results.parts",
          "run.priority",
          "run.paused");

  private ProfileKeys() {}

  static void checkBeginning(String key) {
    if (key.startsWith("pictures.")) {
      throw new UsageException(key + " is for a profile alone; write profile.NAME." + key + ".");
    }
    String beginning = key.replaceFirst("[.].*", "");
    boolean isMisspelt =
        key.split("[.]").length > 2
            && !beginning.equals("profile")
            && DidYouMean.nearly(beginning, List.of("profile")).isPresent();
    if (isMisspelt) {
      throw new UsageException(
          "There is no setting "
              + key
              + "; did you mean profile"
              + key.substring(beginning.length())
              + "?");
    }
  }

  static void checkKey(String key, String[] parts) {
    if (parts.length < 3 || !parts[1].matches("[a-z0-9]+(-[a-z0-9]+)*")) {
      throw new UsageException(
          key
              + " is not a setting of a profile; write profile.NAME.KEY with a name of a-z, 0-9 and -.");
    }
    if (parts[1].equals(Profiles.DEFAULT)) {
      throw new UsageException(key + ": write it without profile.default.");
    }
    if (!OWN.contains(parts[2])) {
      throw new UsageException(
          "A profile has no setting "
              + parts[2]
              + DidYouMean.meant(parts[2], OWN)
              + " ("
              + key
              + "); it may set "
              + String.join(", ", OWN)
              + ".");
    }
  }

  static String ofFile(Settings profile, String key, String value) {
    if (!OF_A_FILE.contains(key)) {
      throw new UsageException(
          "a single file has no setting "
              + key
              + DidYouMean.meant(key, OF_A_FILE)
              + "; it may set "
              + String.join(", ", OF_A_FILE)
              + ".");
    }
    if (key.equals("media.root")) {
      return below(profile.uploads().mediaRoot(), value).toString();
    }
    if (key.startsWith("request.") && value.startsWith(TypedProperties.FILE)) {
      throw new UsageException(key + " of a single file cannot name another file.");
    }
    return value;
  }

  private static Path below(Path root, String value) {
    try {
      Path below = root.resolve(value).normalize();
      if (below.startsWith(root) && below.toRealPath().startsWith(root.toRealPath())) {
        return below;
      }
    } catch (IOException | InvalidPathException e) {
      // it is not there
    }
    throw new UsageException(
        "media.root of a single file is \"" + value + "\"; write a folder below " + root + ".");
  }
}
