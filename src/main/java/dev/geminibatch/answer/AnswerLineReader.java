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
    object(this::readField);
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

  /** Reads the field of that name, or leaves it. */
  @FunctionalInterface
  private interface Field {
    void read(String name) throws IOException;
  }

  /**
   * Reads the fields of the value that the parser stands at; passes over it if it is no object. All
   * objects are read here: a loop for each takes the compiler half a second.
   */
  private void object(Field field) throws IOException {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      parser.skipValue();
      return;
    }
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String known = NAMES.find(line, parser.start() + 1, parser.end() - 1);
      String name = known == null ? parser.text() : known;
      parser.nextToken();
      field.read(name);
      parser.skipValue(); // if it was left, or is not what it should be
    }
  }

  private void readField(String name) throws IOException {
    switch (name) {
      case "key" -> readKey();
      case "response" -> {
        hasResponse |= parser.currentToken() == JsonToken.START_OBJECT;
        object(this::readResponse);
      }
      case "error" -> readError();
      default -> {
        // of no meaning here
      }
    }
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

  private void readKey() {
    boolean isNull = parser.currentToken() == JsonToken.VALUE_NULL;
    String text = text(null);
    if (isNull || text != null) {
      keyStart = parser.start();
      key = text;
      keyEnd = parser.end();
    }
  }

  private void readResponse(String name) throws IOException {
    switch (name) {
      case "candidates" -> readCandidates();
      case "promptFeedback" -> {
        blockReason = null;
        object(field -> blockReason = field.equals("blockReason") ? text(null) : blockReason);
      }
      case "usageMetadata" -> {
        if (parser.currentToken() == JsonToken.START_OBJECT) {
          Counts counts = new Counts();
          object(counts::read);
          tokens = new Tokens(counts.in, counts.out, counts.thought, counts.cached);
        }
      }
      default -> {
        // of no meaning here
      }
    }
  }

  /** The first complete one is the answer; the others are passed over. */
  private void readCandidates() throws IOException {
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      return;
    }
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      if (parser.currentToken() != JsonToken.START_OBJECT) {
        parser.skipValue();
        continue;
      }
      CandidateFields fields = new CandidateFields();
      object(fields::read);
      AnswerLine.Candidate next = fields.candidate();
      if (candidate == null || next.worth() > candidate.worth()) {
        candidate = next;
      }
    }
  }

  private final class CandidateFields {
    private String finishReason = "";
    private String finishMessage = "";
    private String first = "";
    private StringBuilder all;
    private boolean hasMore;

    void read(String name) throws IOException {
      switch (name) {
        case "finishReason" -> finishReason = text("");
        case "finishMessage" -> finishMessage = text("");
        case "content" -> object(this::readContent);
        default -> {
          // of no meaning here
        }
      }
    }

    private void readContent(String name) throws IOException {
      if (name.equals("parts") && parser.currentToken() == JsonToken.START_ARRAY) {
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          PartFields part = new PartFields();
          object(part::read);
          if (!part.isThought) {
            hasMore |= part.hasMore;
            add(part.text == null ? "" : part.text);
          }
        }
      }
    }

    private void add(String text) {
      if (all == null && first.isEmpty()) {
        first = text;
        return;
      }
      all = all == null ? new StringBuilder(first) : all;
      all.append(text);
    }

    AnswerLine.Candidate candidate() {
      String text = all == null ? first : all.toString();
      return new AnswerLine.Candidate(
          finishReason, inFewWords(finishMessage), hasMore || !text.isBlank(), text);
    }
  }

  private final class PartFields {
    private String text;
    private boolean isThought;
    private boolean hasMore;

    void read(String name) {
      switch (name) {
        case "text" -> text = AnswerLineReader.this.text(null);
        case "thought" -> isThought = parser.currentToken() == JsonToken.VALUE_TRUE;
        case "thoughtSignature" -> {
          // goes with any part
        }
        default -> hasMore = true; // a call, code, an image
      }
    }
  }

  private final class Counts {
    private long in;
    private long out;
    private long thought;
    private long cached;

    void read(String name) {
      switch (name) {
        case "promptTokenCount" -> in = number(0);
        case "candidatesTokenCount" -> out = number(0);
        case "thoughtsTokenCount" -> thought = number(0);
        case "cachedContentTokenCount" -> cached = number(0);
        default -> {
          // of no meaning here
        }
      }
    }
  }

  private void readError() throws IOException {
    ErrorFields fields = new ErrorFields();
    if (parser.currentToken() == JsonToken.VALUE_NULL) {
      return;
    }
    if (parser.currentToken() == JsonToken.VALUE_STRING) {
      fields.message = parser.text();
    } else {
      object(fields::read);
    }
    // Where the number is missing, the name may be there.
    int known = fields.code == 0 ? Math.max(UNKNOWN, RpcCode.number(fields.status)) : fields.code;
    String status = RpcCode.name(known);
    String message = inFewWords(fields.message);
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

  private final class ErrorFields {
    private int code;
    private String status = "UNKNOWN";
    private String message = "";

    void read(String name) {
      switch (name) {
        case "code" -> code = (int) Math.min(number(code), Integer.MAX_VALUE);
        case "status" -> status = text(status);
        case "message" -> message = text("");
        default -> {
          // of no meaning here
        }
      }
    }
  }
}
