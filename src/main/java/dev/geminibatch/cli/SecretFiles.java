package dev.geminibatch.cli;

import dev.geminibatch.io.PrivateFiles;
import java.nio.file.Path;
import java.util.Collection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Warns of files with secrets that other users of the machine can read. */
final class SecretFiles {
  private static final Logger LOG = LoggerFactory.getLogger("settings");

  private SecretFiles() {}

  static void check(Collection<Path> files) {
    for (Path file : files) {
      if (PrivateFiles.isReadableByOthers(file)) {
        LOG.warn(
            "Other users of this machine can read {}, which holds a secret. Run: chmod 600 {}",
            file,
            quoted(file.toString()));
      }
    }
  }

  private static String quoted(String path) {
    return path.matches("[\\w./:@+-]+") ? path : "'" + path.replace("'", "'\\''") + "'";
  }
}
