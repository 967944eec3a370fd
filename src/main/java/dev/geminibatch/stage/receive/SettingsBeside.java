package dev.geminibatch.stage.receive;

import dev.geminibatch.io.Amounts;
import dev.geminibatch.io.AtomicFiles;
import dev.geminibatch.io.FileMode;
import dev.geminibatch.io.FileState;
import dev.geminibatch.io.RegularFile;
import dev.geminibatch.io.UsageException;
import dev.geminibatch.run.InputFile;
import dev.geminibatch.run.RunFolder;
import dev.geminibatch.settings.FileOverrides;
import dev.geminibatch.settings.Settings;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The settings that lie beside a dropped input, read once: what is checked is what is kept.
 *
 * @param state what they were like when they were read
 * @param mode who could read them then
 */
record SettingsBeside(Path file, byte[] content, FileState state, FileMode mode) {

  /** Reads them, if there are any. */
  static Optional<SettingsBeside> of(Path input) throws IOException {
    Path file = InputFile.settingsBeside(input);
    if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty(); // or their name would be too long
    }
    try (RegularFile open = RegularFile.open(file)) {
      // One byte more than may be shows that there is more.
      byte[] content = open.stream().readNBytes(FileOverrides.MOST_BYTES + 1);
      return Optional.of(new SettingsBeside(file, content, open.state(), open.mode()));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** Why settings are not read, and so neither is their input; empty if they are. */
  static Optional<String> problem(Path file) {
    try {
      FileState state = FileState.of(file);
      if (!state.isRegular()) {
        return Optional.of("are " + state.kind() + "; put a file there");
      }
      if (state.size() > FileOverrides.MOST_BYTES) {
        return Optional.of(
            "are larger than "
                + Amounts.size(FileOverrides.MOST_BYTES)
                + "; write only settings into them");
      }
      return Files.isReadable(file)
          ? Optional.empty()
          : Optional.of("cannot be read; let the daemon's user read them (chmod)");
    } catch (IOException e) {
      return Optional.empty(); // gone in the meantime
    }
  }

  /** What is set for the input. What is wrong is reported when it is inspected. */
  Settings settings(String input, Settings all, String profile) {
    try {
      return FileOverrides.of(input, content, all, profile);
    } catch (UsageException e) {
      return all.profiles().of(profile);
    }
  }

  void keep(RunFolder folder) throws IOException {
    Path aside = folder.overrides().resolveSibling(folder.overrides().getFileName() + ".part");
    Files.deleteIfExists(aside); // of a process that was killed
    try (OutputStream out = Channels.newOutputStream(mode.openNew(aside))) {
      out.write(content);
    }
    AtomicFiles.publish(aside, folder.overrides());
  }

  /** Removes them from the inbox, unless there are others now. */
  void remove() throws IOException {
    if (Files.exists(file, LinkOption.NOFOLLOW_LINKS) && FileState.of(file).equals(state)) {
      Files.deleteIfExists(file);
    }
  }
}
