package dev.geminibatch.line;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonToken;
import dev.geminibatch.io.FieldNames;
import dev.geminibatch.line.BatchRequest.Literal;
import dev.geminibatch.line.BatchRequest.Range;
import dev.geminibatch.line.BatchRequest.Segment;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * Reads a {@code generateContent} request in a line, and notes what must be changed in its bytes:
 * bare parts become user turns, tags become places of file references, defaults are added.
 */
final class GenerateContentReader {
  private final byte[] bytes;
  private final JsonScanner parser;
  private final Optional<Literal> instruction;
  private final GenerationConfigReader config;
  private final Edits edits = new Edits();

  private String model;
  private boolean hasContents;
  private boolean hasConfig;
  private boolean isForeign;
  private final WeightReader weight;
  private Boolean mayHaveTags;

  GenerateContentReader(
      byte[] bytes, JsonScanner parser, RequestDefaults defaults, Optional<Literal> instruction) {
    this.bytes = bytes;
    this.parser = parser;
    this.instruction = instruction;
    this.weight = new WeightReader(bytes, parser);
    this.config = new GenerationConfigReader(bytes, parser, defaults, edits);
  }

  /**
   * Reads the request that the parser stands at.
   *
   * @return where it stands in the line
   */
  Range read(Place field) throws IOException, BadLine {
    int start = parser.start();
    weight.begin();
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      throw new BadLine(
          ProblemCode.BAD_REQUEST, field + " is not a JSON object; write {\"contents\":[...]}");
    }
    boolean contentsHere = false;
    boolean configHere = false;
    boolean instructionHere = false;
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.text();
      parser.nextToken();
      Place path = field.field(name);
      switch (name) {
        case "contents" -> {
          EnvelopeReader.once(contentsHere ? name : null, path.toString());
          contentsHere = true;
          hasContents = true;
          readContents(path);
        }
        case "model" -> model = modelName(parser, path.toString());
        case "systemInstruction", "system_instruction" -> {
          instructionHere = true;
          readSystemInstruction(path);
        }
        case "config" -> {
          hasConfig |= parser.currentToken() != JsonToken.VALUE_NULL;
          parser.skipValue();
        }
        case "outputDimensionality", "output_dimensionality", "taskType", "task_type" ->
            throw ForeignLine.embedding(path.toString());
        case "generationConfig", "generation_config" -> {
          configHere = true;
          config.read();
        }
        default -> readOther(field, name);
      }
    }
    // There is at least the field "contents" before these, or the line is rejected.
    if (!instructionHere && instruction.isPresent()) {
      edits.insert(parser.end() - 1, instruction.get());
    }
    if (!configHere) {
      config.addDefault(parser.end() - 1);
    }
    weight.end();
    return new Range(start, parser.end());
  }

  private void readOther(Place field, String name) throws IOException, BadLine {
    boolean isSet = parser.currentToken() != JsonToken.VALUE_NULL;
    if (isSet && RequestFields.OF_A_GENERATION.contains(FieldNames.camel(name))) {
      throw new BadLine(
          ProblemCode.MISPLACED_FIELD,
          field.field(name)
              + " is not where the service reads it; move it into "
              + field.field("generationConfig"));
    }
    int start = parser.start();
    int end = parser.skipValue();
    if (name.equals("tools")) {
      weight.addContent(start, end);
    }
  }

  /** The model that the parser stands at; null if there is none. */
  static String modelName(JsonScanner parser, String field) throws BadLine {
    if (parser.currentToken() == JsonToken.VALUE_NULL) {
      return null; // programs write what is not set, too
    }
    if (parser.currentToken() != JsonToken.VALUE_STRING) {
      throw new BadLine(ProblemCode.BAD_MODEL, field + " is not a string; write a model's name");
    }
    return parser.text();
  }

  private void readSystemInstruction(Place path) throws IOException, BadLine {
    Edits its = new Edits();
    int start = parser.start();
    new SystemInstruction(bytes, parser, its).read(path);
    weight.addContent(start, parser.end());
    isForeign |= !its.isEmpty();
    edits.addAll(its);
  }

  private void readContents(Place path) throws IOException, BadLine {
    switch (parser.currentToken()) {
      case VALUE_STRING -> {
        edits.insert(parser.start(), "[" + UserTurns.OPENING);
        readBareText(path);
        edits.insert(parser.end(), UserTurns.CLOSING + "]");
      }
      case START_OBJECT -> {
        edits.insert(parser.start(), "[");
        UserTurns turns = new UserTurns(edits);
        readTurnOrPart(path, turns);
        turns.close();
        edits.insert(parser.end(), "]");
      }
      case START_ARRAY -> readTurns(path);
      default ->
          throw new BadLine(
              ProblemCode.NO_CONTENTS,
              path + " is not a list of turns; write [{\"parts\":[{\"text\":\"...\"}]}]");
    }
  }

  private void readTurns(Place path) throws IOException, BadLine {
    UserTurns turns = new UserTurns(edits);
    int index = 0;
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      Place element = path.element(index++);
      if (parser.currentToken() == JsonToken.VALUE_STRING) {
        turns.open(parser.start());
        readBareText(element);
        turns.extendTo(parser.end());
      } else if (parser.currentToken() == JsonToken.START_OBJECT) {
        readTurnOrPart(element, turns);
      } else {
        throw new BadLine(
            ProblemCode.BAD_CONTENTS,
            element + " is neither a turn nor a part; write {\"parts\":[{\"text\":\"...\"}]}");
      }
    }
    turns.close();
    if (index == 0) {
      throw new BadLine(ProblemCode.NO_CONTENTS, path + " is empty; write at least one turn");
    }
  }

  /** An element of contents: a turn with parts, or a bare part that is to be wrapped. */
  private void readTurnOrPart(Place path, UserTurns turns) throws IOException, BadLine {
    int start = parser.start();
    PartText text = new PartText(this, path, start);
    boolean hasParts = false;
    boolean hasRole = false;
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      int nameStart = parser.start();
      String name = parser.text();
      parser.nextToken();
      switch (name) {
        case "parts" -> {
          hasParts = true;
          readParts(path.field("parts"));
        }
        case "role" -> {
          hasRole = true;
          String role = TurnRole.inTheServicesWords(parser, path.field("role"));
          if (role != null) {
            change(parser.start(), parser.end(), '"' + role + '"');
          }
          parser.skipValue();
        }
        default -> text.field(name, nameStart);
      }
    }
    int end = parser.end();
    if (hasParts) {
      turns.close();
    } else if (hasRole) {
      throw new BadLine(
          ProblemCode.NO_PARTS,
          path + " has a role and no parts; write \"parts\":[{\"text\":\"...\"}]");
    } else {
      turns.open(start);
      text.replaceTags(end);
      turns.extendTo(end);
    }
  }

  private void change(int start, int end, String json) {
    isForeign = true;
    edits.replace(start, end, List.of(new Literal(json)));
  }

  private void readParts(Place path) throws IOException, BadLine {
    JsonToken value = parser.currentToken();
    if (value == JsonToken.START_OBJECT || value == JsonToken.VALUE_STRING) {
      int start = parser.start();
      change(start, start, "[");
      if (value == JsonToken.START_OBJECT) {
        readPart(path);
      } else {
        readBareText(path);
      }
      int end = parser.end();
      if (value == JsonToken.START_OBJECT && isEmpty(start, end)) {
        throw new BadLine(
            ProblemCode.BAD_PARTS, path + " is an empty object; write [{\"text\":\"...\"}]");
      }
      change(end, end, "]");
      return;
    }
    if (value != JsonToken.START_ARRAY) {
      throw new BadLine(ProblemCode.BAD_PARTS, path + " is not a list; write [{\"text\":\"...\"}]");
    }
    int index = 0;
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      Place part = path.element(index++);
      if (parser.currentToken() == JsonToken.VALUE_STRING) {
        readBareText(part);
      } else if (parser.currentToken() == JsonToken.START_OBJECT) {
        readPart(part);
      } else {
        throw new BadLine(
            ProblemCode.BAD_PARTS, part + " is not a part, for example {\"text\":\"...\"}");
      }
    }
    if (index == 0) {
      throw new BadLine(ProblemCode.NO_PARTS, path + " is empty; write at least one part");
    }
  }

  private boolean isEmpty(int start, int end) {
    return new String(bytes, start + 1, end - start - 2, UTF_8).isBlank();
  }

  private void readPart(Place path) throws IOException, BadLine {
    PartText text = new PartText(this, path, parser.start());
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      int nameStart = parser.start();
      String name = parser.text();
      parser.nextToken();
      text.field(name, nameStart);
    }
    text.replaceTags(parser.end());
  }

  /** A string where a part should be becomes a text part. */
  private void readBareText(Place path) throws BadLine {
    int start = parser.start();
    PartText text = new PartText(this, path, start);
    int end = text.value();
    if (!text.replaceTags(end)) {
      edits.insert(start, "{\"text\":");
      edits.insert(end, "}");
    }
  }

  byte[] bytes() {
    return bytes;
  }

  JsonScanner parser() {
    return parser;
  }

  Edits edits() {
    return edits;
  }

  WeightReader weights() {
    return weight;
  }

  /** Whether the line can hold a tag at all. */
  boolean mayHaveTags() {
    if (mayHaveTags == null) {
      mayHaveTags = TaggedText.mayHaveTags(bytes);
    }
    return mayHaveTags;
  }

  boolean hasContents() {
    return hasContents;
  }

  boolean isEdited() {
    return !edits.isEmpty();
  }

  List<Segment> edited(Range request) throws BadLine {
    return edits.applyTo(request);
  }

  BatchRequest.Weight weight() {
    return weight.weight(config);
  }

  AnswerFormat answerFormat() {
    return config.answerFormat();
  }

  /** The model that the request names, or null. */
  String model() {
    return model;
  }

  /** Whether there is a {@code config} in it, as the SDKs have one. */
  boolean hasConfig() {
    return hasConfig;
  }

  /** Whether it was understood where the service would not understand it. */
  boolean isForeign() {
    return isForeign;
  }

  /** Notes that the service would not understand it as it stands. */
  void markForeign() {
    isForeign = true;
  }
}
