package dev.geminibatch.line;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.geminibatch.testkit.WrittenLines;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** What is sent is the JSON that was written, whatever is in it and however it was written. */
class WireLinePropertiesTest {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private static final JsonMapper MAPPER =
      JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();

  @Property
  void a_line_as_the_service_takes_it_stays_as_it_is(
      @ForAll("keys") String key,
      @ForAll("requests") ObjectNode request,
      @ForAll("values") JsonNode extra,
      @ForAll("styles") ObjectWriter style)
      throws IOException {
    ObjectNode line = NODES.objectNode().put("key", key);
    line.set("xtra \"\\\u05d0", extra);
    line.set("request", request);

    assertThat(sent(line, style)).isEqualTo(asRead(line));
  }

  @Property
  void a_line_whose_key_is_changed_stays_as_it_is_but_for_its_key(
      @ForAll("keys") String key,
      @ForAll("keys") String wireKey,
      @ForAll("requests") ObjectNode request,
      @ForAll("values") JsonNode extra,
      @ForAll("styles") ObjectWriter style)
      throws IOException {
    ObjectNode line = NODES.objectNode();
    line.set("request", request);
    line.set("xtra", extra);
    line.put("key", key);

    JsonNode sent = sent(read(line, style), WireLine.quote(wireKey));

    assertThat(sent).isEqualTo(asRead(line.put("key", wireKey)));
  }

  @Property
  void a_legacy_line_keeps_its_key_and_its_request(
      @ForAll("keys") String key,
      @ForAll("requests") ObjectNode request,
      @ForAll("styles") ObjectWriter style)
      throws IOException {
    ObjectNode line = NODES.objectNode().put("custom_id", key).put("method", "POST");
    line.set("body", request);

    ObjectNode expected = NODES.objectNode().put("key", key);
    expected.set("request", request);
    assertThat(sent(line, style)).isEqualTo(asRead(expected));
  }

  @Property
  void a_line_of_an_errors_file_sends_the_line_that_it_reports(
      @ForAll("keys") String key,
      @ForAll("requests") ObjectNode request,
      @ForAll boolean isText,
      @ForAll("styles") ObjectWriter style)
      throws IOException {
    ObjectNode reported = NODES.objectNode().put("key", key);
    reported.set("request", request);
    ObjectNode line =
        NODES
            .objectNode()
            .put("key", key)
            .put("line", 1)
            .put("stage", "s")
            .put("code", "c")
            .put("message", "m")
            .put("retryable", true);
    line.set("request", isText ? NODES.textNode(style.writeValueAsString(reported)) : reported);

    assertThat(sent(line, style)).isEqualTo(asRead(reported));
  }

  @Property
  void the_text_around_tags_arrives_as_it_was(
      @ForAll("texts") List<String> texts, @ForAll("styles") ObjectWriter style)
      throws IOException {
    ObjectNode line = NODES.objectNode().put("key", "k");
    String tagged = String.join("[[FILE:a.png]]", texts);
    parts(line.putObject("request")).addObject().put("text", tagged);
    ObjectNode expected = NODES.objectNode().put("key", "k");
    ArrayNode parts = parts(expected.putObject("request"));
    for (int i = 0; i < texts.size(); i++) {
      if (i > 0) {
        parts.addObject().putObject("fileData").put("mimeType", "image/png").put("fileUri", "u");
      }
      parts.addObject().put("text", texts.get(i));
    }

    assertThat(sent(line, style)).isEqualTo(asRead(expected));
  }

  private static ArrayNode parts(ObjectNode request) {
    return request.putArray("contents").addObject().put("role", "user").putArray("parts");
  }

  private static JsonNode sent(ObjectNode line, ObjectWriter style) throws IOException {
    BatchRequest request = read(line, style);
    return sent(request, request.key().wireJson());
  }

  private static JsonNode sent(BatchRequest request, String wireKey) throws IOException {
    FileReference reference = new FileReference("u", "image/png");
    WrittenLines written = new WrittenLines();
    WireLine.write(request, wireKey, tag -> reference, written);
    assertThat(WireLine.length(request, wireKey, tag -> reference)).isEqualTo(written.size());
    assertThat(written.toString()).endsWith("\n").containsOnlyOnce("\n");
    return MAPPER.readTree(written.toString());
  }

