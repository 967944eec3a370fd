package dev.geminibatch.ledger;

import dev.geminibatch.testkit.DatabasePerTest;
import dev.geminibatch.testkit.PostgresServer;
import org.junit.jupiter.api.Tag;

/** Tests with a database of their own for a ledger. */
@Tag("process")
abstract class PostgresFixture extends DatabasePerTest {
  final LedgerServer address() {
    return new LedgerServer(server.url(name), PostgresServer.USER, "any");
  }
}
