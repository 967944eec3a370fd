package dev.geminibatch.documents;

import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.line.ProblemCode;
import dev.geminibatch.service.RpcCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The documents say what the program does. Tables that are made of the code or the configuration
 * are written again by {@code ./mvnw test -Dtest=DocumentsTest -Ddocuments.write=true}.
 */
class DocumentsTest {
  private static final Path DOCUMENTS = Path.of("src/docs");
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)#]*)(#[^)]*)?\\)");
  private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.*)$");

  /** What a native reader stumbles over. */
  private static final Pattern TRANSLATED =
      Pattern.compile(
          "(?i)\\b(mend|mends|mended|anew|told|looked at|is no valid|comes true|must bear|left alone"
              + "|cut off|goes on|give again|tick is lost)\\b");

  @Test
  void the_table_of_problem_codes_is_that_of_the_code() throws IOException {
    String rows =
        Arrays.stream(ProblemCode.values())
            .map(ProblemCode::row)
            .collect(
                Collectors.joining("\n", "\n| code | means | retried |\n|---|---|---|\n", "\n"));

    assertBlock(DOCUMENTS.resolve("life-of-a-run.md"), "problem codes", rows);
  }

  @ParameterizedTest
  @EnumSource(ProblemCode.class)
  void an_error_of_the_service_is_retried_as_its_code_says(ProblemCode code) {
    if (code.code().equals(code.name())) { // those of google.rpc are written in capitals
      assertThat(code.isRetryable()).isEqualTo(RpcCode.isPassing(code.code()));
    }
  }

  @Test
  void the_table_of_settings_is_that_of_the_configuration() throws IOException {
    List<String> lines = Files.readAllLines(Path.of("config/application.properties"));

    assertBlock(DOCUMENTS.resolve("settings.md"), "settings", SettingsTable.of(lines));
  }

  private static void assertBlock(Path file, String name, String expected) throws IOException {
    String begin = "<!-- " + name + " -->\n";
    String end = "\n<!-- end of " + name + " -->";
    String text = Files.readString(file);
    int from = text.indexOf(begin) + begin.length();
    int to = text.indexOf(end, from - 1);
    if (Boolean.getBoolean("documents.write")) {
      Files.writeString(file, text.substring(0, from) + expected + text.substring(to));
    }
    assertThat(Files.readString(file)).contains(begin + expected + end);
  }

  @Test
  void the_readme_is_read_in_a_few_minutes() throws IOException {
    assertThat(Files.readAllLines(Path.of("README.md"))).hasSizeLessThanOrEqualTo(130);
  }

  @Test
  void every_link_between_documents_leads_somewhere() throws IOException {
    List<String> broken = new ArrayList<>();
    for (Path document : documents()) {
      Matcher link = LINK.matcher(Files.readString(document));
      while (link.find()) {
        if (!link.group(1).contains(":") && !leadsSomewhere(document, link)) {
          broken.add(document + " links to " + link.group());
        }
      }
    }

    assertThat(broken).isEmpty();
  }

  private static boolean leadsSomewhere(Path document, Matcher link) throws IOException {
    Path target =
        link.group(1).isEmpty()
            ? document
            : document.toAbsolutePath().getParent().resolve(link.group(1));
    return Files.exists(target)
        && (link.group(2) == null || anchors(target).contains(link.group(2)));
  }

  /** What GitHub makes of the headings. */
  private static List<String> anchors(Path document) throws IOException {
    return HEADING
        .matcher(Files.readString(document))
        .results()
        .map(heading -> heading.group(1).toLowerCase(Locale.ROOT))
        .map(text -> "#" + text.replaceAll("[^\\p{L}\\d _-]", "").strip().replace(' ', '-'))
        .toList();
  }

  @Test
  void what_a_person_reads_is_not_translated() throws IOException {
    List<String> translated = new ArrayList<>();
    List<Path> files = new ArrayList<>(documents());
    files.addAll(filesIn(Path.of("routes"), ".yaml"));
    files.addAll(filesIn(Path.of("config"), ".properties"));
    files.addAll(filesIn(Path.of("src/main/java"), ".java"));
    for (Path file : files) {
      for (String line : Files.readAllLines(file)) {
        boolean isId = line.matches(".*\\b(id|routeConfigurationId): told\\b.*");
        if (TRANSLATED.matcher(line).find() && !isId) {
          translated.add(file + ": " + line.strip());
        }
      }
    }

    assertThat(translated).isEmpty();
  }

  private static List<Path> documents() throws IOException {
    List<Path> documents = new ArrayList<>(filesIn(DOCUMENTS, ".md"));
    documents.add(Path.of("README.md"));
    documents.add(Path.of("CHANGELOG.md"));
    documents.add(Path.of("CONTRIBUTING.md"));
    documents.add(Path.of("routes/README.md"));
    return documents;
  }

  private static List<Path> filesIn(Path folder, String ending) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> file.toString().endsWith(ending)).sorted().toList();
    }
  }
}
