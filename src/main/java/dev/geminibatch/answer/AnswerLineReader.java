package dev.geminibatch.answer;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.geminibatch.line.LineProblem;
import dev.geminibatch.line.ProblemCode;
import dev.geminibatch.service.ErrorClassifier;
import dev.geminibatch.service.Redactor;
import dev.geminibatch.service.RpcCode;
import dev.geminibatch.service.ServiceWords;
import dev.geminibatch.service.Tokens;
import java.io.IOException;
import java.util.Optional;

/** Reads one line of a job's answers, token by token: it may hold a picture. */
final class AnswerLineReader {
  private static final int UNKNOWN = 2;

  private final JsonParser parser;
  private String key;
  private int keyStart;
  private int keyEnd;
  private boolean hasResponse;
  private AnswerLine.Candidate candidate;
  private String blockReason;
  private LineProblem error;
  private Tokens tokens = Tokens.NONE;

  AnswerLineReader(JsonParser parser) {
    this.parser = parser;
  }

  AnswerLine read() throws IOException {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      throw new IOException("An answer is not a JSON object");
    }
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      parser.nextToken();
      switch (name) {
        case "key" -> readKey();
        case "response" -> readResponse();
        case "error" -> readError();
        default -> parser.skipChildren();
      }
    }
    if (error == null && !hasResponse) {
      error = ProblemCode.NO_RESPONSE.problem("the service's line has neither response nor error");
    }
    return new AnswerLine(
        Optional.ofNullable(key),
        keyStart,
        keyEnd,
        Optional.ofNullable(error),
        Optional.ofNullable(candidate),
        Optional.ofNullable(blockReason),
        tokens);
  }

  private void readKey() throws IOException {
    boolean isNull = parser.currentToken() == JsonToken.VALUE_NULL;
    if (isNull || parser.currentToken() == JsonToken.VALUE_STRING) {
      keyStart = (int) parser.currentTokenLocation().getByteOffset();
      key = isNull ? null : parser.getText();
      keyEnd = (int) parser.currentLocation().getByteOffset();
    } else {
      parser.skipChildren();
    }
  }

  private void readResponse() throws IOException {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      parser.skipChildren();
      return;
    }
    hasResponse = true;
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      parser.nextToken();
      switch (name) {
        case "candidates" -> readCandidates();
        case "promptFeedback" -> blockReason = readText("blockReason");
        case "usageMetadata" -> readTokens();
        default -> parser.skipChildren();
      }
    }
  }

  /** The first complete one is the answer; the others are passed over. */
  private void readCandidates() throws IOException {
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      parser.skipChildren();
      return;
    }
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      if (parser.currentToken() != JsonToken.START_OBJECT) {
        parser.skipChildren();
        continue;
      }
      AnswerLine.Candidate next = readCandidate();
      if (candidate == null || next.worth() > candidate.worth()) {
        candidate = next;
      }
    }
  }

  private AnswerLine.Candidate readCandidate() throws IOException {
    String finishReason = "";
    String finishMessage = "";
    Content content = new Content();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      parser.nextToken();
      switch (name) {
        case "finishReason" -> finishReason = parser.getValueAsString("");
        case "finishMessage" -> finishMessage = parser.getValueAsString("");
        case "content" -> {
          content.read();
          continue;
        }
        default -> {
          // of no meaning here
        }
      }
      parser.skipChildren();
    }
    return new AnswerLine.Candidate(
        finishReason,
        Redactor.redact(finishMessage),
        content.hasMore || !content.text.toString().isBlank(),
        content.text.toString());
  }

  private final class Content {
    private final StringBuilder text = new StringBuilder();
    private boolean hasMore;

    void read() throws IOException {
      if (parser.currentToken() != JsonToken.START_OBJECT) {
        parser.skipChildren();
        return;
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        boolean isList = parser.nextToken() == JsonToken.START_ARRAY;
        if (!name.equals("parts") || !isList) {
          parser.skipChildren();
          continue;
        }
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          readPart();
        }
      }
    }

    private void readPart() throws IOException {
      if (parser.currentToken() != JsonToken.START_OBJECT) {
        parser.skipChildren();
        return;
      }
      String own = null;
      boolean isThought = false;
      boolean more = false;
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        JsonToken value = parser.nextToken();
        switch (name) {
          case "text" -> own = parser.getValueAsString();
          case "thought" -> isThought = value == JsonToken.VALUE_TRUE;
          case "thoughtSignature" -> {
            // goes with any part
          }
          default -> more = true; // a call, code, an image
        }
        parser.skipChildren();
      }
      if (!isThought) {
        hasMore |= more;
        text.append(own == null ? "" : own);
      }
    }
  }

  private String readText(String field) throws IOException {
    String text = null;
    if (parser.currentToken() == JsonToken.START_OBJECT) {
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        parser.nextToken();
        if (name.equals(field)) {
          text = parser.getValueAsString();
        }
        parser.skipChildren();
      }
    }
    return text;
  }

  private void readTokens() throws IOException {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      parser.skipChildren();
      return;
    }
    long in = 0;
    long out = 0;
    long thought = 0;
    long cached = 0;
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      parser.nextToken();
      switch (name) {
        case "promptTokenCount" -> in = parser.getValueAsLong();
        case "candidatesTokenCount" -> out = parser.getValueAsLong();
        case "thoughtsTokenCount" -> thought = parser.getValueAsLong();
        case "cachedContentTokenCount" -> cached = parser.getValueAsLong();
        default -> {
          // of no meaning here
        }
      }
      parser.skipChildren(); // also of what should be a number and is not
    }
    tokens = new Tokens(in, out, thought, cached);
  }

  private void readError() throws IOException {
    int code = 0;
    String codeName = "UNKNOWN";
    String message = "";
    if (parser.currentToken() == JsonToken.START_OBJECT) {
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        parser.nextToken();
        switch (name) {
          case "code" -> code = parser.getValueAsInt(code);
          case "status" -> codeName = parser.getValueAsString(codeName);
          case "message" -> message = parser.getValueAsString("");
          default -> {
            // of no meaning here
          }
        }
        parser.skipChildren();
      }
    } else if (parser.currentToken() == JsonToken.VALUE_STRING) {
      message = parser.getText();
    } else if (parser.currentToken() == JsonToken.VALUE_NULL) {
      return;
    } else {
      parser.skipChildren();
    }
    // Where the number is missing, the name may be there.
    int known = code == 0 ? Math.max(UNKNOWN, RpcCode.number(codeName)) : code;
    String status = RpcCode.name(known);
    message = Redactor.redact(message);
    if (ServiceWords.isDeadFile(message)) {
      error = ProblemCode.FILE_GONE.problem(message);
      return;
    }
    error =
        new LineProblem(
            "collect",
            status,
            message.isEmpty() ? "the service gave no reason" : message,
            RpcCode.isPassing(status) || ErrorClassifier.isAccount(known, message));
  }
}
