package dev.geminibatch.line;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import dev.geminibatch.testkit.ScratchFolder;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;

/** Any bytes as a file that may be a list, or values over several lines. */
@Tag("fuzz")
@Timeout(10)
class JsonSequenceFuzzTest {
  private static final ObjectReader JACKSON =
      new ObjectMapper().reader().with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private static ScratchFolder folder;

  @BeforeAll
  static void open() throws IOException {
    folder = new ScratchFolder();
  }

  @AfterAll
  static void close() throws IOException {
    folder.close();
  }

  @FuzzTest
  void the_values_of_a_list_become_lines_each_and_all_of_them(byte[] content) throws IOException {
    Path file = Files.write(folder.path().resolve("x.json"), content);
    OptionalInt wrapper;
    byte[] lines;
    long count;
    try {
      wrapper = FileBeginning.sequence(file);
      if (wrapper.isEmpty()) {
        return;
      }
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      count =
          JsonSequence.write(
              new ByteArrayInputStream(content), out, wrapper.getAsInt(), read -> {});
      lines = out.toByteArray();
    } catch (BadFile e) {
      assertThat(e.getMessage()).isNotBlank();
      return;
    }

    List<byte[]> values = new ArrayList<>();
    Path written = Files.write(folder.path().resolve("x.jsonl"), lines);
    try (LineReader reader = LineReader.open(written, 1 << 20)) {
      reader.forEachRemaining(line -> values.add(line.bytes()));
    }
    assertThat(values).hasSize((int) count);
    JsonNode whole = wrapper.getAsInt() > 0 ? null : json(content);
    if (whole != null && whole.isArray()) {
      assertThat(values).hasSize(whole.size());
      for (int i = 0; i < whole.size(); i++) {
        assertThat(json(values.get(i))).isEqualTo(whole.get(i));
      }
    }
  }

  /** Null for what Jackson does not read as one value. */
  private static JsonNode json(byte[] bytes) {
    try {
      return JACKSON.readTree(bytes);
    } catch (IOException e) {
      return null;
    }
  }
}
