package dev.geminibatch.line;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonToken;
import dev.geminibatch.line.BatchRequest.Literal;
import dev.geminibatch.line.BatchRequest.Range;
import dev.geminibatch.line.BatchRequest.Segment;
import dev.geminibatch.line.BatchRequest.TaggedFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The text of one part, with what stands beside it, and the file that a tag names in it. */
final class PartText {
  /** Fields that belong to the file of a part, not to the text around it. */
  private static final Set<String> FIELDS_OF_A_FILE =
      Set.of("videoMetadata", "video_metadata", "mediaResolution", "media_resolution");

  /** Where a part has its file, and where that has its address or its bytes. */
  private static final Set<String> FILES =
      Set.of("fileData", "file_data", "inlineData", "inline_data");

  private static final Set<String> PLACES_OF_A_FILE = Set.of("fileUri", "file_uri", "data");

  private static final Literal NOTHING = new Literal("");
  private static final Literal COMMA = new Literal(",");
  private static final Literal TEXT = new Literal("{\"text\":\"");
  private static final Literal QUOTE = new Literal("\"");
  private static final Literal FILE = new Literal("{\"fileData\":");
  private static final Literal END = new Literal("}");

  private final GenerateContentReader request;
  private final JsonScanner parser;
  private final Place path;
  private final int start;
  private final List<Range> sharedFields = new ArrayList<>();
  private final List<Range> fileFields = new ArrayList<>();
  private Range text;
  private boolean hasTaggedFile;

  PartText(GenerateContentReader request, Place path, int start) {
    this.request = request;
    this.parser = request.parser();
    this.path = path;
    this.start = start;
  }

  /** Takes the field whose value the parser stands at. */
  void field(String name, int nameStart) throws IOException, BadLine {
    JsonToken value = parser.currentToken();
    if (name.equals("text") && value == JsonToken.VALUE_STRING) {
      value();
      return;
    }
    int from = parser.start();
    boolean isFile = FILES.contains(name);
    LetterCount before = isFile ? request.weights().lettersSoFar() : null;
    if (isFile && request.mayHaveTags() && readFile(name, nameStart)) {
      return;
    }
    boolean isRead = isFile && parser.currentToken() == JsonToken.END_OBJECT;
    int end = isRead ? parser.end() : parser.skipValue();
    if (isFile && name.startsWith("inline")) {
      request.weights().addInline(from, end, before);
    } else if (isFile) {
      request.weights().addReference(from, end);
    } else {
      request.weights().addContent(from, end);
    }
    if (sharedFields.size() + fileFields.size() == LineLimits.FIELDS) {
      throw LineLimits.tooMuch("more than 10,000 fields in " + path + "; remove some");
    }
    (FIELDS_OF_A_FILE.contains(name) ? fileFields : sharedFields).add(new Range(nameStart, end));
  }

  /** Reads the file of a part to its end; returns whether a tag names it. */
  private boolean readFile(String name, int nameStart) throws IOException, BadLine {
    FileTag tag = null;
    boolean isObject = parser.currentToken() == JsonToken.START_OBJECT;
    if (parser.currentToken() == JsonToken.VALUE_STRING) {
      tag = tagAlone(path.field(name));
    }
    while (isObject && parser.nextToken() == JsonToken.FIELD_NAME) {
      String field = parser.text();
      parser.nextToken();
      if (PLACES_OF_A_FILE.contains(field) && parser.currentToken() == JsonToken.VALUE_STRING) {
        tag = tagAlone(path.field(name).field(field));
      }
      parser.skipValue();
    }
    if (tag == null) {
      return false;
    }
    request.edits().addFiles(1);
    hasTaggedFile = true;
    request.markForeign();
    request
        .edits()
        .replace(
            nameStart, parser.end(), List.of(new Literal("\"fileData\":"), new TaggedFile(tag)));
    return true;
  }

  /** The tag that is all of the string that the parser stands at; null if it has none. */
  private FileTag tagAlone(Place place) throws BadLine {
    List<TaggedText.Piece> pieces = cut(new Range(parser.start(), parser.end()), place);
    if (pieces.isEmpty()) {
      return null;
    }
    pieces = pieces.stream().filter(piece -> piece.path() != null || !isBlank(piece)).toList();
    if (pieces.size() > 1) {
      throw new BadLine(
          ProblemCode.BAD_TAG,
          place + ": a file tag stands alone here; write \"[[FILE:path]]\" and nothing beside it");
    }
    return new FileTag(pieces.get(0).path(), place.toString());
  }

  private boolean isBlank(TaggedText.Piece piece) {
    return new String(request.bytes(), piece.start(), piece.end() - piece.start(), UTF_8).isBlank();
  }

  private List<TaggedText.Piece> cut(Range string, Place place) throws BadLine {
    try {
      return TaggedText.cut(request.bytes(), string.start() + 1, string.end() - 1);
    } catch (TaggedText.TooManyTags e) {
      throw LineLimits.tooManyFiles();
    } catch (TaggedText.BadTag e) {
      throw new BadLine(ProblemCode.BAD_TAG, place + ": " + e.getMessage());
    }
  }

  /** Takes the string that the parser stands at as the text; returns where it ends. */
  int value() {
    text = new Range(parser.start(), parser.end());
    request.weights().addContent(text.start() + 1, text.end() - 1);
    return text.end();
  }

  /** Replaces the part by its pieces if there are tags in its text. */
  boolean replaceTags(int end) throws BadLine {
    if (text == null || !request.mayHaveTags()) {
      return false;
    }
    List<TaggedText.Piece> pieces = cut(text, path);
    if (pieces.isEmpty()) {
      return false;
    }
    if (hasTaggedFile) {
      throw new BadLine(
          ProblemCode.BAD_PARTS,
          path + " has file tags in its text and beside it; write one part for each file");
    }
    request.edits().addFiles((int) pieces.stream().filter(piece -> piece.path() != null).count());
    if (pieces.size() * (long) (sharedFields.size() + fileFields.size()) > LineLimits.EDITS) {
      throw LineLimits.tooMuch("a part with many file tags and many other fields; remove some");
    }
    String place = path + ".text";
    List<Segment> replacement = new ArrayList<>();
    for (TaggedText.Piece piece : pieces) {
      replacement.add(replacement.isEmpty() ? NOTHING : COMMA);
      if (piece.path() == null) {
        replacement.add(TEXT);
        replacement.add(new Range(piece.start(), piece.end()));
        replacement.add(QUOTE);
      } else {
        replacement.add(FILE);
        replacement.add(new TaggedFile(new FileTag(piece.path(), place)));
        append(fileFields, replacement);
      }
      append(sharedFields, replacement);
      replacement.add(END);
    }
    request.edits().replace(start, end, replacement);
    return true;
  }

  private static void append(List<Range> fields, List<Segment> replacement) {
    for (Range field : fields) {
      replacement.add(COMMA);
      replacement.add(field);
    }
  }
}
