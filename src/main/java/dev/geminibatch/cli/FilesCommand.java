package dev.geminibatch.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.geminibatch.io.Amounts;
import dev.geminibatch.maintenance.StoredFiles;
import dev.geminibatch.maintenance.StoredFiles.Listing;
import dev.geminibatch.maintenance.StoredFiles.Stored;
import dev.geminibatch.service.Connection;
import dev.geminibatch.service.RemoteFile;
import dev.geminibatch.wiring.Workspace;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/** {@code --files} and {@code --purge-files}: our uploads with the service. */
final class FilesCommand {
  private final Session session;

  FilesCommand(Session session) {
    this.session = session;
  }

  int run(Action action) throws IOException {
    session.settings().service().requireKey();
    try (Workspace workspace = session.impatientWorkspace()) {
      Connection connection = workspace.connection();
      StoredFiles files =
          new StoredFiles(workspace.ledger().uploads(), connection.files(), connection.project());
      return action == Action.FILES
          ? list(files.list(), connection.clock().instant())
          : purge(files);
    }
  }

  private int list(Listing listing, Instant now) {
    if (session.options().json) {
      session.terminal().printJson(json(listing));
      return ExitCode.OK;
    }
    if (!listing.ours().isEmpty()) {
      Table table = new Table("FILE", "SIZE", "TYPE", "AGE", "LEFT", "NEEDED", "NAME");
      for (Stored stored : listing.ours()) {
        RemoteFile file = stored.file();
        table.row(
            file.name(),
            Amounts.size(file.size()),
            file.mimeType(),
            file.created().map(time -> between(time, now)).orElse(""),
            file.expires().map(time -> between(now, time)).orElse(""),
            stored.isNeeded() ? "yes" : "no",
            file.displayName());
      }
      table.lines().forEach(session.terminal()::print);
    }
    session
        .terminal()
        .print(
            Amounts.count(listing.ours().size())
                + " files of ours, "
                + Amounts.size(listing.ours().stream().mapToLong(each -> each.file().size()).sum())
                + "; the project has "
                + Amounts.count(listing.filesOfAll())
                + " files, "
                + Amounts.size(listing.bytesOfAll())
                + " of "
                + Amounts.size(session.settings().uploads().storageLimit()));
    return ExitCode.OK;
  }

  private int purge(StoredFiles files) {
    List<RemoteFile> idle =
        files.list().ours().stream()
            .filter(stored -> !stored.isNeeded())
            .map(Stored::file)
            .toList();
    Confirmation confirmation = new Confirmation(session);
    if (!confirmation.given("--purge-files", "delete", idle.size(), "file")) {
      return ExitCode.OK;
    }
    idle = idle.stream().filter(files::delete).toList();
    if (session.options().json) {
      ObjectNode document = JsonNodeFactory.instance.objectNode();
      document.putArray("deleted");
      idle.forEach(file -> document.withArray("deleted").add(file.name()));
      session.terminal().printJson(document);
    } else {
      session.terminal().print(Amounts.count(idle.size(), "file") + " deleted.");
    }
    return ExitCode.OK;
  }

  private static ObjectNode json(Listing listing) {
    ObjectNode document = JsonNodeFactory.instance.objectNode();
    document.putArray("files");
    for (Stored stored : listing.ours()) {
      RemoteFile file = stored.file();
      document
          .withArray("files")
          .addObject()
          .put("name", file.name())
          .put("displayName", file.displayName())
          .put("mimeType", file.mimeType())
          .put("bytes", file.size())
          .put("state", file.state())
          .put("created", file.created().map(Instant::toString).orElse(null))
          .put("expires", file.expires().map(Instant::toString).orElse(null))
          .put("needed", stored.isNeeded());
    }
    document.put("projectFiles", listing.filesOfAll());
    document.put("projectBytes", listing.bytesOfAll());
    return document;
  }

  private static String between(Instant from, Instant to) {
    Duration time = from.isBefore(to) ? Duration.between(from, to) : Duration.ZERO; // clocks differ
    return time.toHours() + "h" + String.format(Locale.ROOT, "%02d", time.toMinutesPart()) + "m";
  }
}
