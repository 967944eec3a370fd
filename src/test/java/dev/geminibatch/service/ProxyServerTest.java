package dev.geminibatch.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.geminibatch.io.UsageException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProxyServerTest {
  @ParameterizedTest
  @CsvSource({
    "http://proxy.example.org:3128, http://proxy.example.org:3128",
    "HTTP://proxy.example.org:3128/, http://proxy.example.org:3128",
    "proxy.example.org:3128, http://proxy.example.org:3128",
    "proxy, http://proxy:80",
    "' \"http://10.0.0.1:8080\" ', http://10.0.0.1:8080",
    "http://[fd00::1]:3128, http://[fd00::1]:3128",
    "http://user:secret@proxy:3128/, http://proxy:3128",
    "user@proxy:3128, http://proxy:3128",
  })
  void a_proxy_is_written_in_many_ways(String text, String address) {
    assertThat(ProxyServer.parse(text, "HTTPS_PROXY").address()).isEqualTo(address);
  }

  @ParameterizedTest
  @CsvSource({
    "user:secret, user, secret",
    "DOMAIN%5Cuser:p%40ss%3Aword, DOMAIN\\user, p@ss:word",
    "user:p@ss#1/2, user, p@ss#1/2",
    "user:100%, user, 100%",
    "us%C3%A9r:, usér, ''",
    "user, user, ''",
  })
  void user_and_password_may_be_percent_encoded(String written, String user, String password) {
    assertThat(ProxyServer.parse("http://" + written + "@proxy:1", "HTTPS_PROXY").login())
        .hasValue(new ProxyServer.Login(user, password));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "https://proxy:443|an encrypted connection to the proxy itself is not supported",
        "socks5://proxy:1080|-DsocksProxyHost=HOST",
        "socks5h://user:hush-hush@proxy:1080|SOCKS",
        "ftp://proxy:21|write http://HOST:PORT",
        "http://proxy:99999|write http://HOST:PORT",
        "http://proxy:0|write http://HOST:PORT",
        "http://user:hush-hush@|write http://HOST:PORT",
        "user:hush-hush|write http://HOST:PORT",
        "http://proxy:hush-hush/|write http://HOST:PORT",
        "http://proxy:3128/proxy.pac|write http://HOST:PORT",
        "::1:3128|write http://HOST:PORT",
      })
  void what_cannot_be_used_is_refused_with_its_reason_and_without_its_password(
      String value, String reason) {
    assertThatThrownBy(() -> ProxyServer.parse(value, "HTTPS_PROXY"))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith("HTTPS_PROXY is \"")
        .hasMessageContaining(reason)
        .message()
        .doesNotContain("hush");
  }

  @Test
  void its_text_form_shows_no_password() {
    ProxyServer proxy = ProxyServer.parse("http://user:hush-hush@proxy:3128", "https_proxy");

    assertThat(proxy).hasToString("the proxy http://proxy:3128 of https_proxy");
    assertThat(proxy.login().toString() + proxy.refusal()).doesNotContain("hush");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "example.org",
        ".example.org",
        "*.example.org",
        "EXAMPLE.org.",
        "a, example.org",
        "a example.org b",
        "example.org:443",
        "https://example.org/",
        "*",
      })
  void a_name_in_no_proxy_stands_for_all_below_it(String list) {
    assertThat(new NoProxy(list).holds("files.example.org", 443)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "ample.org",
        "example.org:80",
        "example.com",
        "10.0.0.0/8",
        "other.example.org"
      })
  void another_name_in_no_proxy_does_not(String list) {
    assertThat(new NoProxy(list).holds("files.example.org", 443)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, 127.0.0.1, true",
    "127.0.0.1:8090, 127.0.0.1, true",
    "127.0.0.0/8, 127.1.2.3, true",
    "10.0.0.0/9, 10.127.0.1, true",
    "10.0.0.0/9, 10.128.0.1, false",
    "fd00::/8, [fd12::1], true",
    "::1, [::1], true",
    "[::1]:8090, [0:0:0:0:0:0:0:1], true",
    "localhost, 127.0.0.1, false",
    "localhost, localhost, true",
    "<local>, intranet, true",
  })
  void addresses_and_networks_in_no_proxy_mean_addresses(
      String list, String host, boolean isDirect) {
    assertThat(new NoProxy(list).holds(host, 8090)).isEqualTo(isDirect);
  }
}
