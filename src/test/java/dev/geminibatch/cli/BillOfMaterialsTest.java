package dev.geminibatch.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the packaged program says that it consists of. */
@Tag("process")
class BillOfMaterialsTest {
  private static final Path TARGET = Path.of("target");

  @Test
  void it_names_every_library_beside_the_jar_and_no_other() throws IOException {
    List<String> named = new ArrayList<>();
    for (JsonNode component : inTheJar().path("components")) {
      named.add(
          component.path("name").asText() + "-" + component.path("version").asText() + ".jar");
      assertThat(component.path("purl").asText()).startsWith("pkg:maven/");
      assertThat(component.path("hashes")).isNotEmpty();
    }

    assertThat(named).containsExactlyInAnyOrderElementsOf(libraries());
  }

  private static JsonNode inTheJar() throws IOException {
    try (JarFile jar = new JarFile(TARGET.resolve("gemini-batch.jar").toFile());
        InputStream in = jar.getInputStream(entry(jar))) {
      return new ObjectMapper().readTree(in);
    }
  }

  private static ZipEntry entry(JarFile jar) {
    ZipEntry entry = jar.getEntry("META-INF/sbom/application.cdx.json");
    assumeThat(entry).as("an offline build leaves it out").isNotNull();
    return entry;
  }

  private static List<String> libraries() throws IOException {
    try (Stream<Path> files = Files.list(TARGET.resolve("lib"))) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }
}
