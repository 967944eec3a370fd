package dev.geminibatch.line;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonToken;
import dev.geminibatch.io.FieldNames;
import dev.geminibatch.line.BatchRequest.Form;
import dev.geminibatch.line.BatchRequest.Range;
import dev.geminibatch.line.BatchRequest.Shape;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads what stands around a request: its key, its model, its form. One reader a line. */
final class EnvelopeReader {
  /** What a line of an errors file has beside its key and request. */
  private static final Set<String> FIELDS_OF_AN_ERROR =
      Set.of("line", "stage", "code", "message", "retryable");

  private final RequestReader requests;
  private final Line line;
  private final byte[] bytes;
  private final JsonScanner parser;
  private final RequestKey keyOtherwise;
  private final GenerateContentReader content;

  private final LineKeys keys;
  private final Place place;

  private String url;
  private String model;
  private Range request;
  private Range body;
  private boolean requestIsNative;
  private Range config;

  /** Whether there are fields that are not sent, or a key that is there twice. */
  private boolean isForeign;

  private final List<Range> extras = new ArrayList<>();
  private final List<String> misplaced = new ArrayList<>();
  private String reportedText;
  private final Set<String> errorFields = new HashSet<>();

  /**
   * A reader of a line.
   *
   * @param place of the request, for messages
   */
  EnvelopeReader(
      RequestReader requests,
      Line line,
      RequestKey keyOtherwise,
      RequestDefaults defaults,
      Place place) {
    this.requests = requests;
    this.keyOtherwise = keyOtherwise;
    this.line = line;
    this.bytes = line.bytes();
    this.parser = new JsonScanner(bytes);
    this.keys = new LineKeys(bytes, parser);
    this.place = place;
    this.content = new GenerateContentReader(bytes, parser, defaults, requests.instruction());
  }

