package dev.geminibatch.line;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;

/**
 * Jackson for texts of any length: a line may hold a file in base64, and by itself Jackson takes 20
 * million characters.
 */
public final class LargeJson {
  public static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build())
          .build();

  private LargeJson() {}
}
