package dev.geminibatch.line;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import dev.geminibatch.line.BatchRequest.Form;
import dev.geminibatch.line.BatchRequest.Literal;
import dev.geminibatch.line.BatchRequest.Range;
import dev.geminibatch.line.BatchRequest.Segment;
import dev.geminibatch.line.BatchRequest.TaggedFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads a line of an export: the legacy form {@code {custom_id, method, url, body}} or the
 * service's own {@code {key, request}}.
 *
 * <p>Everything that can be known without the disk and the network is checked here, because the
 * service refuses a whole job for one bad line. The same line always gives the same outcome.
 *
 * <p>Safe for use by many threads.
 */
public final class RequestReader {
  private static final Pattern MODEL_IN_URL =
      Pattern.compile("(?:^|/)((?:models|tunedModels)/[^/:?#]+):([A-Za-z]+)(?:[?#].*)?$");
  private static final Pattern MODEL =
      Pattern.compile("(?:tunedModels/)?[A-Za-z0-9][\\w.-]{0,150}");

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

  private static final Set<String> FORM_OF_AN_ANSWER =
      Set.of("responseMimeType", "responseSchema", "responseJsonSchema");

  private final long maxLineBytes;
  private final RequestDefaults defaults;

  /**
   * @param maxLineBytes the limit of the lines that are read, to be named
   */
  public RequestReader(long maxLineBytes) {
    this(maxLineBytes, RequestDefaults.NONE);
  }

  /**
   * @param maxLineBytes the limit of the lines that are read, to be named
   * @param defaults what requests get that they do not say
   */
  public RequestReader(long maxLineBytes, RequestDefaults defaults) {
    this.maxLineBytes = maxLineBytes;
    this.defaults = defaults;
  }

  /** For lines of any length. */
  public RequestReader() {
    this(Integer.MAX_VALUE);
  }

  /** Reads one line; never throws for what the line holds. */
  public CheckedLine read(Line line) {
    return read(line, null);
  }

  /**
   * Reads a line.
   *
   * @param otherwise the key of a line that brings none; null for that of its number
   */
  private CheckedLine read(Line line, RequestKey otherwise) {
    if (line.isTooLong()) {
      return new RejectedLine(
          line,
          new Reading(line, otherwise).keyAtTheBeginning(),
          LineProblem.ofInput(
              "line-too-long",
              String.format(
                  Locale.ROOT,
                  "the line has %,d bytes, more than the %,d that lines.max-bytes allows; upload its"
                      + " inline data as a file and name it with [[FILE:path]], or raise the limit",
                  line.size(),
                  maxLineBytes)));
    }
    if (line.bytes().length >= 2 && line.bytes()[0] == 0x1F && line.bytes()[1] == (byte) 0x8B) {
      return new RejectedLine(
          line,
          RequestKey.ofLine(line.number()),
          LineProblem.ofInput("not-utf8", "the file is packed with gzip; name it x.jsonl.gz"));
    }
    if (isNotUtf8(line.bytes())) {
      return new RejectedLine(
          line,
          RequestKey.ofLine(line.number()),
          LineProblem.ofInput(
              "not-utf8", "the line is not UTF-8 but looks like UTF-16; save the file as UTF-8"));
    }
    return new Reading(line, otherwise).run();
  }

  /** JSON in UTF-8 holds no zero byte; a parser would take it for another encoding. */
  private static boolean isNotUtf8(byte[] line) {
    for (int i = 0; i < Math.min(4, line.length); i++) {
      if (line[i] == 0 || line[i] == (byte) 0xFE || line[i] == (byte) 0xFF) {
        return true;
      }
    }
    return false;
  }

  /** The reading of one line. */
  private final class Reading {
    private final Line line;
    private final byte[] bytes;
    private final JsonScanner parser;

    private final RequestKey keyOtherwise;

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

    private String modelInRequest;
    private String modelField;
    private boolean contentsSeen;
    private final List<Range> extras = new ArrayList<>();
    private final List<String> misplaced = new ArrayList<>();
    private final Edits edits = new Edits();
    private String responseMimeType = "";
    private Optional<String> responseSchema = Optional.empty();
    private Optional<String> responseJsonSchema = Optional.empty();
    private long maxOutputTokens;
    private int inlineFiles;
    private long inlineBytes;
    private String reportedText;
    private final Set<String> errorFields = new HashSet<>();
    private Boolean mayHaveTags;

