package dev.geminibatch.io;

import java.io.IOException;
import java.nio.file.Path;

/** Something that is opened only as a regular file is another thing: a link, a pipe, a device. */
public final class NotRegular extends IOException {
  private static final long serialVersionUID = 1L;

  /** What lies under a path, and is not opened. */
  public NotRegular(Path path, FileState.Kind kind) {
    super(path + " is " + kind + "; only regular files are read");
  }
}
