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
  /** Brackets and names of fields around the content, which the service hardly counts. */
  SYNTAX,
  IMAGE,
  PDF,
  AUDIO,
  VIDEO;

  /** Whether it is text, which the service counts apart from media. */
  public boolean isText() {
    return compareTo(IMAGE) < 0;
  }

  /** Its name in the ledger and in reports. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The kind of this name. */
  public static Optional<TokenKind> of(String word) {
    return Arrays.stream(values()).filter(kind -> kind.word().equals(word)).findFirst();
  }
}
