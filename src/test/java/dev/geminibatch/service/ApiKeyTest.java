package dev.geminibatch.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.geminibatch.io.UsageException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ApiKeyTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "some-key.1_2",
        "  some-key.1_2\r\n",
        "\"some-key.1_2\"",
        "'some-key.1_2'\n",
        "' some-key.1_2 '",
        "“some-key.1_2”",
        "„some-key.1_2“",
        "\uFEFFsome-key.1_2\n",
        "\uFEFF\"some-key.1_2\"\r\n\r\n",
        "\u200Bsome-key.1_2\u00A0",
        "GEMINI_API_KEY=some-key.1_2",
        "export GEMINI_API_KEY=\"some-key.1_2\"\n",
        "export GOOGLE_API_KEY='some-key.1_2';",
        "$env:GEMINI_API_KEY = \"some-key.1_2\"",
        "set GEMINI_API_KEY=some-key.1_2\r\n",
        "gemini.api-key: some-key.1_2",
        "# my key\n\nsome-key.1_2\n",
        "OTHER=x\nGEMINI_API_KEY=some-key.1_2\nMORE=y\n",
      })
  void a_key_is_read_as_people_paste_it(String text) {
    assertThat(ApiKey.of(text, "the test").reveal()).isEqualTo("some-key.1_2");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"secret|quote on one side",
        "secret”|quote on one side",
        "sec ret|space",
        "secrét|non-ASCII",
        "${SECRET}|placeholder",
        "$SECRET|placeholder",
        "<secret>|placeholder",
        "%SECRET%|placeholder",
        "{\"key\":\"secret\"}|placeholder",
        "export GEMINI_API_KEY=secret # mine|space",
        "\"\"|is empty",
        "GEMINI_API_KEY=|is empty",
      })
  void what_is_not_a_key_is_refused_without_being_shown(String text, String reason) {
    assertThatThrownBy(() -> ApiKey.of(text, "GEMINI_API_KEY"))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith("The API key from GEMINI_API_KEY ")
        .hasMessageContaining(reason)
        .message()
        .doesNotContainIgnoringCase("secr");
  }
}
