package dev.geminibatch.line;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;

/**
 * Reads a system instruction. The service takes only an object with parts; the SDKs also take a
 * text, a part, or a list of these, which are wrapped.
 */
final class SystemInstruction {
  private static final String OPENING = "{\"parts\":[";
  private static final String CLOSING = "]}";

  private final byte[] bytes;
  private final JsonScanner parser;
  private final Edits edits;

  SystemInstruction(byte[] bytes, JsonScanner parser, Edits edits) {
    this.bytes = bytes;
    this.parser = parser;
    this.edits = edits;
  }

  /** Reads the value that the parser stands at. */
  void read(Place path) throws IOException, BadLine {
    int start = parser.start();
    switch (parser.currentToken()) {
      case VALUE_STRING -> {
        edits.insert(start, OPENING);
        wrapText();
        edits.insert(parser.end(), CLOSING);
      }
      case START_ARRAY -> {
        edits.insert(start, "{\"parts\":");
        readList();
        edits.insert(parser.end(), "}");
      }
      case START_OBJECT -> readObject(start);
      default -> parser.skipValue();
    }
    if (new String(bytes, start, parser.end() - start, UTF_8).contains("[[FILE:")) {
      throw new BadLine(
          ProblemCode.TAG_IN_SYSTEM_INSTRUCTION,
          path + " holds a file tag; the service takes files only in contents, move it there");
    }
  }

  private void readObject(int start) throws IOException {
    boolean isPart = false;
    boolean hasParts = false;
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.text();
      JsonToken value = parser.nextToken();
      isPart |= name.equals("text") && value == JsonToken.VALUE_STRING;
      hasParts |= name.equals("parts");
      if (!name.equals("parts")) {
        parser.skipValue();
      } else if (value == JsonToken.START_ARRAY) {
        readList();
      } else if (value == JsonToken.VALUE_STRING) {
        edits.insert(parser.start(), "[");
        wrapText();
        edits.insert(parser.end(), "]");
      } else if (value == JsonToken.START_OBJECT) {
        edits.insert(parser.start(), "[");
        edits.insert(parser.skipValue(), "]");
      } else {
        parser.skipValue();
      }
    }
    if (isPart && !hasParts) {
      edits.insert(start, OPENING);
      edits.insert(parser.end(), CLOSING);
    }
  }

  private void readList() throws IOException {
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      if (parser.currentToken() == JsonToken.VALUE_STRING) {
        wrapText();
      } else {
        parser.skipValue();
      }
    }
  }

  /** A string where a part should be becomes a text part. */
  private void wrapText() {
    edits.insert(parser.start(), "{\"text\":");
    edits.insert(parser.end(), "}");
  }
}
