package dev.geminibatch.camel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.geminibatch.io.UsageException;
import dev.geminibatch.testkit.Workshop;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.camel.Route;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every route keeps to. */
@Tag("camel")
class RoutesTest {
  private static final Path ROUTES = Path.of("routes");

  @TempDir Path folder;

  @Test
  void every_route_says_what_it_does_and_what_happens_when_it_fails() throws IOException {
    Set<String> configurations = matches("- routeConfiguration:\n    id: (\\w+)");
    try (Workshop workshop = Workshop.open(folder)) {
      List<Route> routes = workshop.pipeline().camelContext().getRoutes();

      assertThat(routes).hasSizeGreaterThan(10);
      for (Route route : routes) {
        assertThat(route.getDescription()).as(route.getId()).endsWith(".");
        // A misspelt name would go unnoticed and leave the route without error handling.
        assertThat(route.getConfigurationId()).as(route.getId()).isIn(configurations);
      }
    }
  }

  @Test
  void a_stage_has_one_name_for_its_file_its_route_and_its_endpoint() throws IOException {
    for (String stage : List.of("inspect", "upload", "assemble", "submit", "collect", "deliver")) {
      assertThat(Files.readString(ROUTES.resolve(stage + ".camel.yaml")))
          .contains("    id: " + stage + "\n")
          .contains("uri: direct:" + stage + "\n");
    }
  }

  @Test
  void every_bean_and_endpoint_that_is_named_exists() throws IOException {
    try (Workshop workshop = Workshop.open(folder, "media.remote-hosts=example.org")) {
      assertThat(workshop.beans().byName().keySet()).containsAll(matches("(?:ref: |#bean:)(\\w+)"));
      assertThat(matches("id: ([\\w-]+)"))
          .containsAll(matches("(?m)^stage.after-\\w+ = direct:(\\w+)"));
    }
  }

  @Test
  void every_route_is_described_in_the_readme() throws IOException {
    assertThat(matches("`([\\w-]+)` +\\|")).containsAll(matches("- route:\n    id: ([\\w-]+)"));
  }

  @Test
  void routes_of_another_version_are_named_with_what_to_do() throws IOException {
    Path routes = Files.createDirectory(folder.resolve("routes"));
    try (Stream<Path> files = Files.list(ROUTES)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String text = Files.readString(file);
        Files.writeString(
            routes.resolve(file.getFileName()),
            text.replace(
                "      - name: profile\n", "      - name: profile\n      - name: inbox\n"));
      }
    }

    assertThatThrownBy(() -> Workshop.open(folder, "routes.directory=" + routes))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("does not fit this version")
        .hasMessageContaining("take the routes folder of this version");
  }

  /** The first group of every match in the routes, their README and the configuration. */
  private static Set<String> matches(String regex) throws IOException {
    Set<String> found = new TreeSet<>();
    try (Stream<Path> files = Stream.concat(Files.list(ROUTES), Files.list(Path.of("config")))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Matcher matcher = Pattern.compile(regex).matcher(Files.readString(file));
        while (matcher.find()) {
          found.add(matcher.group(1));
        }
      }
    }
    assertThat(found).as(regex).isNotEmpty();
    return found;
  }
}
