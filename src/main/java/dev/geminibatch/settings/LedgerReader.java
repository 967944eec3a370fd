package dev.geminibatch.settings;

import dev.geminibatch.io.Pasted;
import dev.geminibatch.io.UsageException;
import dev.geminibatch.ledger.LedgerServer;
import dev.geminibatch.service.Redactor;
import java.util.Optional;

/** Reads where the ledger is, if it is not in the state folder. */
final class LedgerReader {
  private static final String URL = "ledger.url";
  private static final String USER = "ledger.user";
  private static final String PASSWORD_FILE = "ledger.password-file";

  private final PropertySources sources;
  private final TypedProperties typed;

  LedgerReader(PropertySources sources, TypedProperties typed) {
    this.sources = sources;
    this.typed = typed;
  }

  Optional<LedgerServer> read() {
    String url = typed.text(URL, "").strip();
    String user = typed.text(USER, "").strip();
    Optional<String> password = typed.read(PASSWORD_FILE, Optional.empty(), this::password);
    return url.isEmpty()
        ? Optional.empty()
        : typed.read(URL, Optional.empty(), () -> Optional.of(server(url, user, password)));
  }

  private static LedgerServer server(String url, String user, Optional<String> password) {
    LedgerServer server = new LedgerServer(url, user, password.orElse(""));
    if (user.isEmpty()) {
      throw new UsageException(
          URL + " is set, and " + USER + " is not; write the user of the database.");
    }
    return server;
  }

  private Optional<String> password() {
    Optional<String> file = sources.get(PASSWORD_FILE).map(Pasted::clean).filter(f -> !f.isEmpty());
    Optional<String> password = file.map(name -> typed.content(PASSWORD_FILE, name).strip());
    file.ifPresent(name -> sources.holdsSecret(typed.absolute(PASSWORD_FILE, name)));
    password.filter(text -> !text.isEmpty()).ifPresent(Redactor::hideToken);
    return password;
  }
}
