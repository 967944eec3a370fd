package dev.geminibatch.line;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import dev.geminibatch.io.DidYouMean;
import dev.geminibatch.io.FieldNames;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Brings a line as the SDKs shape their inline requests into the form of the service: {@code
 * {"model":..., "contents":..., "config":{...}, "metadata":{...}}}, also with {@code contents} in a
 * {@code request}. The {@code config} is flat there, where the service has {@code
 * request.generationConfig}, {@code request.systemInstruction} and so on.
 *
 * <p>Values are copied byte for byte. What is not known is refused: nobody should pay for a request
 * without a setting that it had.
 */
final class SdkLine {
  private static final ObjectReader VALUES =
      new ObjectMapper(LargeJson.FACTORY)
          .reader()
          .with(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

  /** Values that are larger are the same only if they are written in the same way. */
  private static final int MOST_BYTES = 1 << 20;

  private final byte[] line;
  private final ByteArrayOutputStream out;
  private final List<String> ignored = new ArrayList<>();

  /** Where the fields of the request stand, for messages. */
  private String place;

  private SdkLine(byte[] line) {
    this.line = line;
    this.out = new ByteArrayOutputStream(line.length + 64);
  }

  /**
   * A line in the form of the service.
   *
   * @param ignored fields that steer the SDK alone
   * @param hasRequest whether the line had its request in a field of its own
   */
  record Reshaped(byte[] bytes, List<String> ignored, boolean hasRequest) {}

  /** A field of an object: its name, and the places of its name and its value. */
  private record Field(String name, int nameStart, int start, int end) {
    String camel() {
      return FieldNames.camel(name);
    }
  }

  /** Reshapes a line that is a JSON object. */
  static Reshaped reshape(byte[] line) throws IOException, BadLine {
    SdkLine sdk = new SdkLine(line);
    boolean hasRequest = sdk.write();
    return new Reshaped(sdk.out.toByteArray(), List.copyOf(sdk.ignored), hasRequest);
  }

  private boolean write() throws IOException, BadLine {
    JsonScanner whole = new JsonScanner(line);
    whole.nextToken();
    List<Field> fields = fields(whole);
    Field request = null;
    Field config = null;
    for (Field field : fields) {
      if (field.name().equals("request") || field.name().equals("body")) {
        request = field;
      } else if (field.name().equals("config") && !isNull(field)) {
        config = field;
      }
    }
    place = request == null ? "" : request.name() + ".";
    List<Field> inside = new ArrayList<>();
    for (Field field : request == null ? fields : fieldsAt(request)) {
      if (request == null && !RequestFields.OF_A_REQUEST_ONLY.contains(field.camel())) {
        continue;
      }
      if (!field.name().equals("config")) {
        inside.add(field);
      } else if (!isNull(field)) {
        EnvelopeReader.once(config, "config");
        config = field;
      }
    }
    out.write('{');
    for (Field field : fields) {
      if (field != request && field != config && !inside.contains(field) && !isNoConfig(field)) {
        copy(field.nameStart(), field.end());
        out.write(',');
      }
    }
    text(WireLine.quote(request == null ? "request" : request.name()) + ":");
    writeRequest(inside, config);
    out.write('}');
    return request != null;
  }

  private boolean isNoConfig(Field field) {
    return field.name().equals("config") && isNull(field);
  }

  private void writeRequest(List<Field> own, Field config) throws IOException, BadLine {
    Map<String, Field> beside = new LinkedHashMap<>();
    Map<String, Field> generation = new LinkedHashMap<>();
    if (config != null) {
      if (line[config.start()] != '{') {
        throw noConfig();
      }
      for (Field field : fieldsAt(config)) {
        sort(field, beside, generation);
      }
    }
    Map<String, Field> present = byName(own);
    dropWhatIsThere(beside, present, place);
    Field generationConfig = present.get("generationConfig");
    boolean isObject = generationConfig != null && line[generationConfig.start()] == '{';
    if (isObject) {
      dropWhatIsThere(
          generation, byName(fieldsAt(generationConfig)), place + generationConfig.name() + ".");
    } else if (generationConfig != null && !isNull(generationConfig) && !generation.isEmpty()) {
      throw new BadLine(
          ProblemCode.TWO_SETTINGS,
          place + generationConfig.name() + " is not a JSON object; move its fields to config");
    }
    String separator = "{";
    for (Field field : own) {
      boolean isReplaced = isNull(field) && beside.containsKey(field.camel());
      if (isReplaced || field == generationConfig && !generation.isEmpty()) {
        continue;
      }
      text(separator);
      copy(field.nameStart(), field.end());
      separator = ",";
    }
    if (!generation.isEmpty()) {
      text(separator + "\"generationConfig\":");
      writeGenerationConfig(isObject ? generationConfig : null, generation);
      separator = ",";
    }
    for (Map.Entry<String, Field> each : beside.entrySet()) {
      text(separator + WireLine.quote(each.getKey()) + ":");
      copy(each.getValue().start(), each.getValue().end());
      separator = ",";
    }
    text(separator.equals("{") ? "{}" : "}");
  }

  private void writeGenerationConfig(Field own, Map<String, Field> more)
      throws IOException, BadLine {
    String separator = "{";
    if (own != null) {
      for (Field field : fieldsAt(own)) {
        if (!isNull(field) || !more.containsKey(field.camel())) {
          text(separator);
          copy(field.nameStart(), field.end());
          separator = ",";
        }
      }
    }
    for (Map.Entry<String, Field> each : more.entrySet()) {
      Field field = each.getValue();
      text(separator + WireLine.quote(each.getKey()) + ":");
      boolean isVoice = each.getKey().equals("speechConfig") && line[field.start()] == '"';
      text(isVoice ? "{\"voiceConfig\":{\"prebuiltVoiceConfig\":{\"voiceName\":" : "");
      copy(field.start(), field.end());
      text(isVoice ? "}}}" : "");
      separator = ",";
    }
    out.write('}');
  }

  /** The problem of a {@code config} that holds no settings. */
  static BadLine noConfig() {
    return new BadLine(
        ProblemCode.BAD_CONFIG, "config is not a JSON object; write {\"temperature\":0, ...}");
  }

  /** Finds out where a field of {@code config} belongs. */
  private void sort(Field field, Map<String, Field> beside, Map<String, Field> generation)
      throws IOException, BadLine {
    String name = field.camel();
    String at = "config." + field.name();
    if (isNull(field)) {
      return; // an SDK writes what is not set, too
    }
    if (RequestFields.OF_AN_SDK.contains(name)) {
      checkExtraBody(field, at);
      ignored.add(at);
    } else if (RequestFields.OF_A_GENERATION.contains(name)) {
      EnvelopeReader.once(generation.put(name, field), at);
    } else if (RequestFields.OF_A_REQUEST.contains(name)
        && !name.equals("contents")
        && !name.equals("generationConfig")) {
      EnvelopeReader.once(beside.put(name, field), at);
    } else if (RequestFields.OF_AN_EMBEDDING.contains(name)) {
      throw ForeignLine.embedding(at);
    } else if (RequestFields.OF_VERTEX_AI.contains(name)) {
      throw new BadLine(ProblemCode.BAD_CONFIG, at + " works with Vertex AI only; remove it");
    } else {
      throw new BadLine(
          ProblemCode.BAD_CONFIG,
          at
              + " is not a field of the SDKs' config"
              + DidYouMean.meant(name, RequestFields.ofAConfig())
              + "; write it where the service has it, inside \"request\"");
    }
  }

  /** What an SDK adds to the body of a call is part of the request. */
  private void checkExtraBody(Field field, String at) throws IOException, BadLine {
    if (field.camel().equals("httpOptions") && line[field.start()] == '{') {
      for (Field option : fieldsAt(field)) {
        if (option.camel().equals("extraBody") && !isNull(option)) {
          throw new BadLine(
              ProblemCode.BAD_CONFIG,
              at
                  + "."
                  + option.name()
                  + " adds to the request; write its fields inside \"request\" instead");
        }
      }
    }
  }

  /** Leaves out what the request says itself, and fails if it says something else. */
  private void dropWhatIsThere(Map<String, Field> more, Map<String, Field> present, String where)
      throws IOException, BadLine {
    for (String name : List.copyOf(more.keySet())) {
      Field there = present.get(name);
      if (there == null || isNull(there)) {
        continue;
      }
      Field extra = more.remove(name);
      if (!isSame(extra, there)) {
        throw new BadLine(
            ProblemCode.TWO_SETTINGS,
            "config."
                + extra.name()
                + " and "
                + where
                + there.name()
                + " differ; keep one of them");
      }
    }
  }

  private boolean isSame(Field one, Field other) throws IOException {
    if (Arrays.equals(line, one.start(), one.end(), line, other.start(), other.end())) {
      return true;
    }
    boolean isLarge = Math.max(one.end() - one.start(), other.end() - other.start()) > MOST_BYTES;
    return !isLarge && value(one).equals(SdkLine::compare, value(other));
  }

  private JsonNode value(Field field) throws IOException {
    return VALUES.readTree(line, field.start(), field.end() - field.start());
  }

  /** Numbers are equal however they are written. */
  private static int compare(JsonNode one, JsonNode other) {
    boolean same =
        one.isNumber() && other.isNumber()
            ? one.decimalValue().compareTo(other.decimalValue()) == 0
            : one.equals(other);
    return same ? 0 : 1;
  }

  private static Map<String, Field> byName(List<Field> fields) {
    Map<String, Field> names = new HashMap<>();
    fields.forEach(field -> names.putIfAbsent(field.camel(), field));
    return names;
  }

  private boolean isNull(Field field) {
    return line[field.start()] == 'n';
  }

  private List<Field> fieldsAt(Field object) throws IOException, BadLine {
    JsonScanner parser = new JsonScanner(line, object.start());
    return parser.nextToken() == JsonToken.START_OBJECT ? fields(parser) : List.of();
  }

  private static List<Field> fields(JsonScanner parser) throws IOException, BadLine {
    List<Field> fields = new ArrayList<>();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      if (fields.size() == LineLimits.FIELDS) {
        throw LineLimits.tooMuch("an object with more than 10,000 fields; remove some");
      }
      String name = parser.text();
      int nameStart = parser.start();
      parser.nextToken();
      int start = parser.start();
      fields.add(new Field(name, nameStart, start, parser.skipValue()));
    }
    return fields;
  }

  private void copy(int start, int end) {
    out.write(line, start, end - start);
  }

  private void text(String text) {
    out.writeBytes(text.getBytes(UTF_8));
  }
}
