package dev.geminibatch.camel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.geminibatch.media.RemoteMedia;
import dev.geminibatch.service.Proxies;
import dev.geminibatch.service.ProxyServer;
import dev.geminibatch.service.ServiceFailure;
import dev.geminibatch.testkit.SmallProxy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.PluginHelper;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The route fetch over real HTTP. */
@Tag("camel")
class FetchTest {
  @TempDir Path folder;
  private final CountDownLatch endlessEnded = new CountDownLatch(1);
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
    context.close();
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
    assertThatThrownBy(() -> get("/found", new PublicAddresses()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("local network");
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, true",
    "10.1.2.3, true",
    "172.16.0.1, true",
    "192.168.1.1, true",
    "169.254.169.254, true",
    "100.64.0.1, true",
    "0.0.0.0, true",
    "::1, true",
    "fd00::1, true",
    "fe80::1, true",
    "::ffff:10.0.0.1, true",
    "8.8.8.8, false",
    "2001:4860:4860::8888, false"
  })
  void addresses_of_the_own_network_are_known(String address, boolean isPrivate) throws Exception {
    context = new DefaultCamelContext();
    assertThat(PublicAddresses.isPrivate(InetAddress.getByName(address))).isEqualTo(isPrivate);
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
    MediaProxies proxies = new MediaProxies(new Proxies(server, server, ""));
    return get(URI.create(address), new PublicAddresses(proxies::isProxy), proxies);
  }

  private RemoteMedia.Answer get(String path, DnsResolver addresses) throws Exception {
    return get(
        URI.create("http://localhost:" + server.getAddress().getPort() + path),
        addresses,
        new MediaProxies(Proxies.none()));
  }

  private RemoteMedia.Answer get(URI address, DnsResolver addresses, MediaProxies proxies)
      throws Exception {
    context = new DefaultCamelContext();
    RemoteMedia media =
        new RemoteMedia(List.of(), 1000, Duration.ofMinutes(1), folder, Clock.systemUTC());
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
