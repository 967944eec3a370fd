package dev.geminibatch.line;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Jackson's parser is the measure: the same tokens with the same texts, or both refuse. */
class JsonScannerTest {
  private static final JsonFactory JACKSON = new JsonFactory();
  private static final String REFUSED = "refused";

  private static final List<String> LINES =
      List.of(
          "\uFEFF{\"key\":\"after a byte order mark\"}",
          "{\"key\":\"a\",\"request\":{\"contents\":[{\"parts\":[{\"text\":\"größer 日本語 😀\"}]}]}}",
          "{\"key\" : -12.5e+3 , \"a\":[ ],\"b\":{ },\"c\":[true,false,null,0,-0,1E5,10.25]}",
          "{\"text\":\"\\\"quoted\\\" \\\\ \\/ \\b\\f\\n\\r\\t \\u00e9\\ud83d\\ude00\",\"\\u006bey\":1}",
          "[[[[{\"a\":[{\"b\":[[],{}]}]}]]],\"a text that is longer than eight bytes\"]",
          "{\"generationConfig\":{\"temperature\":0.2,\"maxOutputTokens\":256},\"x\":\"\"}");

  @Test
  void reads_what_jackson_reads() {
    for (String line : LINES) {
      assertThat(scanned(line.getBytes(UTF_8))).isEqualTo(parsed(line.getBytes(UTF_8)));
    }
  }

  @Test
  void refuses_what_jackson_refuses() {
    byte[] odd = "{}[]:,\"\\u0019-+.eEtfn \t\u00e9/xa\u0001".getBytes(UTF_8);
    Random random = new Random(7);
    int refused = 0;
    for (int round = 0; round < 200_000; round++) {
      byte[] line = LINES.get(random.nextInt(LINES.size())).getBytes(UTF_8);
      for (int changes = 1 + random.nextInt(2); changes > 0; changes--) {
        line[random.nextInt(line.length)] = odd[random.nextInt(odd.length)];
      }
      if (random.nextInt(4) == 0) {
        line = java.util.Arrays.copyOf(line, random.nextInt(line.length));
      }
      List<String> scanned = scanned(line);
      refused += scanned.contains(REFUSED) ? 1 : 0;
      assertThat(scanned).as(new String(line, UTF_8)).isEqualTo(parsed(line));
    }
    assertThat(refused).as("rounds that say something").isBetween(50_000, 190_000);
  }

  @Test
  void goes_as_deep_as_jackson() {
    for (int depth : new int[] {999, 1000, 1001, 100_000}) {
      byte[] line = ("[".repeat(depth) + "]".repeat(depth)).getBytes(UTF_8);
      assertThat(scanned(line).contains(REFUSED)).isEqualTo(parsed(line).contains(REFUSED));
    }
  }

  @Test
  void a_value_that_is_passed_over_ends_where_it_ends() throws IOException {
    byte[] line = "{\"a\":{\"b\":[1,{\"c\":\"]}\"}]},\"d\":2}".getBytes(UTF_8);
    JsonScanner scanner = new JsonScanner(line);
    scanner.nextToken();
    scanner.nextToken();
    scanner.nextToken();

    int from = scanner.start();
    assertThat(new String(line, from, scanner.skipValue() - from, UTF_8))
        .isEqualTo("{\"b\":[1,{\"c\":\"]}\"}]}");
    assertThat(scanner.nextToken()).isEqualTo(JsonToken.FIELD_NAME);
    assertThat(scanner.text()).isEqualTo("d");
  }

  private static List<String> scanned(byte[] line) {
    List<String> tokens = new ArrayList<>();
    JsonScanner scanner = new JsonScanner(line);
    try {
      for (JsonToken token = scanner.nextToken(); token != null; token = scanner.nextToken()) {
        boolean hasText = token == JsonToken.FIELD_NAME || token.isScalarValue();
        boolean isWord = token.isBoolean() || token == JsonToken.VALUE_NULL;
        tokens.add(
            token + " at " + scanner.start() + (hasText && !isWord ? " " + scanner.text() : ""));
      }
    } catch (IOException e) {
      return List.of(REFUSED);
    }
    return tokens;
  }

  private static List<String> parsed(byte[] line) {
    List<String> tokens = new ArrayList<>();
    try (JsonParser parser = JACKSON.createParser(line)) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        boolean hasText = token == JsonToken.FIELD_NAME || token.isScalarValue();
        boolean isWord = token.isBoolean() || token == JsonToken.VALUE_NULL;
        long at = parser.currentTokenLocation().getByteOffset();
        tokens.add(token + " at " + at + (hasText && !isWord ? " " + parser.getText() : ""));
      }
    } catch (IOException e) {
      return List.of(REFUSED);
    }
    return tokens;
  }
}