    Reading(Line line, RequestKey keyOtherwise) {
      this.keyOtherwise = keyOtherwise;
      this.line = line;
      this.bytes = line.bytes();
      this.parser = new JsonScanner(bytes);
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

    CheckedLine run() {
      try {
        readLine();
        return finish();
      } catch (BadLine e) {
        return rejected(e.code, e.getMessage());
      } catch (JsonScanner.Malformed e) {
        return rejected("not-json", inWords(JsonScanner.whatIsWrong(bytes)));
      } catch (IOException e) {
        return rejected("not-json", "the line cannot be read: " + e.getMessage());
      }
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

    private void readLine() throws IOException, BadLine {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new BadLine(
            "not-an-object",
            "the line is not a JSON object; write {\"key\":..., \"request\":{...}}");
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        int nameStart = parser.start();
        String name = parser.text();
        parser.nextToken();
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
              continue;
            }
            once(request, name);
            request = readRequest(Place.of("request"));
            requestIsNative = true;
          }
          case "body" -> {
            once(body, name);
            isForeign = true;
            body = readRequest(Place.of("body"));
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
      if (parser.nextToken() != null) {
        throw new BadLine(
            "not-json", "something follows the JSON object; write one request per line");
      }
    }

    /** A field that is there twice has no meaning that everybody agrees on. */
    private void once(Object before, String field) throws BadLine {
      if (before != null) {
        throw new BadLine("repeated-field", field + " is there twice; keep one of them");
      }
    }

    private CheckedLine finish() throws BadLine, IOException {
      if (reportedText != null) {
        if (errorFields.size() == FIELDS_OF_AN_ERROR.size()) {
          return readReported(reportedText.getBytes(UTF_8)); // a line that was not JSON
        }
        throw new BadLine(
            "bad-request", "request is not a JSON object; write {\"contents\":[...]}");
      }
      if (errorFields.size() == FIELDS_OF_AN_ERROR.size() && request != null) {
        return readReported(Arrays.copyOfRange(bytes, request.start(), request.end()));
      }
      if (keyIsUnreadable) {
        throw new BadLine(
            "bad-key",
            "the key is neither a string nor a number; write \"key\":\"...\" or leave it out");
      }
      if (request != null && body != null) {
        throw new BadLine(
            "two-requests", "the line has both \"request\" and \"body\"; keep one of them");
      }
      if (request == null && body == null) {
        String hint =
            misplaced.isEmpty()
                ? "write {\"key\":..., \"request\":{\"contents\":[...]}}"
                : misplaced.get(0) + " must stand inside \"request\"";
        throw new BadLine("no-request", "the line has no \"request\" and no \"body\"; " + hint);
      }
      String field = requestIsNative ? "request" : "body";
      if (!contentsSeen) {
        throw new BadLine(
            "no-contents", field + ".contents is missing; write the turns of the request there");
      }
      if (!misplaced.isEmpty()) {
        throw new BadLine(
            "misplaced-field",
            misplaced.get(0)
                + " stands beside \""
                + field
                + "\", where the service ignores it; move it inside");
      }
      return new BatchRequest(
          line,
          key(),
          model(),
          requestIsNative ? List.copyOf(extras) : List.of(),
          edits.applyTo(requestIsNative ? request : body),
          new BatchRequest.Inline(inlineFiles, inlineBytes),
          new AnswerFormat(responseMimeType, responseSchema, responseJsonSchema, maxOutputTokens),
          isWire() ? Form.WIRE : Form.PIECES);
    }

    private boolean isWire() {
      // A byte order mark may stand before the object, where files were joined, and blanks around
      // it.
      return bytes[0] == '{'
          && bytes[bytes.length - 1] == '}'
          && !isForeign
          && edits.isEmpty()
          && key != null
          && key.isString();
    }

    /** A line of an errors file carries the line that it reports in its field "request". */
    private CheckedLine readReported(byte[] reported) {
      CheckedLine read =
          read(new Line(line.number(), line.offset(), reported, reported.length), key());
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

    private String model() throws BadLine {
      String fromUrl = modelOfUrl();
      String fromRequest = modelInRequest == null ? null : modelId(modelInRequest, modelField);
      if (fromUrl != null && fromRequest != null && !fromUrl.equals(fromRequest)) {
        throw new BadLine(
            "two-models",
            "url names the model "
                + fromUrl
                + " and "
                + modelField
                + " names "
                + fromRequest
                + "; keep one of them");
      }
      return fromUrl != null ? fromUrl : fromRequest;
    }

    private String modelOfUrl() throws BadLine {
      if (url == null || url.isBlank()) {
        return null;
      }
      Matcher matcher = MODEL_IN_URL.matcher(url.strip());
      if (!matcher.find()) {
        if (body == null) {
          return null; // some address that a native line has for its own sake
        }
        throw new BadLine(
            "bad-url",
            "url \""
                + url
                + "\" names no Gemini model; write /v1beta/models/<model>:generateContent");
      }
      String method = matcher.group(2);
      if (!method.equals("generateContent") && !method.equals("batchGenerateContent")) {
        throw new BadLine(
            "bad-url",
            "url asks for " + method + "; batch jobs of this tool take only generateContent");
      }
      return modelId(matcher.group(1), "url");
    }

    private String modelId(String name, String field) throws BadLine {
      String id = ModelName.shortName(name);
      if (!MODEL.matcher(id).matches()) {
        throw new BadLine("bad-model", field + " names \"" + name + "\", which is no model name");
      }
      return id;
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

    private Range readRequest(Place field) throws IOException, BadLine {
      int start = parser.start();
      if (parser.currentToken() != JsonToken.START_OBJECT) {
        throw new BadLine(
            "bad-request", field + " is not a JSON object; write {\"contents\":[...]}");
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
            once(contentsHere ? name : null, path.toString());
            contentsHere = true;
            contentsSeen = true;
            readContents(path);
          }
          case "model" -> {
            if (parser.currentToken() != JsonToken.VALUE_STRING) {
              throw new BadLine("bad-model", path + " is not a string; write a model's name");
            }
            modelInRequest = parser.text();
            modelField = path.toString();
          }
          case "systemInstruction", "system_instruction" -> {
            instructionHere = true;
            readSystemInstruction(path);
          }
          case "generationConfig", "generation_config" -> {
            configHere = true;
            readGenerationConfig();
          }
          default -> parser.skipValue();
        }
      }
      // There is at least the field "contents" before these, or the line is rejected.
      if (!instructionHere && defaults.systemInstruction().isPresent()) {
        edits.insert(
            parser.end() - 1, ",\"systemInstruction\":" + defaults.systemInstruction().get());
      }
      if (!configHere && !defaults.generationConfig().isEmpty()) {
        edits.insert(parser.end() - 1, ",\"generationConfig\":{" + missingConfig(Set.of()) + "}");
      }
      return new Range(start, parser.end());
    }

    /** The fields of the default configuration that are not there, as JSON. */
    private String missingConfig(Set<String> present) {
      // What an answer should look like is said as a whole or not at all.
      boolean saysForm = present.stream().anyMatch(FORM_OF_AN_ANSWER::contains);
      StringBuilder json = new StringBuilder();
      defaults
          .generationConfig()
          .forEach(
              (name, value) -> {
                boolean another =
                    saysForm && FORM_OF_AN_ANSWER.contains(RequestDefaults.inCamelCase(name));
                if (!another && !present.contains(RequestDefaults.inCamelCase(name))) {
                  json.append(json.isEmpty() ? "" : ",");
                  json.append(WireLine.quote(name)).append(':').append(value);
                  expect(RequestDefaults.inCamelCase(name), value);
                }
              });
      return json.toString();
    }

    /** Notes what a default demands of the answer. */
    private void expect(String name, String json) {
      switch (name) {
        case "responseMimeType" -> responseMimeType = json.replace("\"", "");
        case "responseSchema" -> responseSchema = Optional.of(json);
        case "responseJsonSchema" -> responseJsonSchema = Optional.of(json);
        case "maxOutputTokens" -> maxOutputTokens = asLong(json);
        default -> {} // the answer cannot be held against it
      }
    }

    private void readSystemInstruction(Place path) throws IOException, BadLine {
      int start = parser.start();
      int end = parser.skipValue();
      if (raw(start, end).contains("[[FILE:")) {
        throw new BadLine(
            "tag-in-system-instruction",
            path + " holds a file tag; the service takes files only in contents, move it there");
      }
    }

    /** Only what the answer will be held against; whether it is valid is the service's to say. */
    private void readGenerationConfig() throws IOException {
      if (parser.currentToken() != JsonToken.START_OBJECT) {
        parser.skipValue();
        return;
      }
      Set<String> present = defaults.generationConfig().isEmpty() ? null : new HashSet<>();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.text();
        if (present != null) {
          present.add(RequestDefaults.inCamelCase(name));
        }
        JsonToken value = parser.nextToken();
        switch (name) {
          case "responseMimeType", "response_mime_type" -> {
            responseMimeType = value == JsonToken.VALUE_STRING ? parser.text() : "";
            parser.skipValue();
          }
          case "responseSchema", "response_schema" -> responseSchema = readSchema();
          case "responseJsonSchema", "response_json_schema" -> responseJsonSchema = readSchema();
          case "maxOutputTokens", "max_output_tokens" -> {
            maxOutputTokens = value == JsonToken.VALUE_NUMBER_INT ? asLong(parser.text()) : 0;
            parser.skipValue();
          }
          default -> parser.skipValue();
        }
      }
      if (present != null) {
        String missing = missingConfig(present);
        boolean needsComma = !present.isEmpty() && !missing.isEmpty();
        edits.insert(parser.end() - 1, needsComma ? "," + missing : missing);
      }
    }

