package dev.geminibatch.sandbox;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.geminibatch.line.JsonScanner;
import dev.geminibatch.line.Line;
import java.io.IOException;

/** Checks a line of a job's file as the service does before it takes the job. */
final class InputCheck {
  private static final String NO_CONTENTS =
      "invalid JSON, near column 1: 'request.contents' is required";
  private static final String NO_PARTS =
      "invalid JSON, near column 1: no such field in Content, expected 'parts'";

  private final JsonScanner parser;
  private final PromptTokens prompt;
  private boolean hasContents;
  private boolean hasParts = true;
  private String problem;
  private long tokens;

  private InputCheck(JsonScanner parser) {
    this.parser = parser;
    this.prompt = new PromptTokens(parser);
  }

  static InputCheck of(Line line) {
    return of(line.bytes());
  }

  static InputCheck of(byte[] line) {
    InputCheck check = new InputCheck(new JsonScanner(line));
    try {
      check.read();
      check.problem = !check.hasContents ? NO_CONTENTS : check.hasParts ? null : NO_PARTS;
    } catch (IOException malformed) {
      check.problem =
          JsonScanner.whatIsWrong(line) instanceof JsonProcessingException wrong
              ? "invalid JSON, near column " + wrong.getLocation().getColumnNr()
              : "invalid JSON";
    }
    return check;
  }

  /** What is wrong with the line, or null. */
  String problem() {
    return problem;
  }

  /** That its request puts in. */
  long tokens() {
    return tokens;
  }

  private void read() throws IOException {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      return;
    }
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      boolean isRequest = parser.text().equals("request");
      if (parser.nextToken() == JsonToken.START_OBJECT && isRequest) {
        int start = parser.start();
        readRequest();
        tokens = prompt.of(parser.end() - start);
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
        prompt.pass();
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
          prompt.pass();
        }
      } else {
        prompt.pass();
      }
      hasParts &= partsHere;
    }
  }
}
