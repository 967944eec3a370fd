package dev.geminibatch.camel;

import dev.geminibatch.io.UsageException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What stands in the files of the routes, for where Camel does not tell it. */
final class RouteFiles {
  private static final Pattern ID = Pattern.compile("\\bid:\\s*[\"']?([^\\s\"',}]+)");

  private final List<Path> folders;

  RouteFiles(List<Path> folders) {
    this.folders = folders;
  }

  /** An id of a route or of a step, which are one kind to Camel. */
  record GivenId(String id, Path file, int line) {
    String place() {
      return file + ", line " + line;
    }
  }

  /**
   * Makes sure that every file holds a list: Camel passes over what it does not know.
   *
   * @throws UsageException naming the first file that does not
   */
  void check() {
    for (Path file : files()) {
      String begin =
          lines(file).stream()
              .filter(line -> !line.isBlank() && !line.matches("\\s*#.*|---.*"))
              .findFirst()
              .orElse("");
      boolean isResource = begin.startsWith("apiVersion:"); // Camel's other form
      if (!begin.stripLeading().startsWith("-") && !isResource) {
        throw new UsageException(
            file
                + (begin.isEmpty() ? " holds nothing" : " holds no list of routes")
                + "; begin it with \"- route:\", or remove it.");
      }
    }
  }

  /** Whether they hold beans, or are in Camel's other form, which Camel reads before the routes. */
  boolean holdMoreThanRoutes() {
    return find("beans:").isPresent() || find("apiVersion:").isPresent();
  }

  /** The first place where a text stands. */
  Optional<String> find(String text) {
    for (Path file : files()) {
      List<String> lines = lines(file);
      for (int i = 0; i < lines.size(); i++) {
        if (lines.get(i).contains(text)) {
          return Optional.of(file + ", line " + (i + 1));
        }
      }
    }
    return Optional.empty();
  }

  private List<Path> files() {
    List<Path> all = new ArrayList<>();
    for (Path folder : folders) {
      try (Stream<Path> files = Files.list(folder)) {
        files.filter(each -> each.toString().endsWith(".camel.yaml")).sorted().forEach(all::add);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return all;
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      throw new UsageException(file + " cannot be read as UTF-8 text: " + e.getMessage());
    }
  }

  /** All ids that are given in the files. */
  List<GivenId> ids() {
    List<GivenId> ids = new ArrayList<>();
    for (Path file : files()) {
      List<String> lines = lines(file);
      for (int i = 0; i < lines.size(); i++) {
        Matcher id = ID.matcher(lines.get(i));
        if (id.find()) {
          ids.add(new GivenId(id.group(1), file, i + 1));
        }
      }
    }
    return ids;
  }
}
