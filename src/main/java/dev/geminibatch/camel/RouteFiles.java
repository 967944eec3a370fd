package dev.geminibatch.camel;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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

  /** All ids that are given in the files. */
  List<GivenId> ids() {
    List<GivenId> ids = new ArrayList<>();
    for (Path folder : folders) {
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file :
            files.filter(each -> each.toString().endsWith(".yaml")).sorted().toList()) {
          List<String> lines = Files.readAllLines(file);
          for (int i = 0; i < lines.size(); i++) {
            Matcher id = ID.matcher(lines.get(i));
            if (id.find()) {
              ids.add(new GivenId(id.group(1), file, i + 1));
            }
          }
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return ids;
  }
}
