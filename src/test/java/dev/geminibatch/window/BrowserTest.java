package dev.geminibatch.window;

import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.sandbox.Sandbox;
import dev.geminibatch.testkit.Browser;
import dev.geminibatch.testkit.RealJar;
import java.net.URI;
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

  @Test
  void every_page_lets_everybody_in_light_and_dark_wide_and_narrow() throws Exception {
    for (String path : List.of("")) {
      browser.open(home.resolve(path)).width(1280).dark(false).isAccessible();
      browser.dark(true).isAccessible();
      browser.width(NARROW).isAccessible();
    }
    browser.saidNothing();
  }
}
