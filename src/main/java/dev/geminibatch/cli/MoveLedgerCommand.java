package dev.geminibatch.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.geminibatch.io.Amounts;
import dev.geminibatch.io.UsageException;
import dev.geminibatch.ledger.LedgerMove;
import dev.geminibatch.ledger.LedgerServer;
import dev.geminibatch.run.StateFolder;
import dev.geminibatch.settings.PropertySources;
import java.io.IOException;

/** {@code --move-ledger}: from the state folder to a server, or back. */
final class MoveLedgerCommand {
  /** In place of a URL: into the state folder. */
  static final String BACK = "sqlite";

  private static final String SERVER = "jdbc:postgresql:";

  private static final String USER = "ledger.user";

  private final Session session;

  MoveLedgerCommand(Session session) {
    this.session = session;
  }

  /**
   * Whether the ledger is to be moved to a server.
   *
   * @throws UsageException if it is neither that nor the way back
   */
  static boolean isServer(String option) {
    if (option.equals(BACK) || option.startsWith(SERVER)) {
      return !option.equals(BACK);
    }
    LedgerServer.requireNoCredentials(option, "--move-ledger");
    throw new UsageException(
        "--move-ledger is "
            + option
            + "; write "
            + SERVER
            + "//HOST:PORT/DATABASE to move the ledger to that server, or "
            + BACK
            + " to move it from the server of ledger.url into the state folder.");
  }

  /**
   * Says what is missing to move the ledger to a server, as long as there is no ledger.url that
   * settings could name.
   */
  static void requireUser(Options options, PropertySources settings) {
    if (options.moveLedger != null
        && isServer(options.moveLedger)
        && settings.get(USER).filter(user -> !user.isBlank()).isEmpty()) {
      throw new UsageException(
          "--move-ledger needs the user of the database. Set ledger.user, and ledger.password-file if"
              + " the user has a password, and repeat the command.");
    }
  }

  int run() throws IOException {
    boolean isToServer = isServer(session.options().moveLedger);
    StateFolder state = session.settings().folders().stateFolder();
    LedgerServer server =
        session
            .settings()
            .operation()
            .ledger()
            .orElseThrow(
                () ->
                    new UsageException(
                        "ledger.url is empty, so the ledger is in "
                            + state.path()
                            + ". To move it from a server, set ledger.url to that until it is"
                            + " moved."));
    LedgerMove move =
        new LedgerMove(
            state, server, session.settings().operation().member().silence(), session.clock());
    LedgerMove.Moved moved =
        new SlowCopy(session).watched(move::progress, isToServer ? move::toServer : move::toFolder);
    print(
        moved,
        isToServer ? server.toString() : state.path().resolve("ledger.db").toString(),
        isToServer);
    return ExitCode.OK;
  }

  private void print(LedgerMove.Moved moved, String place, boolean isToServer) {
    session.print(
        JsonNodeFactory.instance
            .objectNode()
            .put("ledger", place)
            .put("runs", moved.runs())
            .put("jobs", moved.jobs())
            .put("uploads", moved.uploads()),
        "The ledger with "
            + Amounts.count(moved.runs(), "run")
            + ", "
            + Amounts.count(moved.jobs(), "job")
            + " and "
            + Amounts.count(moved.uploads(), "upload")
            + (isToServer ? " is on " : " is in ")
            + place
            + " now. Before you start the daemon, "
            + (isToServer ? "set ledger.url = " + place + "." : "remove ledger.url."));
  }
}
