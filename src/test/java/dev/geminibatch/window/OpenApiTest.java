package dev.geminibatch.window;

import static dev.geminibatch.testkit.Samples.answer;
import static dev.geminibatch.testkit.Samples.error;
import static dev.geminibatch.testkit.Samples.nativeLine;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.geminibatch.ledger.Events.Event;
import dev.geminibatch.ledger.Events.Level;
import dev.geminibatch.service.JobName;
import dev.geminibatch.testkit.FakeService;
import dev.geminibatch.testkit.Jobs;
import dev.geminibatch.testkit.StageFixture;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
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
    fixture.ledger().audit().write("127.0.0.1", "Paused", Optional.of(run));
    Event event = new Event(fixture.clock().instant(), Level.WARN, "x", Optional.of(run));
    fixture.ledger().events().write(List.of(event));
    String open = fixture.dropped("open.jsonl");
    fixture.withJob(open);
    fixture.jobs().creating(fixture.jobs().job(open, 1), Jobs.room(90));
    fixture
        .jobs()
        .opened(fixture.jobs().job(open, 1), new JobName("batches/gone"), "BATCH_STATE_PENDING");
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
    JsonNode answer = visitor.json(path.replace("RUN", run));

    assertThat(errors(schema, answer)).as(answer.toString()).isEmpty();
  }

  @Test
  void what_it_does_not_describe_is_noticed() throws IOException {
    JsonNode page = visitor.json("/api/v1/runs");
    JsonNode details = visitor.json("/api/v1/runs/" + run);

    ((ObjectNode) page.path("runs").path(0)).put("more", 1);
    ((ObjectNode) details.path("failures").path("groups").path(0)).put("more", 1);

    assertThat(errors("RunPage", page)).isNotEmpty();
    assertThat(errors("RunDetails", details)).isNotEmpty();
  }

  private List<?> errors(String schema, JsonNode answer) throws IOException {
    ObjectNode reference = new ObjectMapper().createObjectNode();
    reference.put("$ref", "#/components/schemas/" + schema);
    reference.set("components", closed(visitor.json(ADDRESS).path("components")));
    return REGISTRY.getSchema(reference).validate(answer);
  }

  /** The same, but an answer that has what is not described is wrong. */
  private static JsonNode closed(JsonNode components) {
    JsonNode schemas = components.path("schemas");
    for (JsonNode schema : schemas) {
      if (schema.has("allOf")) { // what is closed cannot be a part of something larger
        ArrayNode parts = (ArrayNode) schema.path("allOf");
        for (int i = 0; i < parts.size(); i++) {
          String name = parts.path(i).path("$ref").asText().replaceFirst(".*/", "");
          parts.set(i, name.isEmpty() ? parts.path(i) : schemas.path(name).deepCopy());
        }
      }
    }
    close(schemas);
    return components;
  }

  private static void close(JsonNode node) {
    boolean isObject = node.path("type").toString().contains("object") || node.has("allOf");
    if (isObject && !node.has("additionalProperties")) {
      ((ObjectNode) node).put("unevaluatedProperties", false);
    }
    for (JsonNode part : node.path("allOf")) {
      part.forEach(OpenApiTest::close);
    }
    node.properties().stream()
        .filter(each -> !each.getKey().equals("allOf"))
        .forEach(each -> close(each.getValue()));
    if (node.isArray()) {
      node.forEach(OpenApiTest::close);
    }
  }
}
