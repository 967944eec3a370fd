package dev.geminibatch.stage.receive;

import dev.geminibatch.io.AtomicFiles;
import dev.geminibatch.io.FileMode;
import dev.geminibatch.io.FileNames;
import dev.geminibatch.io.NameEncoding;
import dev.geminibatch.io.PrivateFiles;
import dev.geminibatch.io.Visible;
import dev.geminibatch.run.BusyRuns;
import dev.geminibatch.run.InputFile;
import dev.geminibatch.settings.FileOverrides;
import dev.geminibatch.settings.Settings;
import dev.geminibatch.stage.StageContext;
import java.io.BufferedOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes exports of pictures: all that have arrived in an inbox and rest become one, and so does
 * each folder that was moved in.
 *
 * <p>The pictures go to the archive at once, where the lines of the export refer to them. Each step
 * leaves a mark in the state folder, so that a process that ends in between loses none of them.
 */
public final class PictureInbox {
  private static final LinkOption NOFOLLOW = LinkOption.NOFOLLOW_LINKS;
  private static final Logger LOG = LoggerFactory.getLogger("gather");
  private static final DateTimeFormatter NAME = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss");

  /** How many quiet periods the others wait for a picture that keeps changing. */
  private static final int PATIENCE = 6;

  /** In the log of one minute, of one inbox. */
  private static final int MOST_NAMED = 20;

  /** What follows the name of a group, in the marks and in the names that are built on it. */
  private static final int ROOM = 60;

  private static final String BEGUN = ".begun";
  private static final String EXPORT = ".jsonl";

  private final Settings settings;
  private final Receiver receiver;
  private final Clock clock;

  /** By profile. */
  private final Map<String, Settling<Path, String>> rests = new HashMap<>();

  /** What stays in a folder, and why, as it was reported. */
  private final Map<Path, String> named = new HashMap<>();

  /** By profile. */
  private final Map<String, LogLimit> words = new HashMap<>();

  /** By profile: what does not work, reported once. */
  private final Map<String, String> reported = new HashMap<>();

  public PictureInbox(StageContext context, Receiver receiver) {
    this.settings = context.settings();
    this.clock = context.clock();
    this.receiver = receiver;
  }

  /**
   * Takes what rests.
   *
   * @return the ids of the new runs, begun by {@link BusyRuns#begin}
   */
  public synchronized List<String> gather(String profile) {
    try {
      List<String> runs = gatherAll(profile);
      reported.remove(profile);
      return runs;
    } catch (IOException | RuntimeException e) {
      String problem = e.getClass().getSimpleName() + ": " + e.getMessage();
      if (!problem.equals(reported.put(profile, problem))) {
        LOG.error("Pictures of {} cannot be taken and will be retried: {}", profile, problem);
      }
      return List.of();
    }
  }

