package dev.geminibatch.stage.receive;

import dev.geminibatch.io.FileNames;
import dev.geminibatch.io.FileState;
import dev.geminibatch.io.NameEncoding;
import dev.geminibatch.io.Visible;
import dev.geminibatch.run.InputFile;
import dev.geminibatch.settings.Settings;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What lies in the inbox of a profile: inputs, and what is not taken. */
public final class Inbox {
  private final Path folder;
  private final boolean isForPictures;
  private final boolean isOutbox;

  /** Folders in it that belong to somebody. */
  private final Set<Path> known;

  /** The inbox of the profile with these settings. */
  public Inbox(Settings profile) {
    this.folder = profile.folders().inbox();
    this.isForPictures = profile.pictures().isPresent();
    this.isOutbox = profile.folders().outbox().equals(folder);
    this.known =
        profile.profiles().all().stream()
            .map(Settings::folders)
            .flatMap(
                each ->
                    Stream.of(
                        each.inbox(), each.outbox(), each.archive(), each.failed(), each.state()))
            .collect(Collectors.toSet());
  }

  /**
   * An entry of the inbox.
   *
   * @param problem why it is not taken and what to do about it; empty for an input
   * @param stamp what it is like now
   * @param settings what the settings beside it are like now
   */
  record Entry(Path path, Optional<String> problem, Stamp stamp, Stamp settings) {}

  /** Something that is not taken, for a person. */
  public record NotTaken(String file, String reason) {}