    private Optional<String> readSchema() throws IOException {
      boolean isSchema = parser.currentToken() == JsonToken.START_OBJECT;
      int start = parser.start();
      int end = parser.skipValue();
      return isSchema ? Optional.of(raw(start, end)) : Optional.empty();
    }

    private void readContents(Place path) throws IOException, BadLine {
      switch (parser.currentToken()) {
        case VALUE_STRING -> {
          edits.insert(parser.start(), "[{\"role\":\"user\",\"parts\":[");
          readBareText(path);
          edits.insert(parser.end(), "]}]");
        }
        case START_OBJECT -> {
          edits.insert(parser.start(), "[");
          TurnGroup group = new TurnGroup();
          readTurnOrPart(path, group);
          group.close();
          edits.insert(parser.end(), "]");
        }
        case START_ARRAY -> readTurns(path);
        default ->
            throw new BadLine(
                "no-contents",
                path + " is not a list of turns; write [{\"parts\":[{\"text\":\"...\"}]}]");
      }
    }

    private void readTurns(Place path) throws IOException, BadLine {
      TurnGroup group = new TurnGroup();
      int index = 0;
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        Place element = path.element(index++);
        if (parser.currentToken() == JsonToken.VALUE_STRING) {
          group.open(parser.start());
          readBareText(element);
          group.extendTo(parser.end());
        } else if (parser.currentToken() == JsonToken.START_OBJECT) {
          readTurnOrPart(element, group);
        } else {
          throw new BadLine(
              "bad-contents",
              element + " is neither a turn nor a part; write {\"parts\":[{\"text\":\"...\"}]}");
        }
      }
      group.close();
      if (index == 0) {
        throw new BadLine("no-contents", path + " is empty; write at least one turn");
      }
    }

