package dev.geminibatch.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/**
 * Chromium, without a screen. It is one that is installed; on a build server that runs Debian it is
 * installed where it is missing. Where there is none, the test that wants one is skipped.
 */
public final class Browser implements AutoCloseable {
  private static final String REMEDY =
      "No browser here, so this is skipped. Install Chromium and its driver, on Debian:"
          + " apt-get install chromium chromium-driver";
  private static final List<String> BROWSERS =
      List.of("chromium", "chromium-browser", "google-chrome");
  private static final ObjectMapper JSON = new ObjectMapper();

  private final ChromeDriver driver;
  private final List<String> foreign = new ArrayList<>();
  private final List<String> console = new ArrayList<>();

  private Browser(ChromeDriver driver) {
    this.driver = driver;
  }

  /**
   * Starts it; skips the test where that is not possible.
   *
   * @param options besides those that it needs without a screen
   */
  public static Browser start(String... options) throws Exception {
    Optional<Path> driver = installed(List.of("chromedriver"));
    Optional<Path> browser = installed(BROWSERS);
    if ((driver.isEmpty() || browser.isEmpty()) && isBuildServer()) {
      install();
      driver = installed(List.of("chromedriver"));
      browser = installed(BROWSERS);
    }
    assumeTrue(driver.isPresent() && browser.isPresent(), REMEDY);
    ChromeOptions wanted = new ChromeOptions();
    wanted.setBinary(browser.get().toFile());
    wanted.addArguments(
        "--headless=new",
        "--no-sandbox", // root has none
        "--disable-dev-shm-usage",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--no-first-run",
        "--hide-scrollbars");
    wanted.addArguments(options);
    LoggingPreferences logs = new LoggingPreferences();
    logs.enable(LogType.BROWSER, Level.ALL);
    logs.enable(LogType.PERFORMANCE, Level.ALL);
    wanted.setCapability("goog:loggingPrefs", logs);
    ChromeDriverService service =
        new ChromeDriverService.Builder()
            .usingDriverExecutable(driver.get().toFile())
            .usingAnyFreePort()
            .build();
    ChromeDriver started = new ChromeDriver(service, wanted);
    started.manage().timeouts().implicitlyWait(Duration.ofSeconds(30));
    return new Browser(started);
  }

  private static Optional<Path> installed(List<String> names) {
    String path = System.getenv().getOrDefault("PATH", "");
    return names.stream()
        .flatMap(
            name -> List.of(path.split(File.pathSeparator)).stream().map(in -> Path.of(in, name)))
        .filter(Files::isExecutable)
        .findFirst();
  }

  private static boolean isBuildServer() {
    return "true".equals(System.getenv("CI"))
        && "root".equals(System.getProperty("user.name"))
        && installed(List.of("apt-get")).isPresent();
  }

  /** Without the network it stays as it is. */
  private static void install() throws IOException, InterruptedException {
    for (String command :
        List.of(
            "apt-get update",
            "apt-get install -y --no-install-recommends chromium chromium-driver")) {
      ProcessBuilder builder = new ProcessBuilder(command.split(" "));
      builder.environment().put("DEBIAN_FRONTEND", "noninteractive");
      Process process =
          builder.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
      if (!process.waitFor(4, TimeUnit.MINUTES)) {
        process.destroyForcibly();
      }
    }
  }

  /** Opens an address and waits until it is shown. */
  public Browser open(URI address) {
    driver.get(address.toString());
    return this;
  }

  /** What the page shows as text. */
  public String text() {
    return driver.findElement(By.tagName("body")).getText();
  }

  public URI address() {
    return URI.create(driver.getCurrentUrl());
  }

  public WebElement find(String css) {
    return driver.findElement(By.cssSelector(css));
  }

  /** Follows a link, or presses a button, that says this. */
  public Browser press(String words) {
    String there = "normalize-space()=\"" + words + "\"";
    driver.findElement(By.xpath("//*[self::a or self::button][" + there + "]")).click();
    return this;
  }

  /** Makes the window as wide as a phone, or wide again. */
  public Browser width(int pixels) {
    driver.manage().window().setSize(new Dimension(pixels, 900));
    return this;
  }

  public Browser dark(boolean isDark) {
    driver.executeCdpCommand(
        "Emulation.setEmulatedMedia",
        Map.of(
            "features",
            List.of(Map.of("name", "prefers-color-scheme", "value", isDark ? "dark" : "light"))));
    return this;
  }

  public Browser screenshot(Path to) throws IOException {
    Files.createDirectories(to.toAbsolutePath().getParent());
    Files.write(to, driver.getScreenshotAs(OutputType.BYTES));
    return this;
  }

  /** The page lets everybody in: axe-core finds nothing against it. */
  public Browser isAccessible() throws IOException {
    try (InputStream in = Browser.class.getResourceAsStream("/axe.min.js")) {
      driver.executeScript(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    }
    Object found =
        driver.executeAsyncScript(
            "const done = arguments[0];"
                + "axe.run().then(r => done(r.violations.map(v => v.id + ': ' + v.help + ' '"
                + " + v.nodes.map(n => n.html).slice(0, 3).join(' | '))),"
                + " e => done(['axe: ' + e]));");
    assertThat((List<?>) found).as(address().getPath()).isEmpty();
    return this;
  }

  /** Nothing was said on the console, and nobody but the host of the page was asked. */
  public void saidNothing() throws IOException {
    for (LogEntry entry : driver.manage().logs().get(LogType.BROWSER)) {
      console.add(entry.getMessage());
    }
    String host = address().getAuthority();
    for (LogEntry entry : driver.manage().logs().get(LogType.PERFORMANCE)) {
      JsonNode message = JSON.readTree(entry.getMessage()).path("message");
      if (message.path("method").asText().equals("Network.requestWillBeSent")) {
        String url = message.at("/params/request/url").asText();
        if (url.startsWith("http") && !host.equals(URI.create(url).getAuthority())) {
          foreign.add(url);
        }
      }
    }
    assertThat(console).as("console").isEmpty();
    assertThat(foreign).as("requests to other hosts").isEmpty();
  }

  @Override
  public void close() {
    driver.quit();
  }
}
