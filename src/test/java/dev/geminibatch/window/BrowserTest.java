package dev.geminibatch.window;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.geminibatch.sandbox.Sandbox;
import dev.geminibatch.testkit.Browser;
import dev.geminibatch.testkit.RealJar;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged program as a person sees it who has nothing but a browser. */
@Tag("process")
class BrowserTest {
  private static final Pattern ADDRESS = Pattern.compile("http://127\\.0\\.0\\.1:\\d+/");
  private static final int WIDE = 1280;
  private static final int NARROW = 500; // the least that Chromium's window has

  @TempDir private Path folder;
  private Browser browser;
  private Sandbox sandbox;
  private RealJar.Running daemon;
  private URI home;

  @BeforeEach
  void start() throws Exception {
    browser = Browser.start();
    sandbox = Sandbox.start(0, Duration.ofSeconds(2), Clock.systemUTC());
    daemon =
        new RealJar(folder, sandbox.baseUrl())
            .with("MANAGEMENT_ENABLED", "true")
            .with("MANAGEMENT_PORT", "0")
            .start()
            .says("The window is at");
    Matcher address = ADDRESS.matcher(Files.readString(daemon.err()));
    assertThat(address.find()).isTrue();
    home = URI.create(address.group());
  }

  @AfterEach
  void stop() throws Exception {
    if (browser != null) {
      browser.close();
    }
    if (daemon != null) {
      daemon.kill();
    }
    if (sandbox != null) {
      sandbox.close();
    }
  }

  private void jobTime(String time) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(sandbox.baseUrl().resolve("/sandbox/job-time"))
            .header("X-Sandbox", "1")
            .POST(HttpRequest.BodyPublishers.ofString(time))
            .build();
    assertThat(
            HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.discarding())
                .statusCode())
        .isLessThan(300);
  }

  private static String line(String key, String text) {
    return "{\"key\":\"%s\",\"request\":{\"contents\":[{\"parts\":[{\"text\":\"%s\"}]}]}}\n"
        .formatted(key, text);
  }

  /** A person chooses a file and presses a button. */
  private void drop(String name, String content) throws IOException {
    Path file =
        Files.writeString(Files.createDirectories(folder.resolve("desk")).resolve(name), content);
    browser.open(home.resolve("drop"));
    browser.find("input[type=file]").sendKeys(file.toString());
    browser.press("Drop it");
    await().until(() -> browser.address().getPath().startsWith("/runs/"));
  }

  private void awaitShown(String words) {
    await().untilAsserted(() -> assertThat(browser.text()).contains(words));
  }

  @Test
  void a_person_drops_a_file_sees_it_run_cancels_another_and_sends_failed_lines_again()
      throws Exception {
    drop("letters.jsonl", line("a", "<script>alert(1)</script>") + line("b", "[[FILE:gone.jpg]]"));

    // The page renews itself, without a reload.
    awaitShown("delivered: 1 answered, 1 without an answer");
    browser.isAccessible();
    browser.press("All lines");
    assertThat(browser.text()).contains("<script>alert(1)</script>", "gone.jpg");
    browser.isAccessible();

    jobTime("1h");
    drop("other.jsonl", line("c", "Hello"));
    String other = browser.address().getPath();
    browser.open(home);
    awaitShown("1 run is with the service");
    browser.press("other.jsonl");
    awaitShown("job 1 created");
    browser.press("Cancel");
    browser.isAccessible();
    browser.press("Cancel");
    awaitShown("is cancelled");
    browser.open(home.resolve(other));
    awaitShown("delivered");

    browser.open(home).press("letters.jsonl");
    browser.press("Send failed lines again").press("Send failed lines again");
    await().until(() -> browser.address().getPath().matches("/runs/[^/]+"));
    awaitShown("letters");
    browser.open(home.resolve("audit"));
    assertThat(browser.text()).contains("other.jsonl", "is cancelled", "are sent again");
    browser.isAccessible();

    browser.saidNothing();
  }

  @Test
  void every_page_lets_everybody_in_light_and_dark_wide_and_narrow() throws Exception {
    drop("letters.jsonl", line("a", "Hello"));
    awaitShown("delivered: 1 answered");
    for (String path :
        List.of("", "files", "jobs", "costs", "events", "audit", "settings", "drop")) {
      browser.open(home.resolve(path)).width(WIDE).dark(false).isAccessible();
      browser.dark(true).isAccessible();
      browser.width(NARROW).isAccessible();
    }
    browser.saidNothing();
  }
}
