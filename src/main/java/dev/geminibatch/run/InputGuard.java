package dev.geminibatch.run;

import dev.geminibatch.io.FileState;
import dev.geminibatch.io.NotRegular;
import dev.geminibatch.io.PrivateFiles;
import dev.geminibatch.io.Sha256;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * Notices an input that was changed behind our back: a program that still had the dropped file open
 * would move the lines under our feet.
 *
 * <p>Everything that the file system says about the file must be as it was: also the time of its
 * last change, which whoever sets back the time of the last writing cannot set back. That time goes
 * in steps of some milliseconds; so before anything is paid, the lines are compared by their digest
 * where it takes next to nothing, or where the file system knows no such time.
 */
public final class InputGuard {
  private static final int BUFFER_BYTES = 1 << 16;

  /** What is compared in full before it is paid for, in a fraction of a millisecond. */
  private static final long SMALL = 1 << 20;

  private static final long SECOND = 1_000_000_000L;

  private InputGuard() {}

  /**
   * Remembers what the input of a run is like from now on.
   *
   * @throws NotRegular when it is not even a file
   */
  public static FileState take(Run run, RunFolder folder) throws IOException {
    FileState state = FileState.of(folder.received(run));
    if (!state.isRegular()) {
      throw new NotRegular(folder.received(run), state.kind());
    }
    stamp(folder, state);
    return state;
  }

  /**
   * As {@link #take}, of an input that has changed; one that was copied is copied again.
   *
   * @throws RunFailure when it has become too large
   * @throws IOException when it cannot be copied now; then everything is as it was
   */
  public static FileState takeAgain(Run run, RunFolder folder, InputLimits limits)
      throws IOException {
    if (Files.exists(folder.dropped())) {
      Optional<String> problem = limits.problemOf(FileState.of(folder.dropped()));
      if (problem.isPresent()) {
        throw new RunFailure("The file is too large: " + problem.get() + ".");
      }
      limits.copy(folder.dropped(), folder.received(run));
    }
    Files.deleteIfExists(folder.digest());
    return take(run, folder);
  }

  /**
   * Checks that a run can go by its input.
   *
   * @throws InputChanged when it was changed before anything is paid, or its lines are not those
   *     that were sent
   */
  public static void check(Run run, RunFolder folder) throws IOException {
    if (!isUnchanged(run, folder) && !(run.isPaid() && isIntact(run, folder))) {
      throw changed();
    }
  }

  /**
   * As {@link #check}, right before the lines are paid for, and in doubt with the digest of what
   * was inspected.
   */
  public static void checkBeforePaying(Run run, RunFolder folder) throws IOException {
    new BeforePaying().check(run, folder);
  }

  /**
   * The same for all jobs of a run: a large input is read again for the first of them only, or all
   * of it would be read as often as it has jobs.
   */
  public static final class BeforePaying {
    private boolean isCompared;

    /** Checks the input for one more job. */
    public void check(Run run, RunFolder folder) throws IOException {
      InputGuard.check(run, folder);
      boolean isSmall = run.input().size() <= SMALL;
      if (isCompared && !isSmall) {
        return;
      }
      if (isInDoubt(run, folder) && Files.exists(folder.digest())) {
        if (!isAsInspected(run, folder)) {
          throw changed();
        }
        isCompared = true;
      }
    }
  }

  private static InputChanged changed() {
    return new InputChanged(
        "The input was changed while it was being worked on; run it again as it is now.");
  }

  private static boolean isInDoubt(Run run, RunFolder folder) throws IOException {
    return !hasOwnLines(run, folder)
        && !isOwnCopy(run, folder)
        && (run.input().size() <= SMALL
            || stamp(folder).isEmpty()
            || isCoarse(folder.received(run)));
  }

  /** Whether the file system does not say when a file was last changed, or only in seconds. */
  private static boolean isCoarse(Path file) throws IOException {
    long changed = FileState.of(file).changed();
    return changed < 0 || changed % SECOND == 0;
  }

  /**
   * Whether nobody has written into the input since it was taken, nor into the file that it was
   * copied from.
   */
  public static boolean isUnchanged(Run run, RunFolder folder) throws IOException {
    boolean isDropped = Files.exists(folder.dropped());
    return isOriginal(run, folder, isDropped) && (!isDropped || isUnchanged(run, folder.dropped()));
  }

