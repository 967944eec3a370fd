package dev.geminibatch.line;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import dev.geminibatch.io.Amounts;
import dev.geminibatch.line.BatchRequest.Form;
import dev.geminibatch.line.BatchRequest.Range;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Reads what stands around a request: its key, its model, its form. One reader a line. */
final class EnvelopeReader {
  /** Fields of a request that the service ignores without a word when they stand beside it. */
  private static final Set<String> FIELDS_OF_A_REQUEST =
      Set.of(
          "contents",
          "generationConfig",
          "generation_config",
          "systemInstruction",
          "system_instruction",
          "safetySettings",
          "safety_settings",
          "tools",
          "toolConfig",
          "tool_config",
          "cachedContent",
          "cached_content");

  /** What a line of an errors file has beside its key and request. */
  private static final Set<String> FIELDS_OF_AN_ERROR =
      Set.of("line", "stage", "code", "message", "retryable");

  private final RequestReader requests;
  private final Line line;
  private final byte[] bytes;
  private final JsonScanner parser;
  private final RequestKey keyOtherwise;
  private final GenerateContentReader content;

  private RequestKey key;
  private RequestKey customId;
  private boolean keySeen;
  private boolean keyIsUnreadable;
  private String url;
  private Range request;
  private Range body;
  private boolean requestIsNative;

  /** Whether there are fields that are not sent, or a key that is there twice. */
  private boolean isForeign;

  private final List<Range> extras = new ArrayList<>();
  private final List<String> misplaced = new ArrayList<>();
  private String reportedText;
  private final Set<String> errorFields = new HashSet<>();

  EnvelopeReader(
      RequestReader requests, Line line, RequestKey keyOtherwise, RequestDefaults defaults) {
    this.requests = requests;
    this.keyOtherwise = keyOtherwise;
    this.line = line;
    this.bytes = line.bytes();
    this.parser = new JsonScanner(bytes);
    this.content = new GenerateContentReader(bytes, parser, defaults);
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
          key = readKey();
        } else if (name.equals("custom_id")) {
          customId = readKey();
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
      return notJson(inWords(JsonScanner.whatIsWrong(bytes)));
    } catch (IOException e) {
      return notJson("the line cannot be read: " + e.getMessage());
    }
  }

  private RejectedLine notJson(String message) {
    return new RejectedLine(line, key(), ProblemCode.NOT_JSON.problem(message));
  }

  private static String inWords(IOException wrong) {
    if (wrong instanceof StreamConstraintsException deep) {
      return "the line is nested too deeply: " + deep.getOriginalMessage();
    }
    if (wrong instanceof JsonParseException parse) {
      return "the line is not JSON at byte "
          + parse.getLocation().getByteOffset()
          + ": "
          + firstLine(parse.getOriginalMessage())
          + "; write one request per line, without line breaks inside it";
    }
    return "the line is not JSON; write one request per line, without line breaks inside it";
  }

  private static String firstLine(String message) {
    return Amounts.firstLine(message).replaceAll(" \\(start marker at .*", "");
  }

  private void readLine() throws IOException, BadLine {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      throw new BadLine(
          ProblemCode.NOT_AN_OBJECT,
          "the line is not a JSON object; write {\"key\":..., \"request\":{...}}");
    }
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      int nameStart = parser.start();
      String name = parser.text();
      parser.nextToken();
      readField(name, nameStart);
    }
    if (parser.nextToken() != null) {
      throw new BadLine(
          ProblemCode.NOT_JSON, "something follows the JSON object; write one request per line");
    }
  }

  private void readField(String name, int nameStart) throws IOException, BadLine {
    switch (name) {
      case "key" -> {
        isForeign |= keySeen;
        keySeen = true;
        key = readKey();
      }
      case "custom_id" -> {
        isForeign = true;
        customId = readKey();
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
        request = content.read(Place.of("request"));
        requestIsNative = true;
      }
      case "body" -> {
        once(body, name);
        isForeign = true;
        body = content.read(Place.of("body"));
      }
      default -> {
        if (FIELDS_OF_AN_ERROR.contains(name)) {
          errorFields.add(name);
        }
        if (FIELDS_OF_A_REQUEST.contains(name)) {
          misplaced.add(name);
        }
        extras.add(new Range(nameStart, parser.skipValue()));
      }
    }
  }

  /** A field that is there twice has no meaning that everybody agrees on. */
  static void once(Object before, String field) throws BadLine {
    if (before != null) {
      throw new BadLine(ProblemCode.REPEATED_FIELD, field + " is there twice; keep one of them");
    }
  }

  private CheckedLine finish() throws BadLine {
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
    if (keyIsUnreadable) {
      throw new BadLine(
          ProblemCode.BAD_KEY,
          "the key is neither a string nor a number; write \"key\":\"...\" or leave it out");
    }
    requireOneRequest();
    String field = requestIsNative ? "request" : "body";
    if (!content.hasContents()) {
      throw new BadLine(
          ProblemCode.NO_CONTENTS,
          field + ".contents is missing; write the turns of the request there");
    }
    if (!misplaced.isEmpty()) {
      throw new BadLine(
          ProblemCode.MISPLACED_FIELD,
          misplaced.get(0)
              + " stands beside \""
              + field
              + "\", where the service ignores it; move it inside");
    }
    return new BatchRequest(
        line,
        key(),
        content.model(url, body != null),
        requestIsNative ? List.copyOf(extras) : List.of(),
        content.edited(requestIsNative ? request : body),
        content.inline(),
        content.answerFormat(),
        isWire() ? Form.WIRE : Form.PIECES);
  }

  private void requireOneRequest() throws BadLine {
    if (request != null && body != null) {
      throw new BadLine(
          ProblemCode.TWO_REQUESTS, "the line has both \"request\" and \"body\"; keep one of them");
    }
    if (request == null && body == null) {
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
        && key != null
        && key.isString();
  }

  /** A line of an errors file carries the line that it reports in its field "request". */
  private CheckedLine readReported(byte[] reported) {
    CheckedLine read =
        requests.read(new Line(line.number(), line.offset(), reported, reported.length), key());
    return read instanceof BatchRequest request ? request.quoted() : read;
  }

  private RequestKey key() {
    RequestKey own = requestIsNative || customId == null ? key : customId;
    own = own == null ? customId : own;
    if (own != null) {
      return own;
    }
    return keyOtherwise == null ? RequestKey.ofLine(line.number()) : keyOtherwise;
  }

  private RequestKey readKey() throws IOException {
    int start = parser.start();
    switch (parser.currentToken()) {
      case VALUE_STRING -> {
        String text = parser.text();
        return text.isEmpty() ? null : new RequestKey(text, raw(start, parser.end()));
      }
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> {
        String json = raw(start, parser.end());
        return new RequestKey(json, json);
      }
      case VALUE_NULL -> {
        return null;
      }
      default -> {
        keyIsUnreadable = true;
        parser.skipValue();
        return null;
      }
    }
  }

  private String raw(int start, int end) {
    return new String(bytes, start, end - start, UTF_8);
  }
}
