package dev.geminibatch.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.geminibatch.io.UsageException;
import dev.geminibatch.service.ProxyServer;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProxyReaderTest {
  private static String way(Map<String, String> environment, String address) {
    return way(Map.of(), environment, address);
  }

  private static String way(
      Map<String, String> settings, Map<String, String> environment, String address) {
    return new ProxyReader(PropertySources.read(settings, environment, List.of()))
        .read()
        .server(URI.create(address))
        .map(ProxyServer::toString)
        .orElse("direct");
  }

  @ParameterizedTest
  @ValueSource(strings = {"HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"})
  void an_https_address_is_reached_through_the_proxy_of_the_environment(String name) {
    assertThat(way(Map.of(name, "http://proxy:1"), "https://example.org"))
        .isEqualTo("the proxy http://proxy:1 of " + name);
  }

  @Test
  void each_scheme_has_its_own_variable_and_the_lower_case_comes_first() {
    Map<String, String> both =
        Map.of(
            "HTTPS_PROXY", "s:1", "HTTP_PROXY", "upper:2", "http_proxy", "p:2", "ALL_PROXY", "a");

    assertThat(way(both, "https://example.org")).contains("//s:1 of HTTPS_PROXY");
    assertThat(way(both, "http://example.org")).contains("//p:2 of http_proxy");
    assertThat(way(Map.of("HTTPS_PROXY", "s:1"), "http://example.org")).isEqualTo("direct");
  }

  @Test
  void the_own_machine_is_reached_through_the_proxy_unless_no_proxy_names_it() {
    assertThat(way(Map.of("HTTP_PROXY", "p:1"), "http://127.0.0.1:8090")).contains("//p:1");
    assertThat(way(Map.of("HTTP_PROXY", "p:1", "no_proxy", "127.0.0.1"), "http://127.0.0.1:8090"))
        .isEqualTo("direct");
  }

  @Test
  void a_variable_that_is_not_used_may_hold_anything() {
    Map<String, String> desktop =
        Map.of("https_proxy", "s:1", "http_proxy", "p:1", "all_proxy", "socks://x:1");

    assertThat(way(desktop, "https://example.org")).contains("//s:1");
  }

  @Test
  void a_variable_that_cannot_be_used_stops_the_start() {
    assertThatThrownBy(() -> way(Map.of("HTTPS_PROXY", "socks5://x:1"), "https://example.org"))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith("HTTPS_PROXY is \"socks5://x:1\"");
  }

  @Test
  void the_setting_comes_before_the_variables_and_can_switch_them_off() {
    Map<String, String> environment = Map.of("HTTPS_PROXY", "s:1", "NO_PROXY", "a.org");

    assertThat(way(Map.of("gemini.proxy", "mine:2"), environment, "https://b.org"))
        .isEqualTo("the proxy http://mine:2 of gemini.proxy");
    assertThat(way(Map.of("gemini.proxy", "off"), environment, "https://b.org"))
        .isEqualTo("direct");
    assertThat(way(Map.of("gemini.no-proxy", "b.org"), environment, "https://b.org"))
        .isEqualTo("direct");
  }

  @Test
  void the_options_of_java_come_first() {
    System.setProperty("https.proxyHost", "java");
    System.setProperty("https.proxyPort", "3");
    try {
      assertThat(way(Map.of("HTTPS_PROXY", "s:1"), "https://example.org"))
          .isEqualTo("the proxy http://java:3 of -Dhttps.proxyHost");
      assertThat(way(Map.of("HTTPS_PROXY", "s:1"), "https://localhost")).isEqualTo("direct");
    } finally {
      System.clearProperty("https.proxyHost");
      System.clearProperty("https.proxyPort");
    }
  }
}
