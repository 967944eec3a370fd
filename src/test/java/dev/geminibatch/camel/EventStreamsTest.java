package dev.geminibatch.camel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.window.Window;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pages that are told of changes. */
@Tag("camel")
class EventStreamsTest {
  @TempDir private Path folder;
  private final HttpClient client = HttpClient.newHttpClient();
  private ServedWindow window;

  @BeforeEach
  void start() throws IOException {
    window = new ServedWindow(folder);
  }

  @AfterEach
  void stop() throws IOException {
    window.close();
  }

  private HttpResponse<InputStream> stream(String token) throws IOException, InterruptedException {
    return client.send(
        window.request(Window.CHANGES, token).build(), HttpResponse.BodyHandlers.ofInputStream());
  }

  @Test
  void a_stream_says_when_something_has_changed() throws Exception {
    HttpResponse<Stream<String>> stream =
        client.send(
            window.request(Window.CHANGES, ServedWindow.READ_TOKEN).build(),
            HttpResponse.BodyHandlers.ofLines());
    assertThat(stream.headers().firstValue("Content-Type")).hasValue("text/event-stream");
    try (Stream<String> lines = stream.body()) {
      Iterator<String> states = lines.filter(line -> line.startsWith("data: ")).iterator();
      String before = states.next();

      window.fixture().dropped("a.jsonl");

      String now;
      do {
        now = states.next();
      } while (now.equals(before));
      assertThat(now).isNotEqualTo(before);
    }
  }

  @Test
  void as_many_streams_as_there_are_places_are_open_at_once() throws Exception {
    List<InputStream> open = new ArrayList<>();
    try {
      for (int i = 0; i < EventStreams.MOST; i++) {
        HttpResponse<InputStream> stream = stream(ServedWindow.READ_TOKEN);
        assertThat(stream.statusCode()).isEqualTo(200);
        open.add(stream.body());
      }

      HttpResponse<InputStream> tooMany = stream(ServedWindow.READ_TOKEN);
      assertThat(tooMany.statusCode()).isEqualTo(503);
      tooMany.body().close();
      // None of them was closed for another one.
      for (InputStream each : open) {
        assertThat(each.read()).isEqualTo('r');
      }
    } finally {
      for (InputStream each : open) {
        each.close();
      }
    }
  }

  @Test
  void nobody_is_told_of_anything_without_a_token() throws Exception {
    assertThat(stream("wrong").statusCode()).isEqualTo(401);
  }
}
