package dev.geminibatch.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.geminibatch.io.UsageException;
import dev.geminibatch.ledger.LedgerServer;
import dev.geminibatch.service.Redactor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where the ledger is set to be. */
class LedgerReaderTest {
  private static final String URL = "jdbc:postgresql://host/db";

  @TempDir Path folder;

  private Optional<LedgerServer> read(Map<String, String> values) {
    return Settings.of(PropertySources.read(values, Map.of(), List.of()), folder, folder)
        .operation()
        .ledger();
  }

  @Test
  void without_a_url_it_is_in_the_state_folder() {
    assertThat(read(Map.of())).isEmpty();
    assertThat(read(Map.of("ledger.user", "me"))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "postgresql://host/db",
        "jdbc:postgresql:db",
        "jdbc:postgresql://host:5432",
        "jdbc:postgresql://host/"
      })
  void a_url_names_host_and_database(String url) {
    assertThatThrownBy(() -> read(Map.of("ledger.url", url, "ledger.user", "me")))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("jdbc:postgresql://HOST:PORT/DATABASE");
  }

  @Test
  void the_password_is_read_from_its_file_and_never_shown() throws IOException {
    Files.writeString(folder.resolve("secret"), "correcthorse77\n");

    LedgerServer server =
        read(Map.of("ledger.url", URL, "ledger.user", "me", "ledger.password-file", "secret"))
            .orElseThrow();

    assertThat(server.password()).isEqualTo("correcthorse77");
    assertThat(server).hasToString(URL);
    assertThat(Redactor.redact("FATAL: correcthorse77")).doesNotContain("correcthorse77");
  }

  @Test
  void a_password_in_the_url_is_refused_without_being_told() {
    Map<String, String> values = Map.of("ledger.url", URL + "?password=oops", "ledger.user", "me");

    assertThatThrownBy(() -> read(values))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("ledger.password-file")
        .hasMessageNotContaining("oops");
  }

  @Test
  void a_url_without_a_user_or_with_a_file_that_is_not_there_is_refused() {
    assertThatThrownBy(() -> read(Map.of("ledger.url", URL))).hasMessageContaining("ledger.user");
    Map<String, String> values =
        Map.of("ledger.url", URL, "ledger.user", "me", "ledger.password-file", "nowhere");
    assertThatThrownBy(() -> read(values))
        .hasMessageContaining("ledger.password-file")
        .hasMessageContaining("cannot be read");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\u202Eb", "a\u200Bb", "a\tb"})
  void the_name_of_a_member_can_be_seen(String name) {
    assertThatThrownBy(() -> read(Map.of("member.name", name)))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("member.name")
        .hasMessageContaining("can be seen");
  }
}
