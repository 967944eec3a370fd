package dev.geminibatch.line;

import com.fasterxml.jackson.core.JsonToken;
import dev.geminibatch.line.BatchRequest.Literal;
import dev.geminibatch.line.BatchRequest.Range;
import dev.geminibatch.line.BatchRequest.Segment;
import dev.geminibatch.line.BatchRequest.TaggedFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The text of one part, with what stands beside it. */
final class PartText {
  /** Fields that belong to the file of a part, not to the text around it. */
  private static final Set<String> FIELDS_OF_A_FILE =
      Set.of("videoMetadata", "video_metadata", "mediaResolution", "media_resolution");

  private final GenerateContentReader request;
  private final JsonScanner parser;
  private final Place path;
  private final int start;
  private final List<Range> sharedFields = new ArrayList<>();
  private final List<Range> fileFields = new ArrayList<>();
  private Range text;

  PartText(GenerateContentReader request, Place path, int start) {
    this.request = request;
    this.parser = request.parser();
    this.path = path;
    this.start = start;
  }

  /** Takes the field whose value the parser stands at. */
  void field(String name, int nameStart) throws IOException {
    if (name.equals("text") && parser.currentToken() == JsonToken.VALUE_STRING) {
      value();
      return;
    }
    int from = parser.start();
    int end = parser.skipValue();
    if (name.equals("inlineData") || name.equals("inline_data")) {
      request.addInline(end - from);
    }
    (FIELDS_OF_A_FILE.contains(name) ? fileFields : sharedFields).add(new Range(nameStart, end));
  }

  /** Takes the string that the parser stands at as the text; returns where it ends. */
  int value() {
    text = new Range(parser.start(), parser.end());
    return text.end();
  }

  /** Replaces the part by its pieces if there are tags in its text. */
  boolean replaceTags(int end) throws BadLine {
    if (text == null || !request.mayHaveTags()) {
      return false;
    }
    List<TaggedText.Piece> pieces;
    try {
      pieces = TaggedText.cut(request.bytes(), text.start() + 1, text.end() - 1);
    } catch (TaggedText.BadTag e) {
      throw new BadLine(ProblemCode.BAD_TAG, path + ": " + e.getMessage());
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
    request.edits().replace(start, end, replacement);
    return true;
  }

  private static void append(List<Range> fields, List<Segment> replacement) {
    for (Range field : fields) {
      replacement.add(new Literal(","));
      replacement.add(field);
    }
  }
}
