package dev.geminibatch.run;

import dev.geminibatch.io.AtomicFiles;
import dev.geminibatch.io.DiskReserve;
import dev.geminibatch.io.FileNames;
import dev.geminibatch.io.FileState;
import dev.geminibatch.io.Folders;
import dev.geminibatch.io.RegularFile;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Where inputs lie that are done with: the archive, or the failed folder with an explanation. */
public final class InputArchive {
  /** For the names of what lies beside an input, the longest of which is that of its settings. */
  private static final int ROOM = InputFile.SETTINGS.length();

  private static final String ORIGINAL = ".dropped";

  private InputArchive() {}

  /**
   * Puts a run's input into a folder under its own name, or with the run's id in it if another file
   * has the name already, and the settings for it beside it. The run keeps its input; done twice,
   * the file is there once.
   *
   * @param reserve what is kept free, should it have to be copied
   * @return where it is
   */
  public static Path link(Path folder, Run run, RunFolder runFolder, DiskReserve reserve)
      throws IOException {
    return link(folder, run, runFolder, runFolder.received(run), reserve);
  }

  /**
   * As {@link #link}, of an input that was not sent: one that has changed since it was copied is
   * put there as it is now.
   */
  public static Path linkUnsent(Path folder, Run run, RunFolder runFolder, DiskReserve reserve)
      throws IOException {
    boolean isNewer =
        Files.exists(runFolder.dropped()) && !InputGuard.isUnchanged(run, runFolder.dropped());
    Path input = isNewer ? runFolder.dropped() : runFolder.received(run);
    return link(folder, run, runFolder, input, reserve);
  }

  /**
   * Puts the file that an input was copied from beside it, if it has changed since: lines may have
   * been added to it after the last look, and may still be.
   *
   * @return where it is, if so
   */
  public static Optional<Path> linkChangedOriginal(
      Path folder, Run run, RunFolder runFolder, DiskReserve reserve) throws IOException {
    Path original = runFolder.dropped();
    if (!Files.exists(original) || InputGuard.isUnchanged(run, original)) {
      return Optional.empty();
    }
    Folders.make(folder);
    Path target = original(folder, run);
    if (!exists(target)) {
      AtomicFiles.linkOrCopy(original, target, reserve);
    }
    return Optional.of(target);
  }

  /** Where {@link #linkChangedOriginal} puts it. */
  public static Path original(Path folder, Run run) throws IOException {
    int room = withId(run, ORIGINAL).length() + ROOM;
    return folder.resolve(withId(run, FileNames.fitting(folder, run.stem(), room) + ORIGINAL));
  }

  private static Path link(
      Path folder, Run run, RunFolder runFolder, Path input, DiskReserve reserve)
      throws IOException {
    Folders.make(folder);
    Path target = folder.resolve(name(folder, run));
    if (!link(input, target, reserve) && !isSame(input, target)) {
      target = folder.resolve(nameWithId(folder, run));
      link(input, target, reserve);
    }
    Path overrides = InputFile.settingsBeside(target);
    if (Files.exists(runFolder.overrides()) && !exists(overrides)) {
      AtomicFiles.linkOrCopy(runFolder.overrides(), overrides, reserve);
    }
    return target;
  }

  /** False if something has the name already. */
  private static boolean link(Path input, Path target, DiskReserve reserve) throws IOException {
    try {
      AtomicFiles.linkOrCopy(input, target, reserve);
      return true;
    } catch (FileAlreadyExistsException e) {
      return false;
    }
  }

  /** Where {@link #link} has put a run's input, if it is there still. */
  public static Optional<Path> find(Path folder, Run run, Path input) throws IOException {
    List<String> names =
        List.of(run.name(), withId(run, run.stem()), name(folder, run), nameWithId(folder, run));
    for (String name : names) {
      Path file = folder.resolve(name);
      if (exists(file) && isSame(input, file)) {
        return Optional.of(file);
      }
    }
    return Optional.empty();
  }

  /** The first name that is tried in a folder: the input's own, if the folder takes it. */
  public static String name(Path folder, Run run) throws IOException {
    String ending = InputFile.isInput(run.name()) ? run.ending() : "";
    int length = run.name().length() - ending.length();
    return FileNames.fitting(folder, run.name().substring(0, length), ending.length() + ROOM)
        + run.name().substring(length);
  }

  private static String nameWithId(Path folder, Run run) throws IOException {
    int room = withId(run, "").length() + ROOM;
    return withId(run, FileNames.fitting(folder, run.stem(), room));
  }

  private static String withId(Run run, String stem) {
    return stem + "." + run.id() + run.ending();
  }

  /** Also a link to nothing is there. */
  private static boolean exists(Path path) {
    return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
  }

  /** Others may write into such a folder: whatever lies there is not opened unless it is a file. */
  private static boolean isSame(Path input, Path target) throws IOException {
    FileState one = FileState.of(input);
    FileState other = FileState.of(target);
    if (!other.isRegular() || one.size() != other.size()) {
      return false;
    }
    if (!one.identity().isEmpty() && one.isSameFile(other)) {
      return true;
    }
    try (RegularFile a = RegularFile.open(input);
        RegularFile b = RegularFile.open(target)) {
      return a.hasContentOf(b);
    }
  }

  /** The file that explains why a file in the failed folder is there. */
  public static Path explanationOf(Path failed) {
    return failed.resolveSibling(failed.getFileName() + ".why.txt");
  }
}
