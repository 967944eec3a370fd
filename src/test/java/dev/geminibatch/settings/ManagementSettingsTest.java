package dev.geminibatch.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.geminibatch.io.UsageException;
import dev.geminibatch.service.Redactor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may reach the management server. */
class ManagementSettingsTest {
  private static final String TOKEN = "0123456789abcdef-token";

  @TempDir Path home;

  @Test
  void it_listens_on_this_machine_alone() throws IOException {
    ManagementSettings management = management("");

    assertThat(management.isEnabled()).isTrue();
    assertThat(management.host()).isEqualTo("127.0.0.1");
    assertThat(management.port()).isEqualTo(9876);
    assertThat(management.token()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "::", "192.0.2.1"})
  void other_machines_need_a_token(String host) throws IOException {
    assertThatThrownBy(() -> management("management.host = " + host))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("management.token");
    assertThat(management("management.host = " + host + "\nmanagement.token = " + TOKEN).host())
        .isEqualTo(host);
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "::1", "localhost", "127.1.2.3"})
  void this_machine_needs_none(String host) throws IOException {
    assertThat(management("management.host = " + host).token()).isEmpty();
  }

  @Test
  void nothing_is_demanded_of_a_server_that_is_off() throws IOException {
    assertThat(management("management.enabled = false\nmanagement.host = 0.0.0.0").isEnabled())
        .isFalse();
  }

  @Test
  void a_short_token_is_refused_without_being_shown() {
    assertThatThrownBy(() -> management("management.token = abcdefghijklmno"))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("15 characters")
        .message()
        .doesNotContain("abcdefghijklmno");
  }

  @Test
  void a_token_to_read_is_enough_for_other_machines() throws IOException {
    ManagementSettings management =
        management("management.host = 0.0.0.0\nmanagement.read-token = " + TOKEN);

    assertThat(management.token()).isEmpty();
    assertThat(management.readToken()).contains(TOKEN);
    assertThat(management.isClosed()).isTrue();
    assertThat(management.toString()).doesNotContain(TOKEN);
    assertThat(sources("management.read-token = " + TOKEN).ofFiles()).isEmpty();
  }

  @Test
  void the_token_to_read_must_be_another_one() {
    assertThatThrownBy(
            () -> management("management.token = " + TOKEN + "\nmanagement.read-token = " + TOKEN))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("management.read-token is the same")
        .message()
        .doesNotContain(TOKEN);
  }

  @Test
  void a_token_may_stand_in_a_file_and_appears_nowhere() throws IOException {
    Path file = Files.writeString(home.resolve("token"), TOKEN + "\n");
    PropertySources sources = sources("management.token = file:token");

    ManagementSettings management = settings(sources).operation().management();

    assertThat(management.token()).contains(TOKEN);
    assertThat(management.toString()).doesNotContain(TOKEN);
    assertThat(Redactor.redact("it is " + TOKEN)).doesNotContain(TOKEN);
    assertThat(sources.secretFiles()).containsExactly(file);
  }

  @Test
  void routes_do_not_get_the_token() throws IOException {
    assertThat(sources("management.token = " + TOKEN).ofFiles()).isEmpty();
  }

  @Test
  void camels_own_keys_cannot_open_a_server_for_everybody() {
    assertThatThrownBy(() -> management("camel.main.name = x\ncamel.management.enabled = true"))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("line 2: camel.management.enabled is not used here")
        .message()
        .doesNotContain("camel.main.name");
  }

  private ManagementSettings management(String text) throws IOException {
    return settings(sources(text)).operation().management();
  }

  private PropertySources sources(String text) throws IOException {
    Path file = Files.writeString(home.resolve("local.properties"), text);
    return PropertySources.read(Map.of(), Map.of(), List.of(file));
  }

  private Settings settings(PropertySources sources) {
    return Settings.of(sources, home, home);
  }
}
