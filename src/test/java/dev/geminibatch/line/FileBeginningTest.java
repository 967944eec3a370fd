package dev.geminibatch.line;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FileBeginningTest {
  private static final String LINE = "{\"key\":\"a\",\"request\":{\"contents\":\"T\"}}\n";

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[{\"key\":\"a\"}]",
        "{\"requests\":[{\"contents\":\"x\"}]}",
        "\uFEFF{\n  \"inlined_requests\": [\n]}",
        "\n \t[\n{\"key\":\"a\"}\n]",
        "\uFEFF[]",
        "{\n  \"key\": \"a\"\n}\n{\n  \"key\": \"b\"\n}\n",
        "{ \"key\": \"a\",\r\n\"request\": {}\r\n}",
        "{\n\"key\": \"a\"\n} {\"key\":\"b\"}",
        "{\"key\":\"a\"}\r{\"key\":\"b\"}\r",
      })
  void a_list_and_requests_over_several_lines_are_no_lines(String file) throws Exception {
    assertThat(isSequence(file.getBytes(UTF_8))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "\n\n",
        LINE + LINE,
        "{\"model\":\"m\",\"requests\":[]}\n",
        "\uFEFF" + LINE,
        "{\"key\":\"cut\",\"request\":{\"contents\":[\n" + LINE + LINE,
        "{\"key\":\"cut\n" + LINE,
        "{bad}\n" + LINE,
        LINE + "{\n\"key\":\"b\"\n}\n",
        "{\"a\":1} {\"b\":2}\n" + LINE,
        "{\"a\":1}}\n" + LINE,
        "{\"a\":\r\"one line\"}\n",
        "{\"a\":1}\r\n{\"b\":2}\r\n",
        "not JSON",
      })
  void lines_are_lines_whatever_is_wrong_with_one_of_them(String file) throws Exception {
    assertThat(isSequence(file.getBytes(UTF_8))).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "UTF-16LE, UTF-16LE",
    "UTF-16BE, UTF-16BE",
    "UTF-16, UTF-16",
    "UTF-32LE, UTF-32LE",
    "UTF-32BE, UTF-32BE",
    "windows-1255, windows-1255",
    "IBM862, CP862",
    "windows-1251, windows-1251",
  })
  void a_file_of_another_encoding_is_named_once_with_what_to_do(String charset, String name) {
    String text = charset.endsWith("1251") ? "Переведи это слово" : "תרגם את המילה הזאת";
    byte[] file = LINE.replace("T", text).repeat(5).getBytes(Charset.forName(charset));

    assertThatThrownBy(() -> isSequence(file))
        .isInstanceOf(BadFile.class)
        .hasMessageContaining("iconv -f " + name + " -t UTF-8");
  }

  @Test
  void a_byte_order_mark_of_utf16_is_believed_whatever_follows() throws Exception {
    byte[] file = {(byte) 0xFF, (byte) 0xFE, (byte) 0xD0, 5};

    assertThatThrownBy(() -> isSequence(file)).hasMessageContaining("The file is UTF-16,");
  }

  @Test
  void accents_of_western_europe_are_windows_1252() {
    byte[] file =
        LINE.replace("T", "Übersetze das schöne Wörtchen")
            .repeat(3)
            .getBytes(Charset.forName("windows-1252"));

    assertThatThrownBy(() -> isSequence(file)).hasMessageContaining("iconv -f windows-1252");
  }

  @Test
  void a_damaged_line_among_good_ones_is_not_the_whole_file() throws Exception {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.writeBytes(LINE.replace("T", "תרגם").getBytes(Charset.forName("windows-1255")));
    file.writeBytes(LINE.replace("T", "תרגם").repeat(2).getBytes(UTF_8));

    assertThat(isSequence(file.toByteArray())).isFalse();
  }

  @Test
  void zero_bytes_after_lines_are_a_matter_of_the_last_line() throws Exception {
    assertThat(isSequence((LINE + "\0".repeat(5000)).getBytes(UTF_8))).isFalse();
    assertThat(isSequence((LINE + "\0").getBytes(UTF_8))).isFalse();
  }

  @Test
  void a_file_that_begins_with_zero_bytes_was_not_copied() {
    assertThatThrownBy(() -> isSequence(new byte[4096]))
        .isInstanceOf(BadFile.class)
        .hasMessageContaining("zero bytes");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          <!DOCTYPE html><html></html> | HTML
          version https://git-lfs.github.com/spec/v1 | Git LFS
          "{""key"":""a""}" | CSV
          %PDF-1.7 | PDF
          """)
  void a_file_of_another_kind_is_named_as_what_it_is(String file, String kind) {
    assertThatThrownBy(() -> isSequence(file.getBytes(UTF_8)))
        .isInstanceOf(BadFile.class)
        .hasMessageContaining(kind);
  }

  @Test
  void a_packed_file_is_named_as_what_it_is() {
    assertThatThrownBy(() -> isSequence(new byte[] {'P', 'K', 3, 4, 0, 0, 8, 0, 1, 2, 3, 4}))
        .hasMessageContaining("Excel");
    assertThatThrownBy(() -> isSequence(new byte[] {0x1F, (byte) 0x8B, 8, 0, 1, 2, 3, 4}))
        .hasMessageContaining("name it x.jsonl.gz");
  }

  private boolean isSequence(byte[] file) throws IOException, BadFile {
    return FileBeginning.sequence(Files.write(folder.resolve("x.jsonl"), file)).isPresent();
  }
}
