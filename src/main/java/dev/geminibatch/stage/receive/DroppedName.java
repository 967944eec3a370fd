package dev.geminibatch.stage.receive;

import dev.geminibatch.io.FileNames;
import dev.geminibatch.io.Visible;
import dev.geminibatch.run.InputFile;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Names that come over the network. They must mean a file in one folder and nothing else, on every
 * system, and look to a person like what they are.
 */
final class DroppedName {
  private static final Pattern DEVICE =
      Pattern.compile(
          "(?is)(con|prn|aux|nul|conin\\$|conout\\$|com[0-9¹²³]|lpt[0-9¹²³])\\s*([.:].*)?");
  private static final Pattern DRIVE = Pattern.compile("(?s)[A-Za-z]:.*");
  private static final int REPLACEMENT = 0xFFFD;

  private DroppedName() {}

  /** Why no file of this name is taken, whatever is in it; empty if it may be. */
  static Optional<String> problem(String name) {
    if (name.isBlank()) {
      return Optional.of("The file has no name; give it one that ends with " + InputFile.ENDINGS);
    }
    if (name.indexOf('/') >= 0 || name.indexOf('\\') >= 0 || DRIVE.matcher(name).matches()) {
      return Optional.of("A file name must not hold a folder or a drive; send the name alone");
    }
    if (!name.codePoints().allMatch(c -> Visible.isSeen(c) && c != REPLACEMENT)) {
      return Optional.of(
          "A file name must be in UTF-8, without characters that nobody sees; rename the file");
    }
    if (name.startsWith(".")) {
      return Optional.of("A file name must not begin with a dot; rename the file");
    }
    if (!name.equals(name.strip()) || name.endsWith(".")) {
      return Optional.of(
          "A file name must not begin with a space, nor end with a space or dot; rename the file");
    }
    if (DEVICE.matcher(name).matches()) {
      return Optional.of("A file name must not be that of a device of Windows; rename the file");
    }
    return FileNames.bytes(name) > FileNames.MOST_BYTES
        ? Optional.of("A file name must not have more than 255 bytes; rename the file")
        : Optional.empty();
  }

  /** Why it is not the name of an input; empty if it is. */
  static Optional<String> problemOfInput(String name) {
    if (InputFile.isReport(name)) {
      return Optional.of("It is named as a report of this program; rename it if it is an input");
    }
    return InputFile.isInput(name)
        ? Optional.empty()
        : Optional.of("Its name must end with " + InputFile.ENDINGS + "; rename it");
  }

  /** Whether an inbox for pictures takes a file of this name. */
  static boolean isPicture(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return !InputFile.isInput(name)
        && !InputFile.isUnfinished(name)
        && !lower.matches("(?s).*[.](txt|properties)")
        && !lower.equals("thumbs.db")
        && !lower.equals("desktop.ini");
  }
}
