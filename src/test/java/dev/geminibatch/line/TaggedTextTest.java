package dev.geminibatch.line;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.geminibatch.line.TaggedText.BadTag;
import dev.geminibatch.line.TaggedText.Piece;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TaggedTextTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final String BAD = "bad tag";

  private static final List<String> SCRAPS =
      List.of(
          "[",
          "[[",
          "]",
          "]]",
          "[[F",
          "[[FILE:",
          "FILE:",
          "a.png",
          "\\u005b",
          "\\u005B\\u005b",
          "\\u0046ILE:",
          "\\\\",
          "\\n",
          "\\\"",
          "ü",
          "日本",
          "😀",
          "\\ud83d\\ude00",
          " ",
          "[[FILE:b c]]");

  @Test
  void finds_the_tags_that_are_in_the_decoded_text() throws IOException {
    Random random = new Random(3);
    int tags = 0;
    for (int round = 0; round < 100_000; round++) {
      StringBuilder json = new StringBuilder("\"");
      for (int scraps = random.nextInt(9); scraps > 0; scraps--) {
        json.append(SCRAPS.get(random.nextInt(SCRAPS.size())));
      }
      json.append('"');
      List<String> cut = cut(json.toString());
      tags += cut.size() > 1 ? 1 : 0;
      assertThat(cut)
          .as(json.toString())
          .isEqualTo(plainly(MAPPER.readValue(json.toString(), String.class)));
    }
    assertThat(tags).isGreaterThan(10_000);
  }

  /** Pieces of text as they are, and paths in angle brackets. */
  private static List<String> cut(String json) throws IOException {
    byte[] line = json.getBytes(UTF_8);
    List<String> cut = new ArrayList<>();
    try {
      for (Piece piece : TaggedText.cut(line, 1, line.length - 1)) {
        String inside = new String(line, piece.start(), piece.end() - piece.start(), UTF_8);
        String text = MAPPER.readValue('"' + inside + '"', String.class);
        cut.add(piece.path() == null ? text : "<" + piece.path() + ">");
      }
      return cut;
    } catch (BadTag e) {
      return List.of(BAD);
    }
  }

  private static List<String> plainly(String text) {
    List<String> cut = new ArrayList<>();
    int from = 0;
    int opening;
    while ((opening = text.indexOf("[[FILE:", from)) >= 0) {
      int closing = text.indexOf("]]", opening + 7);
      if (closing < 0 || text.substring(opening + 7, closing).isBlank()) {
        return List.of(BAD);
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