    /** An element of contents: a turn with parts, or a bare part that is to be wrapped. */
    private void readTurnOrPart(Place path, TurnGroup group) throws IOException, BadLine {
      int start = parser.start();
      PartText text = new PartText(path, start);
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
            parser.skipValue();
          }
          default -> text.field(name, nameStart);
        }
      }
      int end = parser.end();
      if (hasParts) {
        group.close();
      } else if (hasRole) {
        throw new BadLine(
            "no-parts", path + " has a role and no parts; write \"parts\":[{\"text\":\"...\"}]");
      } else {
        group.open(start);
        text.replaceTags(end);
        group.extendTo(end);
      }
    }

    private void readParts(Place path) throws IOException, BadLine {
      if (parser.currentToken() != JsonToken.START_ARRAY) {
        throw new BadLine("bad-parts", path + " is not a list; write [{\"text\":\"...\"}]");
      }
      int index = 0;
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        Place part = path.element(index++);
        if (parser.currentToken() == JsonToken.VALUE_STRING) {
          readBareText(part);
        } else if (parser.currentToken() == JsonToken.START_OBJECT) {
          readPart(part);
        } else {
          throw new BadLine("bad-parts", part + " is not a part, for example {\"text\":\"...\"}");
        }
      }
      if (index == 0) {
        throw new BadLine("no-parts", path + " is empty; write at least one part");
      }
    }

    private void readPart(Place path) throws IOException, BadLine {
      PartText text = new PartText(path, parser.start());
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        int nameStart = parser.start();
        String name = parser.text();
        parser.nextToken();
        text.field(name, nameStart);
      }
      text.replaceTags(parser.end());
    }

    /** A string where a part should be becomes a text part. */
    private void readBareText(Place path) throws IOException, BadLine {
      int start = parser.start();
      PartText text = new PartText(path, start);
      int end = text.value();
      if (!text.replaceTags(end)) {
        edits.insert(start, "{\"text\":");
        edits.insert(end, "}");
      }
    }

    private RejectedLine rejected(String code, String message) {
      return new RejectedLine(line, key(), LineProblem.ofInput(code, message));
    }

    private String raw(int start, int end) {
      return new String(bytes, start, end - start, UTF_8);
    }

    /** The text of one part, with what stands beside it. */
    private final class PartText {
      /** Fields that belong to the file of a part, not to the text around it. */
      private static final Set<String> FIELDS_OF_A_FILE =
          Set.of("videoMetadata", "video_metadata", "mediaResolution", "media_resolution");

      private final Place path;
      private final int start;
      private final List<Range> sharedFields = new ArrayList<>();
      private final List<Range> fileFields = new ArrayList<>();
      private Range text;

      PartText(Place path, int start) {
        this.path = path;
        this.start = start;
      }

      void field(String name, int nameStart) throws IOException {
        if (name.equals("text") && parser.currentToken() == JsonToken.VALUE_STRING) {
          value();
          return;
        }
        int from = parser.start();
        int end = parser.skipValue();
        if (name.equals("inlineData") || name.equals("inline_data")) {
          inlineFiles++;
          inlineBytes += end - from;
        }
        (FIELDS_OF_A_FILE.contains(name) ? fileFields : sharedFields)
            .add(new Range(nameStart, end));
      }

      int value() throws IOException {
        int from = parser.start();
        int end = parser.end();
        text = new Range(from, end);
        return end;
      }

      /** Replaces the part by its pieces if there are tags in its text. */
      boolean replaceTags(int end) throws BadLine {
        if (text == null || !mayHaveTags()) {
          return false;
        }
        List<TaggedText.Piece> pieces;
        try {
          pieces = TaggedText.cut(bytes, text.start() + 1, text.end() - 1);
        } catch (TaggedText.BadTag e) {
          throw new BadLine("bad-tag", path + ": " + e.getMessage());
        }
        if (pieces.isEmpty()) {
          return false;
        }
        List<Segment> replacement = new ArrayList<>();
        String separator = "";
        for (TaggedText.Piece piece : pieces) {
          replacement.add(new Literal(separator));
          if (piece.path() == null) {
            replacement.add(new Literal("{\"text\":\""));
            replacement.add(new Range(piece.start(), piece.end()));
            replacement.add(new Literal("\""));
          } else {
            replacement.add(new Literal("{\"fileData\":"));
            replacement.add(new TaggedFile(new FileTag(piece.path(), path + ".text")));
            append(fileFields, replacement);
          }
          append(sharedFields, replacement);
          replacement.add(new Literal("}"));
          separator = ",";
        }
        edits.replace(start, end, replacement);
        return true;
      }

      private void append(List<Range> fields, List<Segment> replacement) {
        for (Range field : fields) {
          replacement.add(new Literal(","));
          replacement.add(field);
        }
      }
    }

    private boolean mayHaveTags() {
      if (mayHaveTags == null) {
        mayHaveTags = TaggedText.mayHaveTags(bytes);
      }
      return mayHaveTags;
    }

    /** Neighbouring bare parts, which together become one user turn. */
    private final class TurnGroup {
      private int end = -1;

      void open(int start) {
        if (end < 0) {
          edits.insert(start, "{\"role\":\"user\",\"parts\":[");
        }
      }

      void extendTo(int end) {
        this.end = end;
      }

      void close() {
        if (end >= 0) {
          edits.insert(end, "]}");
          end = -1;
        }
      }
    }
  }

  private static long asLong(String digits) {
    return digits.length() > 18 ? Long.MAX_VALUE : Long.parseLong(digits);
  }

  private static String firstLine(String message) {
    return message.lines().findFirst().orElse("").replaceAll(" \\(start marker at .*", "");
  }

  private static final class BadLine extends Exception {
    private static final long serialVersionUID = 1L;
    private final String code;

    BadLine(String code, String message) {
      super(message, null, false, false);
      this.code = code;
    }
  }
}
