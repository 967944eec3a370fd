package dev.geminibatch.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.geminibatch.io.UsageException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The address of a ledger on a server, as it is set. */
class LedgerServerTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "jdbc:postgresql://host/db?user=me",
        "jdbc:postgresql://host/db?ssl=true&PASSWORD=secret",
        "jdbc:postgresql://me:secret@host/db",
        "jdbc:postgresql://me:se/secret@host/db",
        "jdbc:postgresql://me:s?secret@host/db",
        "jdbc:postgresql://host/db;password=secret",
        "postgres://me:secret@host/db"
      })
  void credentials_do_not_belong_into_the_url(String url) {
    assertThatThrownBy(() -> new LedgerServer(url, "me", "secret"))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("ledger.password-file")
        .hasMessageNotContaining("secret");
  }

  @Test
  void another_database_is_refused() {
    assertThatThrownBy(() -> new LedgerServer("jdbc:mysql://host/db", "me", "secret"))
        .hasMessageContaining("jdbc:postgresql://HOST:PORT/DATABASE");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a,b", "\"a\"", "A", ""})
  void a_schema_is_one_plain_name(String schema) {
    String url = "jdbc:postgresql://host/db?currentSchema=" + schema;
    assertThatThrownBy(() -> new LedgerServer(url, "me", "secret"))
        .hasMessageContaining("currentSchema");
  }

  @Test
  void the_password_is_not_shown() {
    LedgerServer server = new LedgerServer("jdbc:postgresql://a,b/db?ssl=true", "me", "secret");

    assertThat(server).hasToString("jdbc:postgresql://a,b/db?ssl=true");
    assertThat(server.schema()).isEqualTo("gemini_batch");
  }
}
