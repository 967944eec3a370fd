package dev.geminibatch.sandbox;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import dev.geminibatch.request.Line;
import java.io.IOException;

/** Looks at a line of a job's file as the service does before it takes the job. */
final class InputCheck {
  /** For texts of any length, as the service takes them. */
  static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build())
          .build();

  private static final String NO_CONTENTS =
      "invalid JSON, near column 1: 'request.contents' is required";
  private static final String NO_PARTS =
      "invalid JSON, near column 1: no such field in Content, expected 'parts'";

  private final JsonParser parser;
  private boolean hasContents;
  private boolean hasParts = true;

  private InputCheck(JsonParser parser) {
    this.parser = parser;
  }

  /** What is wrong with the line; null if nothing is. */
  static String problemOf(Line line) throws IOException {
    try (JsonParser parser = FACTORY.createParser(line.bytes())) {
      InputCheck check = new InputCheck(parser);
      check.read();
      return !check.hasContents ? NO_CONTENTS : !check.hasParts ? NO_PARTS : null;
    } catch (JsonProcessingException e) {
      return "invalid JSON, near column " + e.getLocation().getColumnNr();
    }
  }

  private void read() throws IOException {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      parser.skipChildren();
      return;
    }
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      boolean isRequest = parser.currentName().equals("request");
      if (parser.nextToken() == JsonToken.START_OBJECT && isRequest) {
        readRequest();
      } else {
        parser.skipChildren();
      }
    }
  }

  private void readRequest() throws IOException {
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      boolean isContents = parser.currentName().equals("contents");
      if (parser.nextToken() == JsonToken.START_ARRAY && isContents) {
        readContents();
      } else {
        parser.skipChildren();
      }
    }
  }

  private void readContents() throws IOException {
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      hasContents = true;
      boolean partsHere = false;
      if (parser.currentToken() == JsonToken.START_OBJECT) {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          boolean isParts = parser.currentName().equals("parts");
          partsHere |= parser.nextToken() == JsonToken.START_ARRAY && isParts;
          parser.skipChildren();
        }
      } else {
        parser.skipChildren();
      }
      hasParts &= partsHere;
    }
  }
}
