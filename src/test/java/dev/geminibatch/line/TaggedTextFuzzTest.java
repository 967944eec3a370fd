package dev.geminibatch.line;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import dev.geminibatch.line.TaggedText.BadTag;
import dev.geminibatch.line.TaggedText.Piece;
import java.io.CharConversionException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;

/** Any text between the quotes of a JSON string, escapes and all. */
@Tag("fuzz")
@Timeout(10)
class TaggedTextFuzzTest {
  private static final ObjectReader JACKSON =
      new ObjectMapper().reader().with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  /** Below what any limit of a tag or a line says. */
  private static final int SURELY_ALLOWED = 100;

  @FuzzTest
  void the_tags_are_those_of_the_decoded_text_and_the_text_around_them_stays(byte[] inside)
      throws IOException {
    byte[] line = ('"' + new String(inside, UTF_8) + '"').getBytes(UTF_8);
    String text;
    try {
      text = JACKSON.readValue(line, String.class);
    } catch (JsonProcessingException | CharConversionException e) {
      return; // the scanner finds no such string in a line
    }
    try {
      assertThat(cut(line)).isEqualTo(expected(text)).isEqualTo(cut(line));
      assertThat(expected(text).isEmpty() || TaggedText.mayHaveTags(line)).isTrue();
    } catch (BadTag e) {
      assertThat(e.getMessage()).isNotBlank();
      assertThat(expected(text) == null || text.length() > SURELY_ALLOWED).as(text).isTrue();
    }
  }

  /** Pieces of text as they are, and paths in angle brackets. */
  private static List<String> cut(byte[] line) throws IOException, BadTag {
    List<String> cut = new ArrayList<>();
    int at = 1;
    for (Piece piece : TaggedText.cut(line, 1, line.length - 1)) {
      assertThat(piece.start()).isEqualTo(at);
      at = piece.end();
      String inside = new String(line, piece.start(), piece.end() - piece.start(), UTF_8);
      String text = JACKSON.readValue('"' + inside + '"', String.class);
      cut.add(piece.path() == null ? text : "<" + piece.path() + ">");
    }
    assertThat(cut.isEmpty() || at == line.length - 1).isTrue();
    return cut;
  }

  /** Null for a tag that is not closed or names nothing. */
  private static List<String> expected(String text) {
    List<String> cut = new ArrayList<>();
    int from = 0;
    int opening;
    while ((opening = text.indexOf("[[FILE:", from)) >= 0) {
      int closing = text.indexOf("]]", opening + 7);
      if (closing < 0 || text.substring(opening + 7, closing).isBlank()) {
        return null;
      }
      if (opening > from) {
        cut.add(text.substring(from, opening));
      }
      cut.add("<" + text.substring(opening + 7, closing).strip() + ">");
      from = closing + 2;
    }
    if (!cut.isEmpty() && from < text.length()) {
      cut.add(text.substring(from));
    }
    return cut;
  }
}