  /** What is not taken now, by name; what a program has just begun to write included. */
  public List<NotTaken> notTaken() throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    return entries().stream()
        .filter(entry -> entry.problem().isPresent())
        .map(entry -> new NotTaken(shown(entry.path()), entry.problem().get()))
        .sorted(Comparator.comparing(NotTaken::file))
        .toList();
  }

  static String shown(Path path) {
    return Visible.line(path.getFileName().toString());
  }

  /** Inputs and what is not taken; without what nobody expects to be taken. */
  List<Entry> entries() throws IOException {
    List<Path> all = new ArrayList<>();
    Set<Path> settings = new HashSet<>();
    try (DirectoryStream<Path> found = Files.newDirectoryStream(folder)) {
      for (Path path : found) {
        all.add(path);
        if (path.getFileName().toString().endsWith(InputFile.SETTINGS)) {
          settings.add(path);
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    List<Entry> entries = new ArrayList<>();
    for (Path path : all) {
      entry(path, settings).ifPresent(entries::add);
    }
    return entries;
  }

  private Optional<Entry> entry(Path path, Set<Path> settings) {
    String name = path.getFileName().toString();
    if (isNobodysInput(name) || isOutbox && InputFile.isOutput(name) || isOfInput(path, name)) {
      return Optional.empty();
    }
    BasicFileAttributes attributes = attributes(path);
    if (attributes == null) {
      return Optional.empty(); // gone in the meantime
    }
    if (attributes.isRegularFile() || attributes.isDirectory()) {
      return entry(path, name, attributes, settings);
    }
    boolean isFolderOfProfile = attributes.isSymbolicLink() && isKnown(path);
    return isFolderOfProfile
        ? Optional.empty()
        : Optional.of(
            new Entry(path, Optional.of(notRegular(path)), Stamp.of(attributes), Stamp.NONE));
  }

  private boolean isKnown(Path path) {
    return known.stream().anyMatch(each -> each.startsWith(path));
  }

  private static String notRegular(Path path) {
    try {
      FileState.Kind kind = FileState.of(path).kind();
      return kind == FileState.Kind.LINK
          ? "it is a symbolic link; put the file itself here"
          : "it is " + kind + "; put its content into a file";
    } catch (IOException e) {
      return "it is not a file"; // gone in the meantime
    }
  }

  private Optional<Entry> entry(
      Path path, String name, BasicFileAttributes attributes, Set<Path> settings) {
    boolean isSomebodys = attributes.isDirectory() && (isForPictures || isKnown(path));
    Optional<String> problem = problem(path, name, attributes);
    boolean isPicture = isForPictures && !InputFile.isInput(name) && PictureInbox.isPicture(path);
    // What programs write beside a picture is no export.
    boolean isBesidePicture =
        isForPictures && name.toLowerCase(Locale.ROOT).matches("(?s).*\\.json(\\.gz)?");
    if (isSomebodys || isPicture || isBesidePicture) {
      return Optional.empty();
    }
    // A name with a problem may be one that nothing can be built upon.
    Stamp own = problem.isPresent() ? Stamp.NONE : settings(path, settings);
    if (own != Stamp.NONE) {
      problem =
          SettingsBeside.problem(InputFile.settingsBeside(path))
              .map(what -> "its settings " + name + InputFile.SETTINGS + " " + what);
    }
    return Optional.of(new Entry(path, problem, Stamp.of(attributes), own));
  }

  /** Whether a name stands for a file, and so do the settings beside it if there are any. */
  static boolean mayBeTaken(Path file) {
    return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
        && SettingsBeside.problem(InputFile.settingsBeside(file)).isEmpty();
  }

  private static Stamp settings(Path input, Set<Path> settings) {
    Path beside = InputFile.settingsBeside(input);
    BasicFileAttributes attributes = settings.contains(beside) ? attributes(beside) : null;
    return attributes == null ? Stamp.NONE : Stamp.of(attributes);
  }

  /** Of a link if it is one; null if it is not there. */
  private static BasicFileAttributes attributes(Path path) {
    try {
      return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    } catch (IOException e) {
      return null;
    }
  }

  /** Whether it holds the settings for an input that is there. */
  private boolean isOfInput(Path path, String name) {
    return name.endsWith(InputFile.SETTINGS)
        && NameEncoding.canRead(path)
        && InputFile.isInput(inputOf(name))
        && Files.exists(path.resolveSibling(inputOf(name)), LinkOption.NOFOLLOW_LINKS);
  }

  private static String inputOf(String settings) {
    return settings.substring(0, settings.length() - InputFile.SETTINGS.length());
  }

  /** Hidden files that desktops, editors and copying programs leave are not named, either. */
  private static boolean isNobodysInput(String name) {
    return name.startsWith(".") && !InputFile.isInput(name)
        || name.equalsIgnoreCase("Thumbs.db")
        || name.equalsIgnoreCase("desktop.ini");
  }

  private static Optional<String> problem(Path path, String name, BasicFileAttributes attributes) {
    if (!NameEncoding.canRead(path)) {
      return Optional.of(
          NameEncoding.remedy().orElse("its name is not in UTF-8; rename it (see convmv)"));
    }
    if (FileNames.hasControlCharacters(name)) {
      return Optional.of("its name holds a line break or another control character; rename it");
    }
    if (attributes.isDirectory()) {
      return Optional.of("it is a folder; put files into the inbox itself, or set up a profile");
    }
    if (!InputFile.isInput(name)) {
      return Optional.of(ofName(name));
    }
    if (name.startsWith(".")) {
      return Optional.of("its name begins with a dot; rename it when it is complete");
    }
    if (InputFile.isReport(name)) {
      return Optional.of("it is named as a report of this program; rename it if it is an input");
    }
    return Files.isReadable(path)
        ? Optional.empty()
        : Optional.of("it cannot be read; let the daemon's user read it (chmod)");
  }

  private static String ofName(String name) {
    if (name.endsWith(InputFile.SETTINGS) && InputFile.isInput(inputOf(name))) {
      return "there is no "
          + inputOf(name)
          + " for these settings; drop the settings first, or together with it";
    }
    if (InputFile.isInput(name.strip())) {
      return "its name has a space at its end; rename it to " + name.strip();
    }
    if (InputFile.isUnfinished(name)) {
      return "it is named as a file that is not complete; rename it when it is";
    }
    return "its name does not end with " + InputFile.ENDINGS + "; rename it";
  }
}
