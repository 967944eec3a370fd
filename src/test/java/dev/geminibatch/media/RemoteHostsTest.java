package dev.geminibatch.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.geminibatch.io.UsageException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A host that could never be fetched from is refused where it is set. */
class RemoteHostsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "localhost",
        "LOCALHOST",
        "localhost.",
        "localhost.localdomain",
        "x.localhost",
        "*.localhost",
        "127.0.0.1",
        "127.1",
        "10.0.0.7",
        "192.168.1.1",
        "169.254.169.254",
        "2130706433",
        "[::1]",
        "::1",
        "[fd00::1]",
        "[::ffff:7f00:1]",
        "[64:ff9b::7f00:1]",
        "0.0.0.0"
      })
  void a_host_of_the_own_network_is_refused_with_a_remedy(String host) {
    assertThatThrownBy(() -> RemoteHosts.of("media.remote-hosts", List.of("example.com", host)))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("media.remote-hosts names " + host)
        .hasMessageContaining("Name another host, or put the files below media.root.");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0177.0.0.1", "134744072", "8.8.2056", "8.8.8.8."})
  void an_address_in_an_odd_spelling_is_refused_where_it_is_set(String host) {
    assertThatThrownBy(() -> RemoteHosts.of("media.remote-hosts", List.of(host)))
        .hasMessageContaining("write the name of the host");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"127.1", "0177.0.0.1", "0x7f.1", "2130706433", "1.2.3.4.", "[fe80::1%25eth0]"})
  void an_address_in_an_odd_spelling_is_not_asked(String host) {
    assertThat(new RemoteHosts(List.of(host)).allow(host)).isFalse();
  }

  @Test
  void other_hosts_are_taken_as_they_are() {
    RemoteHosts hosts =
        RemoteHosts.of(
            "media.remote-hosts",
            List.of("Example.com", "*.example.org", "8.8.8.8", "[2606:4700::1111]", "3m.com"));

    assertThat(hosts.patterns()).hasSize(5).allMatch(hosts::allow);
    assertThat(hosts.allow("EXAMPLE.COM")).isTrue();
    assertThat(hosts.allow("a.Example.ORG")).isTrue();
    assertThat(hosts.allow("example.org")).isFalse();
    assertThat(hosts.allow("example.com.")).isFalse();
    assertThat(hosts.allow("example.com.evil.net")).isFalse();
  }
}
