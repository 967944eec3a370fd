package dev.geminibatch.line;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;

/** The keys that a line brings: {@code key}, {@code custom_id}, {@code metadata.key}. */
final class LineKeys {
  private final byte[] bytes;
  private final JsonScanner parser;
  private RequestKey key;
  private RequestKey customId;
  private RequestKey ofMetadata;
  private boolean keySeen;
  private String unreadable;
  private String whyUnreadable;

  LineKeys(byte[] bytes, JsonScanner parser) {
    this.bytes = bytes;
    this.parser = parser;
  }

  /**
   * Reads the value of {@code key}.
   *
   * @return whether there was one before
   */
  boolean readKey() throws IOException {
    boolean again = keySeen;
    keySeen = true;
    key = read("key");
    return again;
  }

  /** Reads the value of {@code custom_id}. */
  void readCustomId() throws IOException {
    customId = read("custom_id");
  }

  /** Reads {@code metadata}, in which the SDKs' inline requests have their key. */
  void readMetadata() throws IOException {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      parser.skipValue();
      return;
    }
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      boolean isKey = parser.text().equals("key");
      parser.nextToken();
      if (isKey) {
        ofMetadata = read("metadata.key");
      } else {
        parser.skipValue();
      }
    }
  }

  private RequestKey read(String field) throws IOException {
    int start = parser.start();
    int quotes = parser.currentToken() == JsonToken.VALUE_STRING ? 2 : 0;
    int bytes = parser.end() - start - quotes;
    if (bytes > LineLimits.KEY_BYTES) {
      return unreadable(field, "has " + bytes + " bytes; write a shorter one");
    }
    switch (parser.currentToken()) {
      case VALUE_STRING -> {
        String text = parser.text();
        if (holdsHalfACharacter(text)) {
          return unreadable(field, "holds half a character (\\ud800 to \\udfff); write it whole");
        }
        return text.isEmpty() ? null : new RequestKey(text, raw(start, parser.end()));
      }
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> {
        String json = raw(start, parser.end());
        return new RequestKey(json, json);
      }
      case VALUE_NULL -> {
        return null;
      }
      default -> {
        parser.skipValue();
        return unreadable(
            field, "is neither a string nor a number; write \"key\":\"...\" or leave it out");
      }
    }
  }

  private RequestKey unreadable(String field, String why) {
    unreadable = field;
    whyUnreadable = why;
    return null;
  }

  /** Such a key has no bytes of its own, and another one that has would be taken for it. */
  private static boolean holdsHalfACharacter(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        boolean isPair =
            i + 1 < text.length() && Character.isSurrogatePair(text.charAt(i), text.charAt(i + 1));
        if (!isPair) {
          return true;
        }
        i++;
      }
    }
    return false;
  }

  private String raw(int start, int end) {
    return new String(bytes, start, end - start, UTF_8);
  }

  /** Fails if there is a key that cannot be one, or two that differ. */
  void check(boolean isNative) throws BadLine {
    if (unreadable != null) {
      throw new BadLine(
          ProblemCode.BAD_KEY,
          (unreadable.equals("key") ? "the key" : unreadable) + " " + whyUnreadable);
    }
    RequestKey own = own(isNative);
    if (own != null && ofMetadata != null && !own.text().equals(ofMetadata.text())) {
      throw new BadLine(
          ProblemCode.TWO_KEYS,
          (own.equals(key) ? "key" : "custom_id")
              + " is "
              + own.json()
              + " and metadata.key is "
              + ofMetadata.json()
              + "; keep one of them");
    }
  }

  private RequestKey own(boolean isNative) {
    RequestKey own = isNative || customId == null ? key : customId;
    return own == null ? customId : own;
  }

  /** The key that counts, or null. */
  RequestKey get(boolean isNative) {
    RequestKey own = own(isNative);
    return own == null ? ofMetadata : own;
  }

  /** Whether the line is as the service takes it, as far as its key goes. */
  boolean isWire() {
    return key != null && key.isString();
  }

  /** Whether only the metadata say the key. */
  boolean isOfMetadata() {
    return key == null && customId == null && ofMetadata != null;
  }
}
