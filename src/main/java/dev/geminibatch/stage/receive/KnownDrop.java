package dev.geminibatch.stage.receive;

import dev.geminibatch.io.FileIdentity;
import dev.geminibatch.io.NotRegular;
import dev.geminibatch.run.InputFile;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunFolder;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a dropped file and the settings beside it are known by to all members that may see them.
 * Another file under the same path is not taken for it, on this machine or on another one.
 */
record KnownDrop(FileIdentity file, Optional<FileIdentity> settings) {
  private static final String BETWEEN = " ";

  /**
   * Of what lies in an inbox now.
   *
   * @return empty if it cannot be read, or is no file
   * @throws IOException when it is gone or changes
   */
  static Optional<KnownDrop> of(Path file, Optional<SettingsBeside> beside) throws IOException {
    try {
      return Optional.of(
          new KnownDrop(
              FileIdentity.of(file),
              beside.map(each -> FileIdentity.of(each.state(), each.content()))));
    } catch (NotRegular | AccessDeniedException e) {
      return Optional.empty(); // said when it is moved
    }
  }

  /** As {@link #text} has written it. */
  static KnownDrop parse(String text) {
    String[] parts = text.split(BETWEEN);
    return new KnownDrop(
        new FileIdentity(parts[0]),
        parts.length > 1 ? Optional.of(new FileIdentity(parts[1])) : Optional.empty());
  }

  /** For the ledger; the file comes first. */
  String text() {
    return file.text() + settings.map(each -> BETWEEN + each.text()).orElse("");
  }

  /** Whether the file lies under a name now. */
  boolean isAt(Path name) throws IOException {
    return file.isAt(name);
  }

  /** Whether what is in the folder of a run was moved there; else it is a copy. */
  boolean wasMoved(Run run, RunFolder folder) throws IOException {
    return Files.exists(folder.dropped()) || file.wasMovedTo(folder.received(run));
  }

  /**
   * Whether the file would certainly be found again. If not (on Windows), it may rather be taken
   * twice than that one which is dropped once more is removed.
   */
  boolean isSure() {
    return file.isNumbered();
  }

  /** Removes the settings beside the file, unless there are others now. */
  void removeSettings(Path input) throws IOException {
    Path beside = InputFile.settingsBeside(input);
    if (settings.isPresent() && settings.get().isAt(beside)) {
      Files.deleteIfExists(beside);
    }
  }
}