  /** With the kinds of numbers that a reader makes of them. */
  private static JsonNode asRead(ObjectNode line) throws IOException {
    return MAPPER.readTree(MAPPER.writeValueAsString(line));
  }

  private static BatchRequest read(ObjectNode line, ObjectWriter style) throws IOException {
    byte[] bytes = style.writeValueAsString(line).getBytes(UTF_8);
    CheckedLine read = new RequestReader().read(new Line(1, 0, bytes, bytes.length));
    assertThat(read).as(new String(bytes, UTF_8)).isInstanceOf(BatchRequest.class);
    return (BatchRequest) read;
  }

  /** As one program or another writes JSON on a line. */
  @Provide
  Arbitrary<ObjectWriter> styles() {
    DefaultPrettyPrinter spaces = new DefaultPrettyPrinter();
    spaces.indentObjectsWith(new DefaultPrettyPrinter.FixedSpaceIndenter());
    return Arbitraries.of(
        MAPPER.writer(),
        MAPPER.writer(spaces),
        MAPPER.writer().with(JsonGenerator.Feature.ESCAPE_NON_ASCII),
        MAPPER.writer().with(JsonWriteFeature.ESCAPE_FORWARD_SLASHES));
  }

  @Provide
  Arbitrary<String> keys() {
    return strings().filter(key -> !key.isEmpty());
  }

  /** Texts without a tag and without what could become one. */
  @Provide
  Arbitrary<List<String>> texts() {
    return strings()
        .map(text -> text.replaceAll("[\\[\\]]", "x"))
        .filter(text -> !text.isEmpty())
        .list()
        .ofMinSize(1)
        .ofMaxSize(4);
  }

  private static Arbitrary<String> strings() {
    Arbitrary<String> odd =
        Arbitraries.of("\"", "\\", "/", "\n", "\t", "\u0000", "\u007f", "\u2028", "é", "א", "😀");
    return Arbitraries.frequencyOf(
            Tuple.of(3, odd),
            Tuple.of(2, Arbitraries.strings().alpha().ofMaxLength(5)),
            Tuple.of(1, Arbitraries.strings().all().excludeChars(surrogates()).ofMaxLength(5)))
        .list()
        .ofMaxSize(6)
        .map(pieces -> String.join("", pieces));
  }

  /** No half of a pair alone: it cannot be written as UTF-8. */
  private static char[] surrogates() {
    char[] halves = new char[Character.MAX_SURROGATE - Character.MIN_SURROGATE + 1];
    for (int i = 0; i < halves.length; i++) {
      halves[i] = (char) (Character.MIN_SURROGATE + i);
    }
    return halves;
  }

  /** Requests of one turn, with a part of any shape and a field that nobody knows. */
  @Provide
  Arbitrary<ObjectNode> requests() {
    return Combinators.combine(strings(), values(), values())
        .as(
            (text, call, unknown) -> {
              ObjectNode request = NODES.objectNode();
              request.set("x", unknown);
              ArrayNode parts = parts(request);
              parts.addObject().put("text", text);
              parts.addObject().set("functionCall", call);
              return request;
            });
  }

  /** JSON of any shape. */
  @Provide
  Arbitrary<JsonNode> values() {
    Arbitrary<JsonNode> leaves =
        Arbitraries.oneOf(
            strings().map(NODES::textNode),
            Arbitraries.longs().map(NODES::numberNode),
            Arbitraries.bigDecimals().map(NODES::numberNode),
            Arbitraries.of(NODES.nullNode(), NODES.booleanNode(true), NODES.objectNode()));
    return Arbitraries.recursive(() -> leaves, WireLinePropertiesTest::nested, 0, 3);
  }

  private static Arbitrary<JsonNode> nested(Arbitrary<JsonNode> inside) {
    Arbitrary<JsonNode> lists =
        inside.list().ofMaxSize(3).map(all -> NODES.arrayNode().addAll(all));
    Arbitrary<JsonNode> objects =
        Arbitraries.maps(strings(), inside).ofMaxSize(3).map(WireLinePropertiesTest::object);
    return Arbitraries.oneOf(lists, objects);
  }

  private static JsonNode object(Map<String, JsonNode> fields) {
    return NODES.objectNode().setAll(new TreeMap<>(fields));
  }
}
