package dev.geminibatch.camel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.management.HealthCheck;
import dev.geminibatch.management.HealthReport;
import dev.geminibatch.settings.ManagementSettings;
import dev.geminibatch.testkit.StageFixture;
import dev.geminibatch.window.WindowFixture;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
import org.apache.camel.impl.DefaultCamelContext;

/** A window that a management server serves, with a token for acting and one for reading. */
final class ServedWindow implements AutoCloseable {
  static final String HOST = "127.0.0.1";
  static final String TOKEN = "0123456789abcdef";
  static final String READ_TOKEN = "fedcba9876543210";

  private static final HealthReport NOTHING =
      new HealthReport() {
        @Override
        public List<HealthCheck> readiness() {
          return List.of();
        }

        @Override
        public List<HealthCheck> liveness() {
          return List.of();
        }
      };

  private final CamelContext context = new DefaultCamelContext();
  private final HttpClient client = HttpClient.newHttpClient();
  private final StageFixture fixture;
  private final int port;

  ServedWindow(Path folder) throws IOException {
    fixture = StageFixture.open(folder);
    ManagementSettings settings =
        new ManagementSettings(true, HOST, 0, Optional.of(TOKEN), Optional.of(READ_TOKEN));
    context.start();
    port =
        new ManagementServer(context, settings)
            .start(
                NOTHING, List.of(), Optional.of(WindowFixture.window(fixture, settings.isClosed())))
            .orElseThrow();
  }

  StageFixture fixture() {
    return fixture;
  }

  int port() {
    return port;
  }

  HttpRequest.Builder request(String path, String token) {
    return HttpRequest.newBuilder(URI.create("http://" + HOST + ":" + port + path))
        .header("Authorization", "Bearer " + token);
  }

  HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return send(request(path, READ_TOKEN));
  }

  HttpResponse<String> post(String path, String token, String type, String body)
      throws IOException, InterruptedException {
    return send(
        request(path, token)
            .header("Content-Type", type)
            .POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  /** What a form of a page has to bring. */
  String formToken(String path) throws IOException, InterruptedException {
    String page = send(request(path, TOKEN)).body();
    Matcher token = Pattern.compile("name=\"token\" value=\"([^\"]+)\"").matcher(page);
    assertThat(token.find()).isTrue();
    return token.group(1);
  }

  @Override
  public void close() throws IOException {
    context.stop();
    fixture.close();
  }
}
