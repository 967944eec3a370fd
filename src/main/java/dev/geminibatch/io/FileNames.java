package dev.geminibatch.io;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names for files that a folder takes. File systems limit a name to 255 bytes, eCryptfs to 143, and
 * some refuse characters that others take, so the folder itself is asked.
 */
public final class FileNames {
  /** What every file system takes, in bytes. */
  public static final int SURE_BYTES = 143;

  /** What most file systems take, in bytes. */
  public static final int MOST_BYTES = 255;

  /** What a person sees as one, whatever it is composed of. */
  private static final Pattern CHARACTER = Pattern.compile("\\X");

  private static final int HASH_DIGITS = 8;

  /** What not every file system takes, or no person types. */
  private static final Pattern STRANGE = Pattern.compile("[^A-Za-z0-9._()+,=@~ -]");

  private FileNames() {}

  /**
   * The name as it is, if a folder takes it; else a shorter one, with a hash that keeps names with
   * the same beginning apart; else one of ASCII letters. The same name gets the same answer.
   *
   * @param folder exists; a file is made in it and removed, unless the name is plain and short
   * @param stem the beginning of the name
   * @param room how many bytes must be able to follow
   * @throws IOException when the folder takes no file at all
   */
  public static String fitting(Path folder, String stem, int room) throws IOException {
    boolean isPlain = !stem.isEmpty() && !STRANGE.matcher(stem).find();
    if (isPlain && stem.length() + room <= SURE_BYTES) {
      return stem;
    }
    String ascii = STRANGE.matcher(stem).replaceAll("_");
    List<String> candidates =
        List.of(
            stem,
            shortened(stem, MOST_BYTES - room),
            shortened(stem, SURE_BYTES - room),
            marked(ascii, stem, SURE_BYTES - room));
    IOException refused = null;
    for (String candidate : candidates) {
      try {
        tryOut(folder, candidate, room);
        return candidate;
      } catch (IOException e) {
        refused = e;
      }
    }
    throw refused;
  }

  /** The same length and the same characters, but hidden: nobody waits for a file of this name. */
  private static void tryOut(Path folder, String stem, int room) throws IOException {
    Path file;
    try {
      file = folder.resolve("." + stem + "x".repeat(room - 1));
    } catch (InvalidPathException e) {
      throw new IOException(e.getMessage(), e);
    }
    try {
      Files.createFile(file);
    } catch (FileAlreadyExistsException e) {
      return; // another run asks at the same time
    }
    Files.deleteIfExists(file);
  }

  /**
   * A name of at most so many bytes in UTF-8: as it is, or its beginning, cut between two
   * characters, and a hash of the whole.
   */
  public static String shortened(String name, int mostBytes) {
    return bytes(name) <= mostBytes ? name : marked(name, name, mostBytes);
  }

  private static String marked(String beginning, String whole, int mostBytes) {
    int most = Math.max(0, mostBytes - HASH_DIGITS - 1);
    Matcher characters = CHARACTER.matcher(beginning);
    int end = 0;
    while (characters.find() && bytes(beginning.substring(0, characters.end())) <= most) {
      end = characters.end();
    }
    return beginning.substring(0, end).strip() + "~" + Sha256.hex(whole).substring(0, HASH_DIGITS);
  }

  /** The length of a text in UTF-8, which file systems count. */
  public static int bytes(String text) {
    return text.getBytes(UTF_8).length;
  }

  /** Whether a name holds what ends a line or steers a terminal; no inbox takes such a file. */
  public static boolean hasControlCharacters(String name) {
    return name.codePoints().anyMatch(Visible::isControl);
  }
}
