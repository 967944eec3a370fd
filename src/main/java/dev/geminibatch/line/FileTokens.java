package dev.geminibatch.line;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Estimated tokens of files, for models of two sorts: up to Gemini 2.5 a picture is cut into tiles,
 * since Gemini 3 it has a fixed number of tokens.
 */
public record FileTokens(TokensByKind upToTwo, TokensByKind sinceThree) {
  /** Of no file. */
  public static final FileTokens NONE = new FileTokens(TokensByKind.NONE, TokensByKind.NONE);

  private static final Pattern GENERATION = Pattern.compile("gemini-(\\d{1,3})");

  /** The same number for all models. */
  static FileTokens of(TokenKind kind, long tokens) {
    TokensByKind both = TokensByKind.of(kind, tokens);
    return new FileTokens(both, both);
  }

  static FileTokens of(TokenKind kind, long upToTwo, long sinceThree) {
    return new FileTokens(TokensByKind.of(kind, upToTwo), TokensByKind.of(kind, sinceThree));
  }

  /** Those of both. */
  public FileTokens plus(FileTokens other) {
    if (other == NONE) {
      return this;
    }
    return this == NONE
        ? other
        : new FileTokens(upToTwo.plus(other.upToTwo), sinceThree.plus(other.sinceThree));
  }

  /** What they are for a model; the larger number for one of unknown sort. */
  public TokensByKind of(String model) {
    if (upToTwo.equals(sinceThree)) {
      return upToTwo;
    }
    Matcher generation = GENERATION.matcher(model.toLowerCase(Locale.ROOT));
    if (generation.find()) {
      return Integer.parseInt(generation.group(1)) <= 2 ? upToTwo : sinceThree;
    }
    return upToTwo.total() > sinceThree.total() ? upToTwo : sinceThree;
  }
}
