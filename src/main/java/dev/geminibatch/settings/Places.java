package dev.geminibatch.settings;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where relative paths start.
 *
 * @param work what is relative to it belongs to whoever runs the program: inbox, outbox, state
 * @param program where the program is installed, with its routes and tables; often the same
 */
public record Places(Path work, Path program) {

  /** Both in one folder. */
  public static Places both(Path folder) {
    return new Places(folder, folder);
  }

  Path own(String path) {
    return work.resolve(path).toAbsolutePath().normalize();
  }

  /** What comes with the program, unless there is one of our own. */
  Path installed(String path) {
    Path own = own(path);
    Path shipped = program.resolve(path).toAbsolutePath().normalize();
    return Files.exists(own) || !Files.exists(shipped) ? own : shipped;
  }
}
