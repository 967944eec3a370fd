package dev.geminibatch.sandbox;

import com.fasterxml.jackson.core.JsonToken;
import dev.geminibatch.io.FieldNames;
import dev.geminibatch.line.JsonScanner;
import dev.geminibatch.line.MediaTokens;
import dev.geminibatch.line.TokenEstimate;
import java.io.IOException;

/**
 * Estimates the tokens that a request puts in: four bytes of its JSON make one, where an escaped
 * letter is the letter, and each file counts as a page-sized image does, whether it is named or in
 * the request itself. The product estimates by nearly the same rule before it sends anything.
 */
final class PromptTokens {
  private final JsonScanner parser;
  private boolean isInline;
  private long files;
  private long base64;
  private long escapes;

  PromptTokens(JsonScanner parser) {
    this.parser = parser;
  }

  /** The tokens of a request by itself. */
  static long of(byte[] request) throws IOException {
    PromptTokens tokens = new PromptTokens(new JsonScanner(request));
    if (tokens.parser.nextToken() != null) {
      tokens.pass();
    }
    return tokens.of(request.length);
  }

  /** The tokens of a request of this many bytes, whose values have been passed over. */
  long of(long bytes) {
    long text = Math.max(0, bytes - base64 - escapes);
    return text / TokenEstimate.BYTES_PER_TOKEN + files * MediaTokens.TOKENS_PER_FILE;
  }

  /** Passes over the present value and notes the files in it. */
  void pass() throws IOException {
    long before = parser.escapeBytes();
    passValue();
    escapes += parser.escapeBytes() - before;
  }

  private void passValue() throws IOException {
    int depth = 0;
    JsonToken token = parser.currentToken();
    while (true) {
      if (token.isStructStart()) {
        depth++;
      } else if (token.isStructEnd()) {
        depth--;
      } else if (token == JsonToken.FIELD_NAME) {
        noteName();
      }
      if (depth == 0) {
        return;
      }
      token = parser.nextToken();
    }
  }

  /** Most names are not read: only those as long as the names in question, with their quotes. */
  private void noteName() throws IOException {
    int length = parser.end() - parser.start();
    if (isInline && length == 6 && parser.text().equals("data")) {
      isInline = false;
      long before = parser.escapeBytes();
      if (parser.nextToken() == JsonToken.VALUE_STRING) {
        base64 += parser.end() - parser.start() - 2L;
        escapes -= parser.escapeBytes() - before;
      } else {
        passValue();
      }
    } else if (length >= 10 && length <= 13) {
      String name = FieldNames.camel(parser.text());
      boolean isInlineData = name.equals("inlineData");
      isInline |= isInlineData;
      files += isInlineData || name.equals("fileData") ? 1 : 0;
    }
  }
}
