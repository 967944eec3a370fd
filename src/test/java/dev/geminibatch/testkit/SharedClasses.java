package dev.geminibatch.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The classes of the packaged program as Java has them in memory, for all processes of all tests:
 * each start then needs half the work. Java itself makes sure that they are those of the jar, and
 * loads them from there where they are not.
 */
final class SharedClasses {
  private static final Path FOLDER = Path.of("target/shared-classes").toAbsolutePath();
  private static final Path ARCHIVE = FOLDER.resolve("gemini-batch.jsa");
  private static final long MOST_SECONDS = 120;

  /** What uses them, and says nothing where it cannot; without them nothing. */
  private static List<String> options;

  private SharedClasses() {}

  /**
   * What makes Java use them. The first call makes them, also for other processes.
   *
   * @param java the command
   */
  static synchronized List<String> options(Path java, Path jar) {
    if (options == null) {
      try {
        make(java, jar);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      options =
          Files.exists(ARCHIVE)
              ? List.of("-XX:SharedArchiveFile=" + ARCHIVE, "-Xlog:cds=off", "-Xlog:class+path=off")
              : List.of();
    }
    return options;
  }

  private static void make(Path java, Path jar) throws IOException {
    Path lock = Files.createDirectories(FOLDER).resolve("lock");
    try (FileChannel channel =
            FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        var held = channel.lock()) {
      if (Files.exists(ARCHIVE)
          && Files.getLastModifiedTime(ARCHIVE).compareTo(Files.getLastModifiedTime(jar)) > 0) {
        return;
      }
      Files.deleteIfExists(ARCHIVE);
      Path folder = Files.createTempDirectory(FOLDER, "made-");
      Path made = folder.resolve("made.jsa");
      ProcessBuilder demo =
          new ProcessBuilder(
                  java.toString(),
                  "-XX:TieredStopAtLevel=1",
                  "-XX:ArchiveClassesAtExit=" + made,
                  "-jar",
                  jar.toString(),
                  "--demo")
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("out.txt").toFile());
      demo.environment().keySet().retainAll(RealJar.NEEDED_BY_JAVA);
      Process process = demo.start();
      if (process.waitFor(MOST_SECONDS, TimeUnit.SECONDS) && Files.exists(made)) {
        Files.move(made, ARCHIVE, StandardCopyOption.ATOMIC_MOVE);
      }
      process.destroyForcibly();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
