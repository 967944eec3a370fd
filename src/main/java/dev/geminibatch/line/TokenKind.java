package dev.geminibatch.line;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What tokens are made of. Each kind takes another number of bytes for one. */
public enum TokenKind {
  LATIN,
  CYRILLIC,
  HEBREW,
  ARABIC,
  CJK,
  /** Any other script. */
  OTHER,
  IMAGE,
  PDF,
  AUDIO,
  VIDEO;

  /** Its name in the ledger and in reports. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The kind of this name. */
  public static Optional<TokenKind> of(String word) {
    return Arrays.stream(values()).filter(kind -> kind.word().equals(word)).findFirst();
  }
}
