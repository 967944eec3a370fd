package dev.geminibatch.stage.receive;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.geminibatch.io.AtomicFiles;
import dev.geminibatch.io.FileNames;
import dev.geminibatch.io.FileState;
import dev.geminibatch.io.Sha256;
import dev.geminibatch.io.Visible;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What lies in a folder that was moved into an inbox for pictures.
 *
 * @param pictures regular files, in order
 * @param haveOtherNames whether one of them can also be reached under another name
 * @param others what is not taken with them, and why
 */
record PictureFiles(List<Path> pictures, boolean haveOtherNames, Map<Path, String> others) {
  /** Deeper than this nobody sorts pictures, and a system opens no more folders at a time. */
  private static final int DEEPEST = 64;

  private static final Pattern ODD_START = Pattern.compile("^[\\s.-]+");

  /** Finds everything in a folder, following no link. */
  static PictureFiles in(Path folder) throws IOException {
    List<Path> pictures = new ArrayList<>();
    Map<Path, String> others = new TreeMap<>();
    boolean haveOtherNames = false;
    try (Stream<Path> entries = Files.walk(folder, DEEPEST)) {
      for (Path entry : (Iterable<Path>) entries::iterator) {
        FileState state = FileState.of(entry);
        boolean isTooDeep = folder.relativize(entry).getNameCount() == DEEPEST;
        if (state.kind() == FileState.Kind.FOLDER && !isTooDeep
            || state.isRegular() && entry.getFileName().toString().startsWith(".")) {
          continue;
        }
        if (!state.isRegular()) {
          others.put(entry, isTooDeep ? "it lies too deep" : "it is " + state.kind());
        } else if (FileNames.hasControlCharacters(folder.relativize(entry).toString())) {
          others.put(entry, "its name holds a line break or another control character; rename it");
        } else {
          pictures.add(entry);
          haveOtherNames |= state.links() > 1;
        }
      }
    }
    pictures.sort(null);
    return new PictureFiles(List.copyOf(pictures), haveOtherNames, others);
  }

  /** What shows that files have not changed; empty if one of them has just gone. */
  static Optional<String> state(List<Path> files) throws IOException {
    MessageDigest digest = Sha256.digest();
    try {
      for (Path file : files) {
        BasicFileAttributes attributes =
            Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        digest.update((file + " " + Stamp.of(attributes) + "\n").getBytes(UTF_8));
      }
    } catch (NoSuchFileException gone) {
      return Optional.empty();
    }
    return Optional.of(HexFormat.of().formatHex(digest.digest()));
  }

  /** The name of a folder as that of a run: to be seen, and to be typed after a command. */
  static String cleaned(String name) {
    StringBuilder seen = new StringBuilder();
    name.codePoints()
        .filter(c -> Visible.isControl(c) || Visible.isSeen(c))
        .forEach(c -> seen.appendCodePoint(Visible.isControl(c) ? '_' : c));
    String cleaned = ODD_START.matcher(seen).replaceFirst("").strip();
    return cleaned.isEmpty() ? "folder" : cleaned;
  }

  /**
   * Moves a picture. One that has another name is copied: under that it could still be written to.
   *
   * @throws IOException also when it turned out to be no file; then it is where it was
   */
  static void move(Path file, Path target) throws IOException {
    if (FileState.of(file).links() > 1) {
      AtomicFiles.moveByCopying(file, target);
      return;
    }
    AtomicFiles.move(file, target);
    FileState.Kind kind = FileState.of(target).kind();
    if (kind != FileState.Kind.REGULAR) {
      giveBack(target, file);
      throw new IOException(file + " became " + kind + " while it was taken");
    }
  }

  /** Under its name, or with a number after it if another one has that in the meantime. */
  private static void giveBack(Path taken, Path file) throws IOException {
    Path free = file;
    for (int i = 1; ; i++) {
      try {
        Files.move(taken, free);
        return;
      } catch (FileAlreadyExistsException e) {
        free = file.resolveSibling(file.getFileName() + "." + i);
      }
    }
  }
}
