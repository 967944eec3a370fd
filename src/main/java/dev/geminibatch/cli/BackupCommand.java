package dev.geminibatch.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.geminibatch.io.Amounts;
import dev.geminibatch.io.UsageException;
import dev.geminibatch.ledger.LedgerServer;
import dev.geminibatch.maintenance.Backup;
import dev.geminibatch.run.StateFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;

/** {@code --backup}: a copy of the ledger and of open runs, also while the daemon runs. */
final class BackupCommand {
  private final Session session;

  BackupCommand(Session session) {
    this.session = session;
  }

  int run() throws IOException {
    requireFile(session.settings().operation().ledger());
    StateFolder state = session.settings().folders().stateFolder();
    Path target = session.options().backup.toAbsolutePath().normalize();
    check(target, state);
    if (!mayReplace(target)) {
      return ExitCode.OK;
    }
    Backup backup = new Backup(state, target, session.clock());
    Backup.Result result = new SlowCopy(session).watched(backup::progress, backup::write);
    print(result);
    return ExitCode.OK;
  }

  private static void requireFile(Optional<LedgerServer> server) {
    if (server.isPresent()) {
      throw new UsageException(
          "The ledger is on "
              + server.get()
              + ", which --backup does not copy. Stop the daemon, back up the schema "
              + server.get().schema()
              + " with pg_dump and then the state folder, and start it again.");
    }
  }

  private static void check(Path target, StateFolder state) throws IOException {
    if (Files.isDirectory(target)) {
      throw new UsageException(
          "--backup names the folder " + target + "; name a file in it, such as ledger.db.");
    }
    Path folder = target.getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw new UsageException(
          "--backup names " + target + ", whose folder does not exist; make it first.");
    }
    if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)
        && !Files.isRegularFile(target, LinkOption.NOFOLLOW_LINKS)) {
      throw new UsageException(
          "--backup names " + target + ", which is not a file; give another name.");
    }
    if (!Backup.mayWriteFiles(target)) {
      throw new UsageException(
          "--backup would put files into "
              + Backup.files(target)
              + ", which is there and is not from a backup; give another name.");
    }
    if (!Files.isWritable(folder)) {
      throw new UsageException(
          "--backup names " + target + ", whose folder cannot be written to; give another one.");
    }
    boolean isInState =
        Files.isDirectory(state.path())
            && folder.toRealPath().startsWith(state.path().toRealPath());
    if (isInState) {
      throw new UsageException(
          "--backup names "
              + target
              + ", which is in the state folder and would be lost with it; give a file elsewhere,"
              + " best on another disk.");
    }
  }

  private boolean mayReplace(Path target) {
    if (session.options().yes
        || !Files.exists(target)
            && !Files.exists(Backup.files(target), LinkOption.NOFOLLOW_LINKS)) {
      return true;
    }
    Path there = Files.exists(target) ? target : Backup.files(target);
    if (!session.terminal().isInteractive()) {
      throw new UsageException(
          "--backup would replace " + there + ", which exists; give another name, or add --yes.");
    }
    boolean yes = session.terminal().confirm("Replace " + there + "?");
    if (!yes) {
      session.terminal().tell("Nothing was changed.");
    }
    return yes;
  }

  private void print(Backup.Result result) {
    session.print(
        JsonNodeFactory.instance
            .objectNode()
            .put("ledger", result.ledger().toString())
            .put("ledgerBytes", result.ledgerBytes())
            .put("ledgerVersion", result.version())
            .put("taken", result.taken().toString())
            .put("files", result.files().toString())
            .put("openRuns", result.runs())
            .put("filesBytes", result.bytes()),
        "The ledger ("
            + Amounts.size(result.ledgerBytes())
            + ") is in "
            + result.ledger()
            + ", the files of "
            + Amounts.count(result.runs(), "open run")
            + " ("
            + Amounts.size(result.bytes())
            + ") are in "
            + result.files()
            + ".");
  }
}
