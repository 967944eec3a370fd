package dev.geminibatch.io;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The two spellings of a field. */
class FieldNamesTest {
  @ParameterizedTest
  @CsvSource({"name, name", "displayName, display_name", "topK, top_k", "fileUri, file_uri"})
  void a_name_has_two_spellings(String camel, String snake) {
    assertThat(FieldNames.snake(camel)).isEqualTo(snake);
    assertThat(FieldNames.camel(snake)).isEqualTo(camel);
    assertThat(FieldNames.camel(camel)).isEqualTo(camel);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "`{\"fileUri\":\"x\"}`",
        "`{\"file_uri\":\"x\"}`",
        "`{\"fileUri\":null,\"file_uri\":\"x\"}`"
      })
  void a_field_is_found_under_either(String json) throws Exception {
    assertThat(FieldNames.either(new ObjectMapper().readTree(json), "fileUri").asText())
        .isEqualTo("x");
  }

  @Test
  void null_is_as_good_as_no_field() throws Exception {
    String json = "{\"fileUri\":null,\"file_uri\":null}";

    assertThat(FieldNames.either(new ObjectMapper().readTree(json), "fileUri").isMissingNode())
        .isTrue();
    assertThat(FieldNames.either(new ObjectMapper().readTree("{}"), "fileUri").isMissingNode())
        .isTrue();
  }
}