  /** As {@link #isUnchanged}, as far as the time says: nobody is at work on it. */
  public static boolean isAtRest(Run run, RunFolder folder) throws IOException {
    return isUnchanged(run, folder.received(run)) && isDroppedUnchanged(run, folder);
  }

  private static boolean isDroppedUnchanged(Run run, RunFolder folder) throws IOException {
    return !Files.exists(folder.dropped()) || isUnchanged(run, folder.dropped());
  }

  /**
   * What has another name or other permissions, or was restored from a backup, is compared by its
   * digest, once. Without a digest nobody has read its lines yet, or what was read is a copy.
   */
  private static boolean isOriginal(Run run, RunFolder folder, boolean isDropped)
      throws IOException {
    Path input = folder.received(run);
    FileState now = FileState.of(input);
    if (!isLike(run, now)) {
      return false;
    }
    if (isDropped || !run.fromInbox()) {
      return true; // a copy of our own
    }
    Optional<String> stamp = stamp(folder);
    if (stamp.isEmpty() || stamp.get().equals(words(now))) {
      return true; // the files of an older version have none
    }
    boolean isOriginal =
        Files.exists(folder.digest())
            ? isAsInspected(run, folder)
            : isRestored(stamp.get(), now) || isInspected(run) && hasOwnLines(run, folder);
    if (isOriginal) {
      stamp(folder, now);
    }
    return isOriginal;
  }

  /** Nobody else can put another file of the same size and time into the folder of a run. */
  private static boolean isRestored(String stamp, FileState now) {
    return !stamp.startsWith(now.inode() + " ");
  }

  private static boolean isInspected(Run run) {
    return run.state().compareTo(RunState.RECEIVED) > 0;
  }

  /** Whether what was received is a file that nobody else has ever been able to open. */
  private static boolean isOwnCopy(Run run, RunFolder folder) {
    return !run.fromInbox() || Files.exists(folder.dropped());
  }

  /** Whether the lines that were inspected are in a file that we have made of the input. */
  private static boolean hasOwnLines(Run run, RunFolder folder) {
    return !folder.input().equals(folder.received(run));
  }

  /** Whether nobody has written into a file since the run took it, as far as its time says. */
  public static boolean isUnchanged(Run run, Path file) throws IOException {
    return isLike(run, FileState.of(file.toRealPath()));
  }

  private static boolean isLike(Run run, FileState file) {
    return file.isRegular()
        && file.size() == run.input().size()
        && file.modifiedMillis() == run.input().modified();
  }

  private static Optional<String> stamp(RunFolder folder) throws IOException {
    try {
      return Optional.of(Files.readString(folder.stamp()))
          .filter(text -> text.endsWith("\n"))
          .map(FileState::inodeOf);
    } catch (NoSuchFileException e) {
      return Optional.empty(); // only runs of older versions have none
    }
  }

  private static void stamp(RunFolder folder, FileState state) throws IOException {
    PrivateFiles.write(folder.stamp(), words(state));
  }

  private static String words(FileState state) {
    return String.join(
            " ",
            List.of(
                state.inode(),
                Long.toString(state.size()),
                Long.toString(state.modified()),
                Long.toString(state.changed())))
        + "\n";
  }

  /** Remembers the inspected lines, for {@link #isIntact}. */
  public static void remember(RunFolder folder, byte[] digest) throws IOException {
    PrivateFiles.write(folder.digest(), HexFormat.of().formatHex(digest));
  }

  /** Whether the inspected lines are where they were; more may have followed them since. */
  public static boolean isIntact(Run run, RunFolder folder) throws IOException {
    return hasOwnLines(run, folder)
        || isOriginal(run, folder, Files.exists(folder.dropped()))
        || isAsInspected(run, folder);
  }

  private static boolean isAsInspected(Run run, RunFolder folder) throws IOException {
    Path input = folder.received(run);
    return Files.exists(folder.digest())
        && Files.size(input) >= run.input().size()
        && Files.readString(folder.digest()).equals(digest(input, run.input().size()));
  }

  private static String digest(Path file, long size) throws IOException {
    MessageDigest digest = Sha256.digest();
    byte[] buffer = new byte[(int) Math.min(BUFFER_BYTES, size + 1)];
    try (InputStream in = Files.newInputStream(file)) {
      for (long left = size; left > 0; ) {
        int read = in.read(buffer, 0, (int) Math.min(left, buffer.length));
        if (read < 0) {
          throw new EOFException(file + " became shorter while it was read");
        }
        digest.update(buffer, 0, read);
        left -= read;
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }
}
