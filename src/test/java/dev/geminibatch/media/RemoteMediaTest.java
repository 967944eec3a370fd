package dev.geminibatch.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.geminibatch.line.ProblemCode;
import dev.geminibatch.media.RemoteMedia.Answer;
import dev.geminibatch.sandbox.MovableClock;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RemoteMediaTest {
  @TempDir Path folder;
  private final Map<URI, Answer> answers = new HashMap<>();
  private final MovableClock clock = new MovableClock(Clock.systemUTC());
  private RemoteMedia media;

  @BeforeEach
  void open() {
    media =
        new RemoteMedia(
            new RemoteHosts(List.of("example.com", "*.example.org")),
            10,
            Duration.ofMinutes(1),
            folder,
            clock);
    media.use(answers::get);
  }

  @ParameterizedTest
  @ValueSource(strings = {"https://example.com/a", "https://img.example.org:443/a"})
  void a_file_on_an_allowed_host_is_fetched(String address) throws Exception {
    found(address);

    assertThat(media.fetch(address)).hasContent("content");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://example.com/a",
        "https://other.com/a",
        "https://example.org/a",
        "https://example.com.evil.net/a",
        "https://example.com:8443/a",
        "https://example.com@evil.net/a",
        "https://evil.net#@example.com/a",
        "file:///etc/passwd",
        "ftp://example.com/a"
      })
  void anything_else_is_not_asked_for(String address) {
    assertThatThrownBy(() -> media.fetch(address))
        .isInstanceOfSatisfying(
            MediaProblem.class, e -> assertThat(e.code()).isEqualTo(ProblemCode.FILE_REMOTE));
  }

  @Test
  void a_redirect_is_followed_on_the_same_host_only() throws Exception {
    redirect("https://example.com/a", "/b");
    found("https://example.com/b");
    redirect("https://example.com/c", "https://img.example.org/b");
    redirect("https://example.com/d", "http://example.com/b");
    redirect("https://example.com/e", "/e");
    redirect("https://example.com/f", "https:x");
    redirect("https://example.com/g", "mailto:x");
    redirect("https://example.com/h", ":%%");

    assertThat(media.fetch("https://example.com/a")).hasContent("content");
    for (String address : List.of("c", "d", "e", "f", "g", "h")) {
      assertThatThrownBy(() -> media.fetch("https://example.com/" + address))
          .isInstanceOf(MediaProblem.class);
    }
  }

  @Test
  void a_file_that_is_not_there_is_missing() {
    answers.put(
        URI.create("https://example.com/a"), new Answer(404, Optional.empty(), Optional.empty()));

    assertThatThrownBy(() -> media.fetch("https://example.com/a"))
        .hasMessageContaining("the host answers with 404");
  }

  @Test
  void what_is_too_large_is_given_up_and_not_kept() throws IOException {
    assertThatThrownBy(() -> media.store(new ByteArrayInputStream(new byte[11])))
        .hasMessage("it has more than 10 bytes");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void what_takes_too_long_is_given_up() {
    ByteArrayInputStream slow =
        new ByteArrayInputStream(new byte[5]) {
          @Override
          public int read(byte[] target) {
            clock.forward(Duration.ofMinutes(2));
            return super.read(target, 0, 1);
          }
        };

    assertThatThrownBy(() -> media.store(slow)).hasMessage("it takes longer than 60 s");
  }

  private void found(String address) throws IOException {
    Path file = Files.writeString(folder.resolve("stored"), "content");
    answers.put(URI.create(address), new Answer(200, Optional.empty(), Optional.of(file)));
  }

  private void redirect(String from, String to) {
    answers.put(URI.create(from), new Answer(302, Optional.of(to), Optional.empty()));
  }
}
