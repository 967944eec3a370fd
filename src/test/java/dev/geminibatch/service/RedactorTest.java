package dev.geminibatch.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The secrets are of this test alone: those that are hidden stay hidden for others, too. */
class RedactorTest {
  private static void hide(String key) {
    Redactor.hide(ApiKey.of(key, "a test"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "long-key-of-redactor-test",
        "with.regex$1\\E(chars)[a-z]*",
        "with/+slashes==and&amp;",
        "quote\"inside\\backslash",
      })
  void a_long_key_goes_wherever_it_stands_and_however_it_is_spelt(String key) {
    hide(key);
    String encoded = URLEncoder.encode(key, StandardCharsets.UTF_8);
    String base64 = Base64.getEncoder().encodeToString(key.getBytes(StandardCharsets.UTF_8));

    assertThat(Redactor.redact("x" + key + "y")).isEqualTo("x[key]y");
    assertThat(Redactor.redact("?key=" + encoded + "&x=1")).isEqualTo("?key=[key]&x=1");
    assertThat(Redactor.redact("Basic " + base64)).startsWith("Basic [key]").doesNotContain(base64);
    assertThat(
            Redactor.redact("{\"k\":\"" + key.replace("\\", "\\\\").replace("\"", "\\\"") + "\"}"))
        .isEqualTo("{\"k\":\"[key]\"}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "API key not valid: ~.",
        "Consumer 'api_key:~' has been suspended",
        "x-goog-api-key: ~",
        "https://host/v1beta/files?key=~&pageSize=1",
        "https://host/v1beta/files?x=1&key=~",
        "{\"api_key\": \"~\"}",
        "{\\\"apiKey\\\":\\\"~\\\"}",
        "GEMINI_API_KEY=~",
        "The key '~' is refused",
        "Authorization: Bearer ~",
      })
  void a_short_key_goes_where_a_key_can_stand(String text) {
    for (String key : new String[] {"z", "qwx", "qwertz", "q-1", "q.7+x"}) {
      hide(key);
      assertThat(Redactor.redact(text.replace("~", key))).isEqualTo(text.replace("~", "[key]"));
    }
  }

  @Test
  void a_short_key_that_is_no_word_goes_where_it_stands_alone() {
    hide("zq7-x");
    assertThat(Redactor.redact("refused (zq7-x), see zq7-x."))
        .isEqualTo("refused ([key]), see [key].");
  }

  @Test
  void a_short_key_does_not_shred_other_texts() {
    hide("z");
    hide("zest");
    hide("zt1");
    String text =
        "zest.jsonl: 3 of 3 requests answered; see /out/zest-batch-results.jsonl, zt1.jsonl, line z";
    assertThat(Redactor.redact(text)).isEqualTo(text);
    assertThat(Redactor.redact("{\"input\":\"/in/zt1/zest\",\"zest\":\"z\"}"))
        .isEqualTo("{\"input\":\"/in/zt1/zest\",\"zest\":\"z\"}");
  }

  @Test
  void a_key_that_is_a_part_of_another_leaves_nothing_of_it() {
    hide("first-part-of-it");
    hide("first-part-of-it-and-more");
    assertThat(Redactor.redact("a first-part-of-it-and-more b")).isEqualTo("a [key] b");
  }

  @Test
  void a_proxy_s_password_goes_as_it_is_typed_and_as_its_header_has_it() {
    String base64 =
        Base64.getEncoder().encodeToString("jo:p%ss w/rd".getBytes(StandardCharsets.UTF_8));
    new ProxyServer.Login("jo", "p%ss w/rd");
    assertThat(
            Redactor.redact(
                "Proxy-Authorization: Basic " + base64 + ", http://jo:p%25ss%20w%2frd@h"))
        .doesNotContain(base64)
        .doesNotContain("ss%20w")
        .contains("jo:[key]@h");
    assertThat(Redactor.redact("as p%ss w/rd says")).isEqualTo("as [key] says");
  }

  @Test
  void a_key_across_the_end_of_a_shortened_text_is_not_left_in_half() {
    hide("key-at-the-end-of-a-text");
    assertThat(Redactor.shortened("x".repeat(90) + "key-at-the-end-of-a-text", 100))
        .isEqualTo("x".repeat(90) + "[key]");
  }
}
