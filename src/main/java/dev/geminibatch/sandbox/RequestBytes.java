package dev.geminibatch.sandbox;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Arrays;

/** The value of a line's field "request", byte for byte. */
final class RequestBytes {
  private static final JsonFactory FACTORY = new JsonFactory();

  private RequestBytes() {}

  static byte[] of(byte[] line) throws IOException {
    try (JsonParser parser = FACTORY.createParser(line)) {
      parser.nextToken();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        parser.nextToken();
        int start = (int) parser.currentTokenLocation().getByteOffset();
        parser.skipChildren();
        if (name.equals("request")) {
          return Arrays.copyOfRange(line, start, (int) parser.currentLocation().getByteOffset());
        }
      }
    }
    return new byte[0];
  }
}
