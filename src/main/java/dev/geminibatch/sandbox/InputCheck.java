package dev.geminibatch.sandbox;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.geminibatch.line.JsonScanner;
import dev.geminibatch.line.Line;
import java.io.IOException;
import java.util.Optional;

/** Checks a line of a job's file as the service does before it takes the job. */
final class InputCheck {
  private static final String NO_CONTENTS =
      "invalid JSON, near column 1: 'request.contents' is required";
  private static final String NO_PARTS =
      "invalid JSON, near column 1: no such field in Content, expected 'parts'";

  private final JsonScanner parser;
  private boolean hasContents;
  private boolean hasParts = true;

  private InputCheck(JsonScanner parser) {
    this.parser = parser;
  }

  /** What is wrong with the line, if anything. */
  static Optional<String> problemOf(Line line) {
    InputCheck check = new InputCheck(new JsonScanner(line.bytes()));
    try {
      check.read();
      if (!check.hasContents) {
        return Optional.of(NO_CONTENTS);
      }
      return check.hasParts ? Optional.empty() : Optional.of(NO_PARTS);
    } catch (IOException malformed) {
      return Optional.of(
          JsonScanner.whatIsWrong(line.bytes()) instanceof JsonProcessingException wrong
              ? "invalid JSON, near column " + wrong.getLocation().getColumnNr()
              : "invalid JSON");
    }
  }

  private void read() throws IOException {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      return;
    }
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      boolean isRequest = parser.text().equals("request");
      if (parser.nextToken() == JsonToken.START_OBJECT && isRequest) {
        readRequest();
      } else {
        parser.skipValue();
      }
    }
  }

  private void readRequest() throws IOException {
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      boolean isContents = parser.text().equals("contents");
      if (parser.nextToken() == JsonToken.START_ARRAY && isContents) {
        readContents();
      } else {
        parser.skipValue();
      }
    }
  }

  private void readContents() throws IOException {
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      hasContents = true;
      boolean partsHere = false;
      if (parser.currentToken() == JsonToken.START_OBJECT) {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          boolean isParts = parser.text().equals("parts");
          partsHere |= parser.nextToken() == JsonToken.START_ARRAY && isParts;
          parser.skipValue();
        }
      } else {
        parser.skipValue();
      }
      hasParts &= partsHere;
    }
  }
}
