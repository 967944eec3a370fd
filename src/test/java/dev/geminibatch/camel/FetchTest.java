package dev.geminibatch.camel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.sun.net.httpserver.HttpServer;
import dev.geminibatch.media.RemoteHosts;
import dev.geminibatch.media.RemoteMedia;
import dev.geminibatch.service.Proxies;
import dev.geminibatch.service.ProxyServer;
import dev.geminibatch.service.ServiceFailure;
import dev.geminibatch.testkit.SmallProxy;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.PluginHelper;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The route fetch over real HTTP. */
@Tag("camel")
class FetchTest {
  private static final Duration TIME = Duration.ofSeconds(2);

  @TempDir Path folder;
  private final CountDownLatch endlessEnded = new CountDownLatch(1);
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private HttpServer server;
  private DefaultCamelContext context;

  @BeforeEach
  void serve() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        http -> {
          String path = http.getRequestURI().getPath();
          byte[] body = "content".getBytes(StandardCharsets.UTF_8);
          if (path.equals("/endless")) {
            http.sendResponseHeaders(200, 0);
            try {
              while (true) {
                http.getResponseBody().write(body);
              }
            } finally {
              endlessEnded.countDown();
            }
          }
          asked.add(path);
          if (path.equals("/packed")) {
            http.getResponseHeaders().set("Content-Encoding", "gzip");
            ByteArrayOutputStream packed = new ByteArrayOutputStream();
            try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
              out.write(new byte[1_000_000]);
            }
            http.sendResponseHeaders(200, packed.size());
            http.getResponseBody().write(packed.toByteArray());
            http.close();
            return;
          }
          if (path.equals("/later")) {
            http.getResponseHeaders().set("Retry-After", "3600");
            http.sendResponseHeaders(503, -1);
            http.close();
            return;
          }
          if (path.equals("/moved")) {
            http.getResponseHeaders().set("Location", "/found");
          }
          http.sendResponseHeaders(
              path.equals("/found") ? 200 : path.equals("/moved") ? 302 : 404, body.length);
          http.getResponseBody().write(body);
          http.close();
        });
    server.setExecutor(Executors.newCachedThreadPool());
    server.start();
  }

  @AfterEach
  void stop() throws IOException {
    if (context != null) {
      context.close();
    }
    server.stop(0);
  }

  @Test
  void a_file_is_brought_to_disk() throws Exception {
    RemoteMedia.Answer answer = get("/found", SystemDefaultDnsResolver.INSTANCE);

    assertThat(answer.stored().orElseThrow()).hasContent("content");
  }

  @Test
  void a_redirect_is_told_and_not_followed() throws Exception {
    RemoteMedia.Answer answer = get("/moved", SystemDefaultDnsResolver.INSTANCE);

    assertThat(answer.status()).isEqualTo(302);
    assertThat(answer.location()).hasValue("/found");
    assertThat(answer.stored()).isEmpty();
  }

  @Test
  void what_is_too_large_is_cut_off() throws Exception {
    assertThatThrownBy(() -> get("/endless", SystemDefaultDnsResolver.INSTANCE))
        .isInstanceOf(IOException.class)
        .hasMessage("it has more than 1000 bytes");
    assertThat(endlessEnded.await(30, TimeUnit.SECONDS)).as("the server was let go").isTrue();
  }

  @Test
  void another_answer_is_no_file() throws Exception {
    RemoteMedia.Answer answer = get("/none", SystemDefaultDnsResolver.INSTANCE);

    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.stored()).isEmpty();
  }

  @Test
  void an_address_in_the_own_network_is_not_connected_to() {
    assertThatThrownBy(() -> get("/found", new PublicDns()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("local network");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1",
        "[::1]",
        "0x7f.1",
        "2130706433",
        "127.1",
        "[::ffff:7f00:1]",
        "[::ffff:127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "localhost.",
        "0.0.0.0",
        "[::]"
      })
  void an_address_of_the_own_machine_is_not_connected_to_however_it_is_spelled(String host) {
    assertThatThrownBy(
            () ->
                get(
                    URI.create("http://" + host + ":" + server.getAddress().getPort() + "/found"),
                    new PublicDns(),
                    new MediaProxies(Proxies.none(), TIME)))
        .isInstanceOf(IOException.class);
    assertThat(asked).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "a header without end, takes longer",
    "headers without end, header",
    "interim answers without end, takes longer",
    "a byte of the body now and then, takes longer",
    "a byte of the header now and then, takes longer",
    "nothing, takes longer"
  })
  @Timeout(30)
  void a_host_that_never_ends_is_let_go(String what, String problem) throws Exception {
    try (ServerSocket raw = new ServerSocket(0, 0, InetAddress.getLoopbackAddress())) {
      Thread host = new Thread(() -> neverEnd(raw, what));
      host.setDaemon(true);
      host.start();

      assertThatThrownBy(
              () ->
                  get(
                      URI.create("http://localhost:" + raw.getLocalPort() + "/x"),
                      SystemDefaultDnsResolver.INSTANCE,
                      new MediaProxies(Proxies.none(), TIME)))
          .isInstanceOf(IOException.class)
          .message()
          .containsAnyOf(problem, "Maximum line length");
    }
  }

  private static void neverEnd(ServerSocket host, String what) {
    String start = "HTTP/1.1 200 OK\r\n";
    while (!host.isClosed()) {
      try (Socket one = host.accept()) {
        OutputStream out = one.getOutputStream();
        switch (what) {
          case "a header without end" -> repeat(out, start + "X: ", "x".repeat(1000), 0);
          case "headers without end" -> repeat(out, start, "X-Y: z\r\n", 0);
          case "interim answers without end" ->
              repeat(out, "", "HTTP/1.1 103 Early Hints\r\n\r\n", 1);
          case "a byte of the body now and then" ->
              repeat(out, start + "Content-Length: 500\r\n\r\n", "x", 50);
          case "a byte of the header now and then" -> repeat(out, start, "x", 50);
          default -> repeat(out, "", "", 50);
        }
      } catch (IOException | InterruptedException e) {
        // the client has gone
      }
    }
  }

  private static void repeat(OutputStream out, String first, String then, long pauseMillis)
      throws IOException, InterruptedException {
    out.write(first.getBytes(StandardCharsets.US_ASCII));
    CountDownLatch never = new CountDownLatch(1);
    for (int i = 0; i < 1_000_000; i++) {
      out.write(then.getBytes(StandardCharsets.US_ASCII));
      out.flush();
      never.await(pauseMillis, TimeUnit.MILLISECONDS);
    }
  }

  @Test
  @Timeout(30)
  void a_host_cannot_ask_for_an_hour_of_patience() throws Exception {
    assertThat(get("/later", SystemDefaultDnsResolver.INSTANCE).status()).isEqualTo(503);
  }

  @Test
  void the_limit_holds_for_what_is_unpacked() {
    assertThatThrownBy(() -> get("/packed", SystemDefaultDnsResolver.INSTANCE))
        .isInstanceOf(IOException.class)
        .hasMessage("it has more than 1000 bytes");
  }

  @Test
  void what_is_fetched_is_for_its_owner_alone() throws Exception {
    assumeThat(folder.getFileSystem().supportedFileAttributeViews()).contains("posix");

    Path stored = get("/found", SystemDefaultDnsResolver.INSTANCE).stored().orElseThrow();

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(stored)))
        .isEqualTo("rw-------");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(stored.getParent())))
        .isEqualTo("rwx------");
  }

  @Test
  void a_file_comes_through_a_proxy_of_the_own_network_with_user_and_password() throws Exception {
    try (SmallProxy proxy = SmallProxy.start().wanting("user:p@ss")) {
      proxy.leading("files.invalid:80", server.getAddress().getPort());

      RemoteMedia.Answer answer = through(proxy, "user:p%40ss@", "http://files.invalid/found");

      assertThat(answer.stored().orElseThrow()).hasContent("content");
      assertThat(proxy.seen()).containsOnly("GET http://files.invalid/found");
    }
  }

  @Test
  void an_https_address_is_asked_of_the_proxy_as_a_tunnel() throws Exception {
    try (SmallProxy proxy = SmallProxy.start().wanting("user:p@ss")) {
      assertThatThrownBy(() -> through(proxy, "user:p%40ss@", "https://files.invalid/found"))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("the proxy " + proxy.address() + " of HTTPS_PROXY answers with")
          .hasMessageContaining("502");
      assertThat(proxy.seen()).containsOnly("CONNECT files.invalid:443");
    }
  }

  @Test
  void a_proxy_that_wants_a_password_or_is_gone_says_nothing_about_the_file() throws Exception {
    SmallProxy proxy = SmallProxy.start().wanting("user:p@ss");
    assertThatThrownBy(() -> through(proxy, "", "https://files.invalid/found"))
        .isInstanceOf(ServiceFailure.class)
        .hasMessageContaining("of HTTPS_PROXY wants a user and a password");

    context.close();
    proxy.close();
    assertThatThrownBy(() -> through(proxy, "user:p%40ss@", "https://files.invalid/found"))
        .isInstanceOf(ServiceFailure.class)
        .hasMessageContaining("files.invalid cannot be reached through the proxy")
        .message()
        .doesNotContain("p%40ss", "p@ss");
  }

  @ParameterizedTest
  @ValueSource(strings = {"https://127.0.0.1/x", "https://localhost/x", "https://[::1]/x"})
  void an_address_in_the_own_network_is_not_asked_of_a_proxy(String address) throws Exception {
    try (SmallProxy proxy = SmallProxy.start()) {
      assertThatThrownBy(() -> through(proxy, "", address))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("local network");
      assertThat(proxy.seen()).isEmpty();
    }
  }

  private RemoteMedia.Answer through(SmallProxy proxy, String login, String address)
      throws Exception {
    Optional<ProxyServer> server =
        Optional.of(ProxyServer.parse(login + "127.0.0.1:" + proxy.port(), "HTTPS_PROXY"));
    MediaProxies proxies = new MediaProxies(new Proxies(server, server, ""), TIME);
    return get(URI.create(address), new PublicDns(proxies::isProxy), proxies);
  }

  private RemoteMedia.Answer get(String path, DnsResolver addresses) throws Exception {
    return get(
        URI.create("http://localhost:" + server.getAddress().getPort() + path),
        addresses,
        new MediaProxies(Proxies.none(), TIME));
  }

  private RemoteMedia.Answer get(URI address, DnsResolver addresses, MediaProxies proxies)
      throws Exception {
    context = new DefaultCamelContext();
    RemoteMedia media =
        new RemoteMedia(
            new RemoteHosts(List.of()), 1000, TIME, folder.resolve("remote"), Clock.systemUTC());
    context.getRegistry().bind("mediaStore", new MediaStore(media));
    context.getRegistry().bind("mediaConnections", Beans.mediaConnections(addresses));
    context.getRegistry().bind("mediaProxies", proxies);
    for (String file : List.of("failures", "fetch")) {
      PluginHelper.getRoutesLoader(context)
          .loadRoutes(
              PluginHelper.getResourceLoader(context)
                  .resolveResource(
                      "file:" + Path.of("routes/" + file + ".camel.yaml").toAbsolutePath()));
    }
    context.start();
    return new HttpDownload(context.createProducerTemplate(), proxies).get(address);
  }
}
