package dev.geminibatch.stage.receive;

import dev.geminibatch.io.AtomicFiles;
import dev.geminibatch.io.FileState;
import dev.geminibatch.io.NotRegular;
import dev.geminibatch.run.InputLimits;
import dev.geminibatch.run.Leases;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunFolder;
import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * Brings a dropped input into the folder of its run, into which nobody else can write.
 *
 * <p>The name is moved there before it is examined: nobody can swap it there. Another user, or
 * another name, may still lead to the file itself, so such a file is copied, and kept beside the
 * copy as long as the run is not over: lines may still be added to it.
 */
final class Intake {
  private final InputLimits limits;
  private final Leases leases;

  Intake(InputLimits limits, Leases leases) {
    this.limits = limits;
    this.leases = leases;
  }

  /**
   * Takes a file out of the inbox.
   *
   * @throws NotRegular when it is a link or anything else that is no file; then it may be in the
   *     folder of the run, see {@link #giveBack}
   */
  void take(Run run, RunFolder folder) throws IOException {
    try {
      Files.move(run.source(), folder.received(run), StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      copyFromElsewhere(run, folder);
      return;
    } catch (NoSuchFileException e) {
      if (!exists(folder.received(run))) {
        throw e;
      }
      // It was moved: a server of files has asked itself once more, for a lost answer.
    }
    secure(run, folder);
  }

  private void copyFromElsewhere(Run run, RunFolder folder) throws IOException {
    limits.copy(run.source(), folder.received(run));
    try {
      if (!AtomicFiles.looksTheSame(folder.received(run), run.source())) {
        throw new IOException(run.source() + " has changed since it was copied");
      }
      Files.delete(run.source());
    } catch (IOException e) {
      leases.require(run.id()); // or the copy belongs to another member
      Files.delete(folder.received(run)); // or it would be given back beside the other one
      throw e;
    }
  }

  /** Makes sure that what was moved is a file, and that nobody else can write into it. */
  void secure(Run run, RunFolder folder) throws IOException {
    Path received = folder.received(run);
    if (exists(folder.dropped())) {
      if (!exists(received) || !AtomicFiles.looksTheSame(received, folder.dropped())) {
        limits.copy(folder.dropped(), received);
      }
      return;
    }
    FileState state = FileState.of(received);
    if (!state.isRegular()) {
      throw new NotRegular(run.source(), state.kind());
    }
    if (state.links() > 1 || state.owner() != folder.state().owner()) {
      Files.move(received, folder.dropped(), StandardCopyOption.ATOMIC_MOVE);
      limits.copy(folder.dropped(), received);
    }
  }

  /** Whether anything of an input is in the folder of its run. */
  static boolean isThere(Run run, RunFolder folder) {
    return exists(folder.received(run)) || exists(folder.dropped());
  }

  /** What has left an inbox already must not be removed with the rest of the run. */
  static void giveBack(Run run, RunFolder folder) throws IOException {
    Path ours = exists(folder.dropped()) ? folder.dropped() : folder.received(run);
    if (!run.fromInbox() || folder.isSourceOf(run) || !exists(ours)) {
      return;
    }
    try {
      Files.move(ours, run.source());
    } catch (FileAlreadyExistsException e) {
      // Another one was dropped in the meantime.
      Files.move(ours, run.source().resolveSibling(run.id() + "-" + run.name()));
    }
  }

  private static boolean exists(Path path) {
    return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
  }
}
