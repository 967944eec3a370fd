package dev.geminibatch.window;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CrossSiteTest {
  private static final String HOST = "127.0.0.1:9876";

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "localhost:9876", "LOCALHOST:1", HOST, "[::1]:9876"})
  void this_machine_is_asked_by_its_own_names(String host) {
    assertThat(CrossSite.isForeign(Map.of("host", host), false)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "evil.example", "evil.example:9876", "localhost.evil.example", "::1"})
  void without_a_token_no_other_name_will_do(String host) {
    assertThat(CrossSite.isForeign(Map.of("host", host), false)).isTrue();
    assertThat(CrossSite.isForeign(Map.of("host", host), true)).isFalse();
  }

  @Test
  void a_form_of_ours_is_taken_and_one_of_others_is_not() {
    assertThat(post("http://" + HOST, "same-origin")).isFalse();
    assertThat(post("https://evil.example", "cross-site")).isTrue();
    assertThat(post("http://127.0.0.1:9999", "same-site")).isTrue();
    assertThat(post("null", "same-origin")).isTrue();
    assertThat(post("not an origin", "none")).isTrue();
  }

  @Test
  void a_client_that_is_no_browser_says_neither() {
    assertThat(CrossSite.isForeignPost(Map.of("host", HOST), false)).isFalse();
  }

  private static boolean post(String origin, String site) {
    return CrossSite.isForeignPost(
        Map.of("host", HOST, "origin", origin, "sec-fetch-site", site), true);
  }
}
