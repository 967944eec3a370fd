package dev.geminibatch.window;

import static dev.geminibatch.testkit.Samples.answer;
import static dev.geminibatch.testkit.Samples.error;
import static dev.geminibatch.testkit.Samples.nativeLine;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.geminibatch.testkit.FakeService;
import dev.geminibatch.testkit.StageFixture;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The description of the API says what is served. */
class OpenApiTest {
  private static final String ADDRESS = "/api/v1/openapi.json";
  private static final SchemaRegistry REGISTRY =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);

  @TempDir private Path folder;
  private StageFixture fixture;
  private Window window;
  private Visitor visitor;
  private String run;

  @BeforeEach
  void open() throws IOException {
    FakeService service = new FakeService();
    fixture = StageFixture.open(folder, service);
    run =
        AnsweredRun.dropped(
                fixture,
                service,
                "x.jsonl",
                nativeLine("a", "x"),
                nativeLine("b", "x"),
                nativeLine("c", "[[FILE:nowhere.png]]"))
            .submit()
            .answer(1, answer("a", "x"), error("b", 3, "no"))
            .deliver()
            .id();
    window = WindowFixture.window(fixture, false);
    visitor = new Visitor(window);
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
  }

  @Test
  void it_is_a_description_as_the_standard_asks_for() throws IOException {
    JsonNode standard =
        new ObjectMapper().readTree(OpenApiTest.class.getResource("/openapi-3.1.schema.json"));

    assertThat(REGISTRY.getSchema(standard).validate(visitor.json(ADDRESS))).isEmpty();
  }

  @Test
  void it_names_every_address_and_no_other() throws IOException {
    Set<String> described = new TreeSet<>();
    visitor
        .json(ADDRESS)
        .path("paths")
        .properties()
        .forEach(
            path ->
                path.getValue()
                    .fieldNames()
                    .forEachRemaining(
                        method ->
                            described.add(method.toUpperCase(Locale.ROOT) + " " + path.getKey())));
    Set<String> served =
        window.routes().stream()
            .filter(route -> route.path().startsWith(Answers.API))
            .map(route -> route.method() + " " + route.path())
            .collect(Collectors.toCollection(TreeSet::new));

    assertThat(described).isEqualTo(served);
  }

  @Test
  void it_names_the_parts_of_each_address() throws IOException {
    JsonNode paths = visitor.json(ADDRESS).path("paths");

    for (Route route : window.routes()) {
      JsonNode operation = paths.path(route.path()).path(route.method().toLowerCase(Locale.ROOT));
      if (!operation.isMissingNode()) {
        Set<String> named = new TreeSet<>();
        operation
            .path("parameters")
            .forEach(
                each -> {
                  if (each.path("in").asText().equals("path")) {
                    named.add(each.path("name").asText());
                  }
                });
        assertThat(named)
            .as(route.path())
            .isEqualTo(new TreeSet<>(route.names(route.path()).orElseThrow().keySet()));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "/api/v1/home, Home",
    "/api/v1/runs, RunPage",
    "/api/v1/runs/RUN, RunDetails",
    "/api/v1/runs/RUN/lines, LinePage",
    "/api/v1/runs/nobody, Error",
    "/api/v1/inboxes, Inboxes",
    "/api/v1/uploads, UploadPage",
    "/api/v1/jobs, ServiceJobs",
    "/api/v1/costs, Costs",
    "/api/v1/events, Events",
    "/api/v1/audit, Audit",
    "/api/v1/settings, Settings",
  })
  void answers_are_as_it_says(String path, String schema) throws IOException {
    ObjectNode reference = new ObjectMapper().createObjectNode();
    reference.put("$ref", "#/components/schemas/" + schema);
    reference.set("components", visitor.json(ADDRESS).path("components"));

    JsonNode answer = visitor.json(path.replace("RUN", run));

    assertThat(REGISTRY.getSchema(reference).validate(answer)).as(answer.toString()).isEmpty();
  }
}
