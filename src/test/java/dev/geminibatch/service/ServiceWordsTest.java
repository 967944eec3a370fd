package dev.geminibatch.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.geminibatch.service.ServiceWords.RefusedLine;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The wordings of the service that count. */
class ServiceWordsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "2=bad | Error on line 2: bad",
        "2=bad, 4=worse | Error on line 2: bad\\nError on line 4: worse",
        "2=bad, 4=bad | - Error on line 2: bad\\n- Error on line 4: bad",
        "2=x, 3=y | 1) Error on line 2: x\\n2) Error on line 3: y",
        "2=x, 3=y | [Error on line 2: x, Error on line 3: y]",
        "2=x, 3=y | The file has errors. Error on line 2: x; Error on line 3: y",
        "2=bad, 4=bad | Errors on lines 2, 4: bad",
        "2=bad, 4=bad | Errors on lines 2 and 4: bad",
        "2=bad, 3=bad, 4=bad | Errors on lines 2-4: bad",
        "2=bad | Error on line #2: bad",
        "2=bad | Error on line: 2 - bad",
        "2=bad | Error processing line 2: bad",
        "2=near column 3 | Invalid JSON on line 2, near column 3",
        "1000=x | Error on line 1,000: x"
      })
  void lines_are_known_however_they_are_listed(String expected, String message) {
    assertThat(refused(message, 2000)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Error on line 0: x",
        "Error on line 7: x",
        "Invalid value at 'contents': \"Error on line 2: x\"",
        "The prompt says error on line 2"
      })
  void what_is_only_quoted_or_is_not_there_is_no_line(String message) {
    assertThat(refused(message, 5)).isEmpty();
  }

  private static String refused(String message, long lines) {
    List<RefusedLine> found = ServiceWords.refusedLines(message.replace("\\n", "\n"), lines);
    return found.stream()
        .map(each -> each.line() + "=" + each.message())
        .collect(Collectors.joining(", "));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "file ",
        "files/ ",
        "the file x ",
        "expired ",
        "denied on resource ",
        "\"",
        "'a ",
        "`x",
        "Error on line 1: ",
        "Error on line 1,",
        "error on line ",
        ";",
        "; ",
        " ",
        "\t",
        "1-9,",
        "- "
      })
  @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void a_message_as_long_as_a_book_is_understood_in_no_time(String piece) {
    for (String start : List.of("", "Error on line 1: x", "Errors on lines 1")) {
      String message = start + piece.repeat((1 << 19) / piece.length());

      ServiceWords.isDeadFile(message);
      ServiceWords.namesThing(message);
      ServiceWords.namesLines(message);
      ServiceWords.isAboutAccount(message);
      ServiceWords.isAboutKey(message);
      ServiceWords.isSurelyAboutKey(message);
      ServiceWords.refusedLines(message, 10);
      ServiceWords.fileIds(message);
    }
  }

  @Test
  @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void the_same_range_a_hundred_thousand_times_is_one() {
    String message = "Error on lines 1-999999999: x\n".repeat(100_000);

    assertThat(ServiceWords.refusedLines(message, 1_000_000)).hasSize(1_000_000);
  }

  @Test
  void words_that_are_quoted_from_a_request_are_not_about_the_account() {
    assertThat(ServiceWords.isAboutAccount("Invalid value: \"check the billing account\""))
        .isFalse();
    assertThat(ServiceWords.isAboutKey("Invalid value at 'x': \"API key test\"")).isFalse();
    assertThat(ServiceWords.isAboutAccount("Your project's billing account is closed")).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        " ",
        ".",
        "1",
        "1,",
        "1. ",
        "file ",
        "files/",
        "batch is ",
        "expired ",
        "error on line 1: ",
        "error on line 1 ) ",
        "error on lines 1-1000, ",
        "lines ",
        "'",
        "\"`",
        "https://",
        "denied on resource ",
        "permission to access "
      })
  void a_message_is_read_in_a_time_that_its_length_alone_decides(String piece) {
    String repeated = piece.repeat(300_000 / piece.length());
    for (String message :
        List.of(repeated, "error on line 1:" + repeated + "x", "file " + repeated)) {
      assertTimeoutPreemptively(
          Duration.ofSeconds(10),
          () -> {
            ServiceWords.isDeadFile(message);
            ServiceWords.fileIds(message);
            ServiceWords.namesThing(message);
            ServiceWords.refusedLines(message, 100_000);
            ErrorClassifier.kind(403, "", List.of(), message);
            ErrorClassifier.isAccount(3, message);
          });
    }
  }

  @Test
  void ranges_that_name_the_same_lines_again_are_not_followed_for_ever() {
    String message = "Errors on lines 1" + "-1000000, 1".repeat(20_000) + ": bad";

    List<RefusedLine> refused =
        assertTimeoutPreemptively(
            Duration.ofSeconds(10), () -> ServiceWords.refusedLines(message, 1_000_000));

    assertThat(refused).hasSize(1_000_000);
  }
}
