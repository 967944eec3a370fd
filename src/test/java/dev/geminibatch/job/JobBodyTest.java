package dev.geminibatch.job;

import static dev.geminibatch.testkit.Samples.extraction;
import static dev.geminibatch.testkit.Samples.nativeLine;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.geminibatch.line.BatchRequest;
import dev.geminibatch.line.FileReference;
import dev.geminibatch.line.FileTag;
import dev.geminibatch.line.LineReader;
import dev.geminibatch.line.RequestReader;
import dev.geminibatch.line.WireLine;
import dev.geminibatch.service.Content;
import dev.geminibatch.testkit.WrittenLines;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JobBodyTest {
  private static final int ONE_PART = 8 + 8 + 4;
  private static final int END = 8;
  private static final Function<FileTag, FileReference> REFERENCES =
      tag -> new FileReference("uri:" + tag.path(), "image/png");

  @TempDir Path folder;
  private final WrittenLines expected = new WrittenLines();

  @Test
  void lines_that_the_service_takes_as_they_are_make_one_part() throws IOException {
    String spaced =
        "{\"request\": {\"contents\": [{\"parts\": [{\"text\": \"t\"}]}]}, \"key\": \"c\", \"x\": 1}";
    String input = nativeLine("a", "1") + "\n" + nativeLine("b", "2") + "\n" + spaced + "\n";

    assertThat(read(body(input))).isEqualTo(input);
    assertThat(Files.size(folder.resolve("body"))).isEqualTo(ONE_PART + "\n".length() + END);
  }

  @Test
  void all_others_are_put_together_from_pieces() throws IOException {
    String quoting =
        "{\"key\":\"q\",\"line\":1,\"stage\":\"s\",\"code\":\"c\",\"message\":\"m\","
            + "\"retryable\":true,\"request\":%s}";
    String[] lines = {
      "\uFEFF" + nativeLine("mark", "1"),
      nativeLine("return", "2") + "\r",
      "",
      extraction("tag", "page.jpg"),
      nativeLine("alone", "3"),
      "\uFEFF" + nativeLine("mark of a joined file", "1"),
      " " + nativeLine("blanks", "1") + " \r",
      "{\"request\":{\"contents\":[\"bare\"]}}",
      "{\"key\":7,\"request\":{\"contents\":[\"number\"]},\"extra\":[1]}",
      quoting.formatted(nativeLine("quoted", "4")),
      quoting.formatted(WireLine.quote(nativeLine("as text", "5"))),
      "{\"key\":\"twice\",\"key\":\"b\",\"request\":{\"contents\":[{\"parts\":[{\"text\":\"t\"}]}]}}",
      "{\"key\":null,\"key\":\"c\",\"request\":{\"contents\":[{\"parts\":[{\"text\":\"t\"}]}]}}",
      nativeLine("last", "without a line end"),
    };
    Content body = body(String.join("\n", lines));

    assertThat(expected.toString().lines())
        .hasSize(13)
        .allMatch(line -> line.startsWith("{") && line.endsWith("}") && !line.contains("null"));
    assertThat(body.size()).isEqualTo(expected.size());
    assertThat(read(body)).isEqualTo(expected.toString());
  }

  @Test
  void any_part_of_it_can_be_read_again() throws IOException {
    String input =
        IntStream.range(0, 3000)
            .mapToObj(
                i -> i % 3 == 0 ? extraction("k" + i, "p") : nativeLine("k" + i, "x".repeat(i)))
            .collect(Collectors.joining("\n"));
    Content body = body(input);
    String whole = expected.toString();

    try (Content.Reading reading = body.open()) {
      for (int from : new int[] {0, 2_500_000, 1_000_001, 2_000_000, 0}) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        reading.write(from, 300_000, out);
        assertThat(out.toString(UTF_8)).isEqualTo(whole.substring(from, from + 300_000));
      }
    }
  }

  @Test
  void a_reading_that_failed_can_go_on() throws IOException {
    Content body = body(extraction("a", "p") + "\n" + nativeLine("b", "x".repeat(300_000)));
    try (Content.Reading reading = body.open()) {
      for (int most = 1; most < 300_000; most += 50_001) {
        OutputStream broken = new BrokenOutput(most);
        assertThatThrownBy(() -> reading.write(0, body.size(), broken)).hasMessage("broken");

        ByteArrayOutputStream out = new ByteArrayOutputStream();
        reading.write(100, body.size() - 100, out);
        assertThat(out.toString(UTF_8)).isEqualTo(expected.toString().substring(100));
      }
    }
  }

  /** Takes so many bytes and no more. */
  private static final class BrokenOutput extends OutputStream {
    private int left;

    BrokenOutput(int most) {
      left = most;
    }

    @Override
    public void write(int b) throws IOException {
      if (left-- == 0) {
        throw new IOException("broken");
      }
    }
  }

  @Test
  void a_line_that_is_quoted_may_be_of_any_size() throws IOException {
    String large = nativeLine("large", "x".repeat(300_000));
    Content body =
        body(
            "{\"key\":\"large\",\"line\":1,\"stage\":\"s\",\"code\":\"c\",\"message\":\"m\","
                + "\"retryable\":true,\"request\":"
                + large
                + "}");

    assertThat(read(body)).isEqualTo(large + "\n");
  }

  @Test
  void an_input_that_became_shorter_is_an_error() throws IOException {
    Content body = body(nativeLine("a", "1") + "\n");
    Files.writeString(folder.resolve("input"), "{");

    assertThatThrownBy(() -> read(body))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("shorter");
  }

  /** What comes of the requests in an input; {@link #expected} gets the same in memory. */
  private Content body(String lines) throws IOException {
    Path input = Files.writeString(folder.resolve("input"), lines);
    RequestReader requests = new RequestReader();
    try (JobBodyWriter writer = new JobBodyWriter(folder.resolve("body"));
        LineReader reader = LineReader.open(input, Integer.MAX_VALUE)) {
      while (reader.hasNext()) {
        BatchRequest request = (BatchRequest) requests.read(reader.next());
        String key = request.key().wireJson();
        WireLine.write(request, key, REFERENCES, writer);
        WireLine.write(request, key, REFERENCES, expected);
      }
    }
    return new JobBody(folder.resolve("body"), input);
  }

  private static String read(Content content) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (Content.Reading reading = content.open()) {
      reading.write(0, content.size(), out);
    }
    return out.toString(UTF_8);
  }
}
