package dev.geminibatch.run;

import dev.geminibatch.io.LockFile;
import dev.geminibatch.io.UsageException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;

/** One daemon for one state folder. The lock goes with the process, however it ends. */
public final class DaemonLock implements Closeable {
  private final FileChannel channel;

  private DaemonLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Takes the lock.
   *
   * @throws UsageException when another daemon has it
   */
  public static DaemonLock take(StateFolder state) throws IOException {
    state.create();
    FileChannel channel =
        LockFile.take(state.daemonLock())
            .orElseThrow(
                () ->
                    new UsageException(
                        "Another daemon works with the state folder "
                            + state.path()
                            + ". Stop it, or give this one folders of its own (state.directory"
                            + " and inbox.directory)."));
    channel.write(
        ByteBuffer.wrap(
            (ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII)));
    return new DaemonLock(channel);
  }

  /** Whether a daemon works with a state folder. */
  public static boolean isTaken(StateFolder state) throws IOException {
    if (!Files.exists(state.daemonLock())) {
      return false;
    }
    try (FileChannel free = LockFile.take(state.daemonLock()).orElse(null)) {
      return free == null;
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
