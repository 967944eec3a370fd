package dev.geminibatch.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.geminibatch.report.Report;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * What the demo does besides while the class archive is made: it loads what a daemon and the other
 * commands need.
 */
final class Training {
  private static final String ASKED = "gemini-batch.training";
  private static final String CLASS = ".class";
  private static final String OURS = "dev/geminibatch/";

  private Training() {}

  /** Whether {@code bin/gemini-batch} makes the archive of what this process loads. */
  static boolean isAsked() {
    return Boolean.getBoolean(ASKED);
  }

  /** Loads every class of the program. */
  static void run() throws IOException {
    // A command that waits for a run reads its report in the end.
    new ObjectMapper().readerFor(Report.class).readValue("null");
    CodeSource source = Training.class.getProtectionDomain().getCodeSource();
    try (ZipFile jar = new ZipFile(Path.of(source.getLocation().toURI()).toFile())) {
      jar.stream()
          .map(ZipEntry::getName)
          .filter(name -> name.startsWith(OURS) && name.endsWith(CLASS))
          .forEach(Training::load);
    } catch (URISyntaxException e) {
      throw new IOException(e);
    }
  }

  private static void load(String entry) {
    String name = entry.substring(0, entry.length() - CLASS.length()).replace('/', '.');
    try {
      Class.forName(name, false, Training.class.getClassLoader());
    } catch (ClassNotFoundException | LinkageError e) {
      // Then the archive does without it.
    }
  }
}