  /** The key, if it is among the first fields of a line of which only the beginning is here. */
  RequestKey keyAtTheBeginning() {
    try {
      parser.nextToken();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.text();
        if (parser.nextToken().isStructStart()) {
          break;
        }
        if (name.equals("key")) {
          keys.readKey();
        } else if (name.equals("custom_id")) {
          keys.readCustomId();
        }
      }
    } catch (IOException e) {
      // here the beginning ends
    }
    return key();
  }

  CheckedLine read() {
    try {
      readLine();
      return finish();
    } catch (BadLine e) {
      return new RejectedLine(line, key(), e.problem());
    } catch (JsonScanner.Malformed e) {
      return new RejectedLine(line, key(), NotJson.problem(bytes));
    } catch (IOException e) {
      return new RejectedLine(
          line, key(), ProblemCode.NOT_JSON.problem("the line cannot be read: " + e.getMessage()));
    }
  }

  private void readLine() throws IOException, BadLine {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      throw NotJson.noObject(bytes);
    }
    for (int fields = 0; parser.nextToken() == JsonToken.FIELD_NAME; fields++) {
      if (fields == LineLimits.FIELDS) {
        throw LineLimits.tooMuch("more than 10,000 fields beside its request; remove some");
      }
      int nameStart = parser.start();
      String name = parser.text();
      parser.nextToken();
      readField(name, nameStart);
    }
    NotJson.checkEnd(bytes, parser.end());
  }

  private void readField(String name, int nameStart) throws IOException, BadLine {
    switch (name) {
      case "key" -> {
        isForeign |= keys.readKey();
      }
      case "custom_id" -> {
        isForeign = true;
        keys.readCustomId();
      }
      case "metadata" -> {
        keys.readMetadata();
        extras.add(new Range(nameStart, parser.end()));
      }
      case "model" -> {
        model = GenerateContentReader.modelName(parser, "model");
        extras.add(new Range(nameStart, parser.end()));
      }
      case "url" -> {
        isForeign = true;
        url = parser.currentToken() == JsonToken.VALUE_STRING ? parser.text() : null;
      }
      case "method" -> {
        isForeign = true;
        parser.skipValue();
      }
      case "request" -> {
        if (parser.currentToken() == JsonToken.VALUE_STRING) {
          reportedText = parser.text();
          parser.skipValue();
          return;
        }
        once(request, name);
        request = content.read(place);
        requestIsNative = true;
      }
      case "body" -> {
        once(body, name);
        isForeign = true;
        body = content.read(Place.of("body"));
      }
      default -> readOther(name, nameStart);
    }
  }

  private void readOther(String name, int nameStart) throws IOException, BadLine {
    if (FIELDS_OF_AN_ERROR.contains(name)) {
      errorFields.add(name);
    }
    JsonToken value = parser.currentToken();
    if (value != JsonToken.VALUE_NULL && RequestFields.isMisplaced(name)) {
      misplaced.add(name);
    }
    Range field = new Range(nameStart, parser.skipValue());
    extras.add(field);
    if (name.equals("config") && value != JsonToken.VALUE_NULL) {
      if (value != JsonToken.START_OBJECT) {
        throw SdkLine.noConfig();
      }
      once(config, name);
      config = field;
    }
  }

  /** A field that is there twice has no meaning that everybody agrees on. */
  static void once(Object before, String field) throws BadLine {
    if (before != null) {
      throw new BadLine(ProblemCode.REPEATED_FIELD, field + " is there twice; keep one of them");
    }
  }

  private CheckedLine finish() throws IOException, BadLine {
    boolean isReported = errorFields.size() == FIELDS_OF_AN_ERROR.size();
    if (reportedText != null) {
      if (isReported) {
        return readReported(reportedText.getBytes(UTF_8)); // a line that was not JSON
      }
      throw new BadLine(
          ProblemCode.BAD_REQUEST, "request is not a JSON object; write {\"contents\":[...]}");
    }
    if (isReported && request != null) {
      return readReported(Arrays.copyOfRange(bytes, request.start(), request.end()));
    }
    keys.check(requestIsNative);
    if (isShapedByAnSdk()) {
      return readReshaped();
    }
    requireOneRequest();
    if (!content.hasContents()) {
      ForeignLine.check(bytes);
      throw new BadLine(
          ProblemCode.NO_CONTENTS,
          field("contents") + " is missing; write the turns of the request there");
    }
    if (!misplaced.isEmpty()) {
      throw misplaced(misplaced.get(0));
    }
    boolean isForeignShape = model != null || keys.isOfMetadata() || content.isForeign();
    return new BatchRequest(
        line,
        key(),
        LineModel.of(url, body != null, models()),
        requestIsNative ? List.copyOf(extras) : List.of(),
        content.edited(requestIsNative ? request : body),
        content.weight(),
        content.answerFormat(),
        isWire() ? Form.WIRE : Form.PIECES,
        isForeignShape ? Shape.FOREIGN : Shape.PLAIN);
  }

  private Map<String, String> models() {
    if (model == null && content.model() == null) {
      return Map.of(); // most lines
    }
    Map<String, String> models = new LinkedHashMap<>();
    if (model != null) {
      models.put("model", model);
    }
    if (content.model() != null) {
      models.put(field("model"), content.model());
    }
    return models;
  }

  private BadLine misplaced(String name) {
    boolean isLine = place == Place.LINE;
    String beside = isLine ? "contents" : field("");
    String where =
        RequestFields.OF_A_GENERATION.contains(FieldNames.camel(name))
            ? "into " + (isLine ? "config" : field("generationConfig"))
            : "inside";
    return new BadLine(
        ProblemCode.MISPLACED_FIELD,
        name + " stands beside \"" + beside + "\", where the service ignores it; move it " + where);
  }

  /** A field of the request, for messages; of no name, the request itself. */
  private String field(String name) {
    Place itself = requestIsNative ? place : Place.of("body");
    return name.isEmpty() ? itself.toString() : itself.field(name).toString();
  }

  private boolean isShapedByAnSdk() {
    return request == null && body == null
        ? misplaced.contains("contents")
        : config != null || content.hasConfig();
  }

  private CheckedLine readReshaped() throws IOException, BadLine {
    requireNotTwo();
    SdkLine.Reshaped reshaped = SdkLine.reshape(bytes);
    byte[] itsBytes = reshaped.bytes();
    Line itsLine = new Line(line.number(), line.offset(), itsBytes, itsBytes.length);
    Place itsPlace = reshaped.hasRequest() ? place : Place.LINE;
    CheckedLine read = requests.readAt(itsPlace, itsLine, keyOtherwise);
    return read instanceof BatchRequest sdk
        ? sdk.quoted(new Shape(true, reshaped.ignored()))
        : new RejectedLine(line, read.key(), ((RejectedLine) read).problem());
  }

  private void requireNotTwo() throws BadLine {
    if (request != null && body != null) {
      throw new BadLine(
          ProblemCode.TWO_REQUESTS, "the line has both \"request\" and \"body\"; keep one of them");
    }
  }

  private void requireOneRequest() throws IOException, BadLine {
    requireNotTwo();
    if (request == null && body == null) {
      ForeignLine.check(bytes);
      String hint =
          misplaced.isEmpty()
              ? "write {\"key\":..., \"request\":{\"contents\":[...]}}"
              : misplaced.get(0) + " must stand inside \"request\"";
      throw new BadLine(
          ProblemCode.NO_REQUEST, "the line has no \"request\" and no \"body\"; " + hint);
    }
  }

  private boolean isWire() {
    // A byte order mark may stand before the object, where files were joined, and blanks around it.
    return bytes[0] == '{'
        && bytes[bytes.length - 1] == '}'
        && !isForeign
        && !content.isEdited()
        && keys.isWire();
  }

  /** A line of an errors file carries the line that it reports in its field "request". */
  private CheckedLine readReported(byte[] reported) {
    CheckedLine read =
        requests.read(new Line(line.number(), line.offset(), reported, reported.length), key());
    return read instanceof BatchRequest request ? request.quoted() : read;
  }

  private RequestKey key() {
    RequestKey own = keys.get(requestIsNative);
    if (own != null) {
      return own;
    }
    return keyOtherwise == null ? RequestKey.ofLine(line.number()) : keyOtherwise;
  }
}
