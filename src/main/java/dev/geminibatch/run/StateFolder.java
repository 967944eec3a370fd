package dev.geminibatch.run;

import java.nio.file.Path;

/** What lies in the state folder beside the ledger. */
public record StateFolder(Path path) {
  /** The files of one run. */
  public RunFolder run(String runId) {
    return new RunFolder(path.resolve("runs").resolve(runId));
  }

  /** Files that were fetched from the network, named by the hash of their content. */
  public Path remoteMedia() {
    return path.resolve("remote");
  }

  /** Exports that are made of pictures, a folder for each profile. */
  public Path gathered() {
    return path.resolve("gathered");
  }

  /** The locks of the processes that work on runs. */
  Path workers() {
    return path.resolve("workers");
  }

  /** The lock of the daemon. */
  Path daemonLock() {
    return path.resolve("daemon.lock");
  }
}
