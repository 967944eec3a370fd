package dev.geminibatch.line;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Collectors;

/** Estimated tokens, by what they are made of. A kind of which there are none is not in it. */
public record TokensByKind(Map<TokenKind, Long> counts) {
  public static final TokensByKind NONE = new TokensByKind(Map.of());

  public TokensByKind {
    EnumMap<TokenKind, Long> copy = new EnumMap<>(TokenKind.class);
    counts.forEach(
        (kind, count) -> {
          if (count > 0) {
            copy.put(kind, count);
          }
        });
    counts = Collections.unmodifiableMap(copy);
  }

  /** Tokens of one kind. */
  public static TokensByKind of(TokenKind kind, long count) {
    return new TokensByKind(Map.of(kind, count));
  }

  public TokensByKind plus(TokensByKind other) {
    EnumMap<TokenKind, Long> sum = new EnumMap<>(TokenKind.class);
    sum.putAll(counts);
    other.counts.forEach((kind, count) -> sum.merge(kind, count, Long::sum));
    return new TokensByKind(sum);
  }

  /** All of them. */
  public long total() {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }

  /** As the ledger keeps it: {@code latin=1200,image=516}. */
  public String text() {
    return counts.entrySet().stream()
        .map(each -> each.getKey().word() + "=" + each.getValue())
        .collect(Collectors.joining(","));
  }

  /** Reads a {@link #text}; a kind that is not known counts as {@link TokenKind#OTHER}. */
  public static TokensByKind parse(String text) {
    TokensByKind sum = NONE;
    for (String part : text == null || text.isEmpty() ? new String[0] : text.split(",")) {
      String[] kind = part.split("=", 2);
      sum = sum.plus(of(TokenKind.of(kind[0]).orElse(TokenKind.OTHER), Long.parseLong(kind[1])));
    }
    return sum;
  }
}