  private static List<Path> list(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries
          .filter(entry -> !entry.getFileName().toString().startsWith("."))
          .sorted()
          .toList();
    }
  }

  private List<String> gatherAll(String profile) throws IOException {
    Settings set = settings.profiles().of(profile);
    Path inbox = set.folders().inbox();
    Path marks = settings.folders().stateFolder().gathered().resolve(profile);
    PrivateFiles.createFolder(marks.getParent());
    PrivateFiles.createFolder(marks);
    Files.createDirectories(inbox);
    Duration quiet = set.pictures().orElseThrow().quietPeriod();
    Settling<Path, String> rest =
        rests.computeIfAbsent(profile, name -> Settling.of(clock, quiet, set));
    rest.scan();
    List<Path> entries = list(inbox);
    List<Path> loose = new ArrayList<>();
    for (Path entry : entries) {
      if (Files.isDirectory(entry, NOFOLLOW)) {
        gatherFolder(set, marks, rest, entry);
      } else if (isPicture(entry) && !isEndless(rest, entry, quiet)) {
        loose.add(entry);
      }
    }
    if (isAtRest(rest, inbox, loose, quiet)) {
      String name = "pictures-" + NAME.format(clock.instant().atZone(ZoneId.systemDefault()));
      begin(set, marks, name, inbox, new PictureFiles(loose, false, Map.of()));
    }
    int others = words(set).others();
    if (others > 0) {
      LOG.warn("{} more stay in the inbox {}", others, inbox);
    }
    Set<Path> there = new HashSet<>(entries);
    there.add(inbox);
    rest.keepOnly(there);
    named.keySet().removeIf(path -> path.startsWith(inbox) && !Files.exists(path, NOFOLLOW));
    return finish(set, marks);
  }

  /** One that cannot be read must not keep back the others. */
  private void gatherFolder(Settings set, Path marks, Settling<Path, String> rest, Path folder) {
    try {
      PictureFiles found = PictureFiles.in(folder);
      Duration quiet = set.pictures().orElseThrow().quietPeriod();
      if (isAtRest(rest, folder, found.pictures(), quiet)) {
        begin(set, marks, folder.getFileName().toString(), folder, found);
      }
      found.others().forEach((path, problem) -> name(set, path, problem));
    } catch (NoSuchFileException e) {
      rest.forget(folder); // somebody is still at work in it
    } catch (IOException | UncheckedIOException e) {
      name(set, folder, "it cannot be taken, and will be retried: " + e.getMessage());
    }
  }

  /** Once, and again when there is something else to say. */
  private void name(Settings set, Path path, String problem) {
    if (!problem.equals(named.put(path, problem)) && words(set).mayName()) {
      LOG.warn("{} stays in the inbox: {}", Visible.line(path.toString()), problem);
    }
  }

  private LogLimit words(Settings set) {
    return words.computeIfAbsent(set.profile(), name -> new LogLimit(clock, MOST_NAMED));
  }

  /** Whether a group has rested, and no file of it has come or gone. */
  private static boolean isAtRest(
      Settling<Path, String> rest, Path group, List<Path> files, Duration time) throws IOException {
    Optional<String> state = PictureFiles.state(files);
    if (files.isEmpty() || state.isEmpty()) {
      rest.forget(group);
      return false;
    }
    return rest.of(group, state.get()).compareTo(time) >= 0;
  }

  /** Whether a picture changes for so long that the others no longer wait for it. */
  private static boolean isEndless(Settling<Path, String> rest, Path file, Duration quiet)
      throws IOException {
    Optional<String> state = PictureFiles.state(List.of(file));
    return state.isPresent()
        && rest.of(file, state.get()).compareTo(quiet) < 0
        && rest.known(file).compareTo(quiet.multipliedBy(PATIENCE)) > 0;
  }

  /** Exports, their settings, answers and what is still being written are not for here. */
  static boolean isPicture(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    return !name.startsWith(".")
        && !InputFile.isInput(name)
        && !InputFile.isUnfinished(name)
        && !name.matches("(?s).*\\.(txt|properties)")
        && !FileNames.hasControlCharacters(name)
        && NameEncoding.canRead(file)
        && Files.isRegularFile(file, NOFOLLOW);
  }

  /** Moves a group into a folder of its own in the archive. */
  private void begin(Settings set, Path marks, String wanted, Path source, PictureFiles found)
      throws IOException {
    Path archive = set.folders().archive();
    Files.createDirectories(archive);
    String stem = FileNames.fitting(archive, PictureFiles.cleaned(wanted), ROOM);
    String name = stem;
    for (int i = 2; Files.exists(archive.resolve(name), NOFOLLOW) || isMarked(marks, name); i++) {
      name = stem + "-" + i;
    }
    Files.createFile(marks.resolve(name + BEGUN));
    Path target = archive.resolve(name);
    boolean isFolder = !source.equals(set.folders().inbox());
    boolean isWhole = isFolder && found.others().isEmpty() && !found.haveOtherNames();
    if (isWhole && isMoved(source, target)) {
      return;
    }
    for (Path file : found.pictures()) {
      Path moved = target.resolve(source.relativize(file));
      Files.createDirectories(moved.getParent());
      PictureFiles.move(file, moved);
    }
    if (isFolder) {
      removeEmptyFolders(source);
    }
  }

  /** A folder moves as a whole within a file system only. */
  private static boolean isMoved(Path folder, Path target) throws IOException {
    try {
      Files.move(folder, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      return false;
    }
    if (!Files.isDirectory(target, NOFOLLOW)) {
      Files.move(target, folder);
      throw new IOException(folder + " became something else while it was taken");
    }
    return true;
  }

  private static void removeEmptyFolders(Path top) throws IOException {
    try (Stream<Path> entries = Files.walk(top)) {
      for (Path folder :
          entries
              .filter(entry -> Files.isDirectory(entry, NOFOLLOW))
              .sorted(Comparator.reverseOrder())
              .toList()) {
        removeIfEmpty(folder);
      }
    }
  }

  private static void removeIfEmpty(Path folder) throws IOException {
    try {
      Files.delete(folder);
    } catch (DirectoryNotEmptyException e) {
      // What is hidden in it is not ours.
    }
  }

  private static boolean isMarked(Path marks, String name) {
    return Files.exists(marks.resolve(name + BEGUN)) || Files.exists(marks.resolve(name + EXPORT));
  }

  /** Resumes everything that was begun, by this process or by one before it. */
  private List<String> finish(Settings set, Path marks) throws IOException {
    List<String> runs = new ArrayList<>();
    for (Path mark : list(marks)) {
      String file = mark.getFileName().toString();
      if (file.endsWith(BEGUN)) {
        String name = file.substring(0, file.length() - BEGUN.length());
        export(set, set.folders().archive().resolve(name), marks.resolve(name + EXPORT));
        Files.delete(mark);
      }
    }
    for (Path export : list(marks)) {
      String file = export.getFileName().toString();
      if (file.endsWith(EXPORT)) {
        receive(set, export).ifPresent(runs::add);
      }
    }
    return runs;
  }

  /** One that cannot be taken must not keep back those that were taken before it. */
  private Optional<String> receive(Settings set, Path export) {
    try {
      return Optional.ofNullable(receiver.receive(set.profile(), export));
    } catch (IOException e) {
      LOG.error("{} cannot be taken and will be retried: {}", export, e.getMessage());
      return Optional.empty();
    }
  }

  private static void export(Settings set, Path folder, Path export) throws IOException {
    if (Files.exists(export) || !Files.isDirectory(folder, NOFOLLOW)) {
      return; // nothing had been moved yet, or all of it has
    }
    PictureRequest request = PictureRequest.read(set.pictures().orElseThrow());
    List<Path> pictures = PictureFiles.in(folder).pictures();
    if (pictures.isEmpty()) {
      removeIfEmpty(folder); // nothing had been moved yet
      return;
    }
    // The lines name the pictures below their own folder, so that the same pictures under another
    // folder are the same content.
    Path root = set.uploads().mediaRoot();
    FileOverrides.write(
        InputFile.settingsBeside(export), "media.root", root.relativize(folder).toString());
    Path aside = export.resolveSibling("." + export.getFileName());
    // Its results are no wider than it is, and they show what is in every picture.
    pictures.stream().map(FileMode::of).reduce(FileMode.ANY, FileMode::and).create(aside);
    try (OutputStream out =
        new BufferedOutputStream(Files.newOutputStream(aside, StandardOpenOption.WRITE))) {
      for (Path picture : pictures) {
        out.write(
            request.line(folder.relativize(picture).toString().replace(File.separatorChar, '/')));
      }
    }
    AtomicFiles.publish(aside, export);
    LOG.info("{}: one run with {} pictures", folder.getFileName(), pictures.size());
  }
}
