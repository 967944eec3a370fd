package dev.geminibatch.answer;

import com.fasterxml.jackson.core.JsonToken;
import dev.geminibatch.line.JsonScanner;
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

  /** More tokens than there are, and few enough to add up. */
  private static final double MOST = 1L << 40;

  private static final int LONGEST_MESSAGE = 10_000;

  private final JsonScanner parser;
  private String key;
  private int keyStart;
  private int keyEnd;
  private boolean hasResponse;
  private AnswerLine.Candidate candidate;
  private String blockReason;
  private LineProblem error;
  private Tokens tokens = Tokens.NONE;

  AnswerLineReader(byte[] line) {
    this.parser = new JsonScanner(line);
  }

  AnswerLine read() throws IOException {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      throw new IOException("An answer is not a JSON object");
    }
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.text();
      parser.nextToken();
      switch (name) {
        case "key" -> readKey();
        case "response" -> readResponse();
        case "error" -> readError();
        default -> parser.skipValue();
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

  /** The value that the parser stands at as text, if it is a scalar. */
  private String text(String otherwise) {
    return switch (parser.currentToken()) {
      case VALUE_STRING, VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> parser.text();
      case VALUE_TRUE -> "true";
      case VALUE_FALSE -> "false";
      default -> otherwise;
    };
  }

  /** The number that the parser stands at, also in quotes; within bounds, whatever it says. */
  private long number(long otherwise) {
    String digits = parser.end() - parser.start() > 40 ? "" : text("");
    try {
      double number = digits.isEmpty() ? otherwise : Double.parseDouble(digits);
      return (long) Math.max(0, Math.min(number, MOST));
    } catch (NumberFormatException e) {
      return otherwise;
    }
  }

  /** What the service says may be of any length. */
  private static String inFewWords(String message) {
    return Redactor.shortened(message, LONGEST_MESSAGE);
  }

  private void readKey() throws IOException {
    boolean isNull = parser.currentToken() == JsonToken.VALUE_NULL;
    String text = text(null);
    if (isNull || text != null) {
      keyStart = parser.start();
      key = text;
      keyEnd = parser.end();
    } else {
      parser.skipValue();
    }
  }

  private void readResponse() throws IOException {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      parser.skipValue();
      return;
    }
    hasResponse = true;
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.text();
      parser.nextToken();
      switch (name) {
        case "candidates" -> readCandidates();
        case "promptFeedback" -> blockReason = readText("blockReason");
        case "usageMetadata" -> readTokens();
        default -> parser.skipValue();
      }
    }
  }

  /** The first complete one is the answer; the others are passed over. */
  private void readCandidates() throws IOException {
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      parser.skipValue();
      return;
    }
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      if (parser.currentToken() != JsonToken.START_OBJECT) {
        parser.skipValue();
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
      String name = parser.text();
      parser.nextToken();
      switch (name) {
        case "finishReason" -> finishReason = text("");
        case "finishMessage" -> finishMessage = text("");
        case "content" -> {
          content.read();
          continue;
        }
        default -> {
          // of no meaning here
        }
      }
      parser.skipValue();
    }
    return new AnswerLine.Candidate(
        finishReason,
        inFewWords(finishMessage),
        content.hasMore || !content.text.toString().isBlank(),
        content.text.toString());
  }

  private final class Content {
    private final StringBuilder text = new StringBuilder();
    private boolean hasMore;

    void read() throws IOException {
      if (parser.currentToken() != JsonToken.START_OBJECT) {
        parser.skipValue();
        return;
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.text();
        boolean isList = parser.nextToken() == JsonToken.START_ARRAY;
        if (!name.equals("parts") || !isList) {
          parser.skipValue();
          continue;
        }
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          readPart();
        }
      }
    }

    private void readPart() throws IOException {
      if (parser.currentToken() != JsonToken.START_OBJECT) {
        parser.skipValue();
        return;
      }
      String own = null;
      boolean isThought = false;
      boolean more = false;
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.text();
        JsonToken value = parser.nextToken();
        switch (name) {
          case "text" -> own = text(null);
          case "thought" -> isThought = value == JsonToken.VALUE_TRUE;
          case "thoughtSignature" -> {
            // goes with any part
          }
          default -> more = true; // a call, code, an image
        }
        parser.skipValue();
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
        String name = parser.text();
        parser.nextToken();
        if (name.equals(field)) {
          text = text(null);
        }
        parser.skipValue();
      }
    }
    return text;
  }

  private void readTokens() throws IOException {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      parser.skipValue();
      return;
    }
    long in = 0;
    long out = 0;
    long thought = 0;
    long cached = 0;
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.text();
      parser.nextToken();
      switch (name) {
        case "promptTokenCount" -> in = number(0);
        case "candidatesTokenCount" -> out = number(0);
        case "thoughtsTokenCount" -> thought = number(0);
        case "cachedContentTokenCount" -> cached = number(0);
        default -> {
          // of no meaning here
        }
      }
      parser.skipValue(); // also of what should be a number and is not
    }
    tokens = new Tokens(in, out, thought, cached);
  }

  private void readError() throws IOException {
    int code = 0;
    String codeName = "UNKNOWN";
    String message = "";
    if (parser.currentToken() == JsonToken.START_OBJECT) {
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.text();
        parser.nextToken();
        switch (name) {
          case "code" -> code = (int) Math.min(number(code), Integer.MAX_VALUE);
          case "status" -> codeName = text(codeName);
          case "message" -> message = text("");
          default -> {
            // of no meaning here
          }
        }
        parser.skipValue();
      }
    } else if (parser.currentToken() == JsonToken.VALUE_STRING) {
      message = parser.text();
    } else if (parser.currentToken() == JsonToken.VALUE_NULL) {
      return;
    } else {
      parser.skipValue();
    }
    // Where the number is missing, the name may be there.
    int known = code == 0 ? Math.max(UNKNOWN, RpcCode.number(codeName)) : code;
    String status = RpcCode.name(known);
    message = inFewWords(message);
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
