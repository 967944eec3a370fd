package dev.geminibatch.answer;

import com.fasterxml.jackson.core.JsonToken;
import dev.geminibatch.line.JsonScanner;
import dev.geminibatch.line.KnownNames;
import dev.geminibatch.line.LineProblem;
import dev.geminibatch.line.ProblemCode;
import dev.geminibatch.service.ErrorClassifier;
import dev.geminibatch.service.Redactor;
import dev.geminibatch.service.RpcCode;
import dev.geminibatch.service.ServiceWords;
import dev.geminibatch.service.Tokens;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Reads one line of a job's answers, token by token: it may hold a picture. */
final class AnswerLineReader {
  private static final int UNKNOWN = 2;

  /** More tokens than there are, and few enough to add up. */
  private static final double MOST = 1L << 40;

  /** A number of so few is below {@link #MOST}. */
  private static final int FEW_DIGITS = 12;

  private static final int LONGEST_MESSAGE = 10_000;

  /** Those that are read here, and others that most answers have. */
  private static final KnownNames NAMES =
      new KnownNames(
          List.of(
              ("key response error candidates promptFeedback usageMetadata modelVersion responseId"
                      + " finishReason finishMessage content parts role index text thought"
                      + " thoughtSignature avgLogprobs safetyRatings promptTokenCount"
                      + " candidatesTokenCount thoughtsTokenCount cachedContentTokenCount"
                      + " totalTokenCount promptTokensDetails candidatesTokensDetails code status"
                      + " message blockReason")
                  .split(" ")));

  private final byte[] line;
  private final JsonScanner parser;
  private String name;
  private String key;
  private int keyStart;
  private int keyEnd;
  private boolean hasResponse;
  private AnswerLine.Candidate candidate;
  private String blockReason;
  private LineProblem error;
  private Tokens tokens = Tokens.NONE;

  AnswerLineReader(byte[] line) {
    this.line = line;
    this.parser = new JsonScanner(line);
  }

  AnswerLine read() throws IOException {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      throw new IOException("An answer is not a JSON object");
    }
    while (nextField()) {
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

  /**
   * Goes to the value of the next field of an object; false at its end. In one place: what is
   * repeated in each loop takes the compiler as long as everything else.
   */
  private boolean nextField() throws IOException {
    if (parser.nextToken() != JsonToken.FIELD_NAME) {
      return false;
    }
    name = NAMES.find(line, parser.start() + 1, parser.end() - 1);
    if (name == null) {
      name = parser.text();
    }
    parser.nextToken();
    return true;
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
    if (parser.currentToken() == JsonToken.VALUE_NUMBER_INT
        && parser.end() - parser.start() <= FEW_DIGITS
        && line[parser.start()] != '-') {
      long number = 0;
      for (int i = parser.start(); i < parser.end(); i++) {
        number = 10 * number + line[i] - '0';
      }
      return number;
    }
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
    while (nextField()) {
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
    while (nextField()) {
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
    String text = content.allText();
    return new AnswerLine.Candidate(
        finishReason, inFewWords(finishMessage), content.hasMore || !text.isBlank(), text);
  }

  private final class Content {
    private String first = "";
    private StringBuilder all;
    private boolean hasMore;

    private void add(String text) {
      if (all == null && first.isEmpty()) {
        first = text;
        return;
      }
      all = all == null ? new StringBuilder(first) : all;
      all.append(text);
    }

    String allText() {
      return all == null ? first : all.toString();
    }

    void read() throws IOException {
      if (parser.currentToken() != JsonToken.START_OBJECT) {
        parser.skipValue();
        return;
      }
      while (nextField()) {
        boolean isList = parser.currentToken() == JsonToken.START_ARRAY;
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
      while (nextField()) {
        switch (name) {
          case "text" -> own = text(null);
          case "thought" -> isThought = parser.currentToken() == JsonToken.VALUE_TRUE;
          case "thoughtSignature" -> {
            // goes with any part
          }
          default -> more = true; // a call, code, an image
        }
        parser.skipValue();
      }
      if (!isThought) {
        hasMore |= more;
        add(own == null ? "" : own);
      }
    }
  }

  private String readText(String field) throws IOException {
    String text = null;
    if (parser.currentToken() == JsonToken.START_OBJECT) {
      while (nextField()) {
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
    while (nextField()) {
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
      while (nextField()) {
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
