package dev.geminibatch.camel;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.management.Health;
import dev.geminibatch.management.HealthCheck;
import dev.geminibatch.management.HealthReport;
import dev.geminibatch.settings.ManagementSettings;
import dev.geminibatch.testkit.LogEar;
import io.micrometer.core.instrument.Counter;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.camel.CamelContext;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The management server as its clients see it. */
@Tag("camel")
class ManagementServerTest {
  private static final String HOST = "127.0.0.1";
  private static final String TOKEN = "0123456789abcdef";

  private final CamelContext context = new DefaultCamelContext();
  private final HttpClient client = HttpClient.newHttpClient();
  private Health disk = new Health(true, "there is room");
  private int port;

  @AfterEach
  void stop() {
    context.stop();
  }

  @Test
  void health_says_of_every_check_what_it_found() throws Exception {
    start(Optional.empty());

    HttpResponse<String> answer = get("/observe/health");

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body())
        .contains("\"status\":\"UP\"")
        .contains("{\"name\":\"disk\",\"status\":\"UP\",\"message\":\"there is room\"}");
  }

  @Test
  void what_is_unwell_ends_readiness_and_not_liveness() throws Exception {
    start(Optional.empty());
    disk = new Health(false, "no room in /a \"b\"");

    assertThat(get("/observe/health/ready").statusCode()).isEqualTo(503);
    assertThat(get("/observe/health/ready").body()).contains("no room in /a \\\"b\\\"");
    assertThat(get("/observe/health/live").statusCode()).isEqualTo(200);
    assertThat(get("/observe/health").statusCode()).isEqualTo(503);
  }

  @Test
  void metrics_are_what_was_bound() throws Exception {
    start(Optional.empty());

    assertThat(get("/observe/metrics").body())
        .contains("gemini_batch_tests_total 1.0")
        .contains("gemini_batch_management_refused_requests_total");
  }

  @Test
  void info_is_camels() throws Exception {
    start(Optional.empty());

    assertThat(get("/observe/info").body()).contains("\"camel\"");
  }

  @Test
  void a_path_that_does_not_exist_is_not_found() throws Exception {
    start(Optional.empty());

    assertThat(get("/observe").statusCode()).isEqualTo(404);
    assertThat(get("/q/dev").statusCode()).isEqualTo(404);
    assertThat(get("/observe/../config/local.properties").statusCode()).isEqualTo(404);
  }

  @Test
  void nothing_is_said_without_the_token_and_everything_with_it() throws Exception {
    start(Optional.of(TOKEN));

    HttpResponse<String> refused = get("/observe/health");
    assertThat(refused.statusCode()).isEqualTo(401);
    assertThat(refused.body()).isEmpty();
    assertThat(get("/nowhere").statusCode()).isEqualTo(401);
    assertThat(get("/observe/health", "Authorization", "Bearer " + TOKEN).statusCode())
        .isEqualTo(200);
    assertThat(get("/observe/metrics", "Authorization", "Bearer " + TOKEN).body())
        .contains("refused_requests_total 2.0");
  }

  @Test
  void a_body_is_refused_before_it_is_there() throws Exception {
    start(Optional.empty());

    try (Socket socket = new Socket(HOST, port)) {
      OutputStream out = socket.getOutputStream();
      out.write(
          ("POST /observe/health HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\n")
              .getBytes(StandardCharsets.US_ASCII));
      out.flush();
      InputStream in = socket.getInputStream();

      // It ends although nothing of the body was sent.
      assertThat(new String(in.readAllBytes(), StandardCharsets.US_ASCII))
          .startsWith("HTTP/1.1 400");
    }
  }

  @Test
  void connections_that_say_nothing_are_closed_for_those_that_ask() throws Exception {
    start(Optional.of(TOKEN));
    List<Socket> silent = new ArrayList<>();
    try {
      for (int i = 0; i < 3 * FewConnections.MOST; i++) {
        Socket socket = new Socket(HOST, port);
        socket.setSoTimeout(10_000);
        if (i % 2 == 0) {
          socket.getOutputStream().write("GET /observe/health HTTP/1.1\r\nX: ".getBytes(US_ASCII));
        }
        silent.add(socket);
      }

      assertThat(get("/observe/health", "Authorization", "Bearer " + TOKEN).statusCode())
          .isEqualTo(200);
      for (Socket socket : silent.subList(0, 2 * FewConnections.MOST)) {
        assertThat(isClosedByServer(socket)).isTrue();
      }
    } finally {
      for (Socket socket : silent) {
        socket.close();
      }
    }
  }

  private static boolean isClosedByServer(Socket socket) throws IOException {
    try {
      return socket.getInputStream().read() < 0;
    } catch (SocketTimeoutException e) {
      return false;
    } catch (SocketException e) {
      return true; // what was sent last had not been read
    }
  }

  @Test
  void a_port_in_use_is_named_and_stops_nothing() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName(HOST));
        LogEar ear = LogEar.at("management")) {
      start(Optional.empty(), taken.getLocalPort());

      assertThat(ear.heard())
          .anySatisfy(
              line ->
                  assertThat(line)
                      .contains(HOST + ":" + taken.getLocalPort())
                      .contains("management.port"));
    }
    assertThat(context.isStarted()).isTrue();
  }

  private void start(Optional<String> token) {
    start(token, 0);
  }

  private void start(Optional<String> token, int wanted) {
    context.start();
    HealthReport report =
        new HealthReport() {
          @Override
          public List<HealthCheck> readiness() {
            return List.of(check("disk"));
          }

          @Override
          public List<HealthCheck> liveness() {
            return List.of();
          }
        };
    port =
        new ManagementServer(
                context, new ManagementSettings(true, HOST, wanted, token, Optional.empty()))
            .start(
                report,
                List.of(
                    registry ->
                        Counter.builder("gemini_batch_tests").register(registry).increment()),
                Optional.empty())
            .orElse(-1);
  }

  private HealthCheck check(String name) {
    return new HealthCheck() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public Health check() {
        return disk;
      }
    };
  }

  private HttpResponse<String> get(String path, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://" + HOST + ":" + port + path));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }
}
