package dev.geminibatch.testkit;

import static java.util.Map.entry;

import dev.geminibatch.sandbox.Sandbox;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A state folder that an earlier version has left behind when it was killed, with the pictures that
 * its runs name, and what the service had of it at that moment.
 *
 * <p>What cannot be kept in a repository is put right when the folder is brought back: paths begin
 * with {@code /upgrade}, all times are those of long ago, files have lost theirs, and no sandbox
 * knows the jobs.
 */
public final class OldState {
  /** The lines of each run that is not delivered yet and will be answered, by their keys. */
  public static final Map<String, List<String>> ANSWERED =
      Map.ofEntries(
          entry("again", List.of("again-1", "again-2", "again-3")),
          entry("queued", List.of("queued-1", "queued-2")),
          entry("collected", List.of("collected-2")),
          entry("ended", List.of("ended-1", "ended-3")),
          entry("open", List.of("open-1", "open-2", "open-3")),
          entry("same", List.of("open-1", "open-2", "open-3")),
          entry("uploaded", List.of("uploaded-1", "uploaded-2")),
          entry("inspected", List.of("inspected-1", "inspected-2")),
          entry("creating", List.of("creating-1", "creating-2", "creating-3", "creating-4")),
          entry("received", List.of("received-1", "received-2")));

  /** Of the run that goes on with its second attempt just one. */
  public static final int LINES_OF_JOBS = 18;

  private static final Path KEPT = Path.of("src/test/resources/upgrade");
  private static final String PLACEHOLDER = "/upgrade";
  private static final String OLD_SERVICE = "http://127.0.0.1:8090";

  /** How long ago the earlier version was killed, as the newer one sees it. */
  private static final Duration AGE = Duration.ofMinutes(3);

  private static final Set<String> TIMES_OF_OTHER_NAMES = Set.of("next_try", "waits_seen");

  private final Path folder;
  private final Sandbox sandbox;
  private final Service service;

  private OldState(Path folder, Sandbox sandbox) {
    this.folder = folder;
    this.sandbox = sandbox;
    this.service = new Service(sandbox.baseUrl());
  }

  /**
   * Brings the state back, and the jobs that were there into the sandbox.
   *
   * @param folder that holds the state folder, and all others
   * @param sandbox where jobs take long
   * @param jobTime how long they take
   */
  public static OldState restore(Path folder, Sandbox sandbox, Duration jobTime)
      throws IOException, SQLException {
    OldState state = new OldState(folder, sandbox);
    copy(KEPT.resolve("state"), folder.resolve("state"));
    copy(KEPT.resolve("media"), folder.resolve("media"));
    try (Connection ledger = state.ledger()) {
      state.putPathsRight(ledger);
      state.putTimesRight(ledger);
      state.giveFilesTheirTimes(ledger);
      state.giveServiceItsFiles(ledger);
      state.giveServiceItsJobs(ledger, jobTime);
    }
    return state;
  }

  /** The input of a run as it was dropped, as it was kept. */
  public static Path input(String runId, String name) {
    Path run = KEPT.resolve("state/runs").resolve(runId);
    return run.resolve(name.endsWith(".gz") ? "input.jsonl.gz" : "input.jsonl");
  }

  /** The ids of all runs by the names of their files, the oldest first. */
  public Map<String, String> runs() throws SQLException {
    Map<String, String> runs = new LinkedHashMap<>();
    try (Connection ledger = ledger()) {
      for (Map<String, Object> run : rows(ledger, "SELECT * FROM run ORDER BY created_at")) {
        runs.put(text(run, "name"), text(run, "id"));
      }
    }
    return runs;
  }

  /** {@code x.jsonl ASSEMBLED: OPEN, CREATING}: each run with its state and those of its jobs. */
  public List<String> states() throws SQLException {
    List<String> states = new ArrayList<>();
    try (Connection ledger = ledger()) {
      for (Map<String, Object> run : rows(ledger, "SELECT * FROM run ORDER BY created_at")) {
        List<String> jobs =
            rows(ledger, "SELECT * FROM job WHERE run_id = ? ORDER BY number", text(run, "id"))
                .stream()
                .map(job -> text(job, "state"))
                .toList();
        states.add(
            text(run, "name")
                + " "
                + text(run, "state")
                + (jobs.isEmpty() ? "" : ": " + String.join(", ", jobs)));
      }
    }
    return states;
  }

  private Connection ledger() throws SQLException {
    return DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("state/ledger.db"));
  }

  private static void copy(Path source, Path target) throws IOException {
    try (Stream<Path> paths = Files.walk(source)) {
      for (Path path : (Iterable<Path>) paths::iterator) {
        Files.copy(path, target.resolve(source.relativize(path).toString()));
      }
    }
  }

  private void putPathsRight(Connection ledger) throws SQLException {
    for (Column column : columns(ledger)) {
      if (column.type().startsWith("VARCHAR")) {
        replace(ledger, column, PLACEHOLDER, folder.toString());
        replace(ledger, column, OLD_SERVICE, sandbox.baseUrl().toString());
      }
    }
  }

  private static void replace(Connection ledger, Column column, String old, String present)
      throws SQLException {
    execute(
        ledger,
        "UPDATE %1$s SET %2$s = replace(%2$s, ?, ?)".formatted(column.table(), column.name()),
        old,
        present);
  }

  private static void putTimesRight(Connection ledger) throws SQLException {
    long last = (long) rows(ledger, "SELECT MAX(updated_at) AS last FROM run").get(0).get("last");
    long later = System.currentTimeMillis() - AGE.toMillis() - last;
    for (Column column : columns(ledger)) {
      if (column.name().endsWith("_at") || TIMES_OF_OTHER_NAMES.contains(column.name())) {
        execute(
            ledger,
            "UPDATE %1$s SET %2$s = %2$s + ? WHERE %2$s > 0"
                .formatted(column.table(), column.name()),
            later);
      }
    }
  }

  /** By their times the program knows that its inputs and the pictures are what they were. */
  private void giveFilesTheirTimes(Connection ledger) throws SQLException, IOException {
    for (Map<String, Object> run : rows(ledger, "SELECT * FROM run")) {
      Path kept = input(text(run, "id"), text(run, "name"));
      Files.setLastModifiedTime(
          folder.resolve(KEPT.relativize(kept)),
          FileTime.fromMillis((long) run.get("input_modified")));
    }
    for (Map<String, Object> picture : rows(ledger, "SELECT * FROM digest")) {
      String path = text(picture, "path");
      execute(
          ledger, "UPDATE digest SET modified = ? WHERE path = ?", lastChange(Path.of(path)), path);
    }
  }

  /** The time that nobody can set, where there is one. */
  private static long lastChange(Path file) throws IOException {
    boolean isUnix = file.getFileSystem().supportedFileAttributeViews().contains("unix");
    FileTime time = (FileTime) Files.getAttribute(file, isUnix ? "unix:ctime" : "lastModifiedTime");
    return time.to(TimeUnit.NANOSECONDS);
  }

  private void giveServiceItsFiles(Connection ledger) throws SQLException, IOException {
    for (Map<String, Object> upload :
        rows(
            ledger,
            "SELECT u.name, u.mime, d.path FROM upload u JOIN digest d ON d.sha256 = u.sha256")) {
      service.upload(
          text(upload, "name"),
          text(upload, "mime"),
          Files.readAllBytes(Path.of(text(upload, "path"))));
    }
    for (Map<String, Object> job :
        rows(
            ledger, "SELECT * FROM job WHERE state IN ('UPLOADED', 'CREATING', 'OPEN', 'ENDED')")) {
      String name = text(job, "input_file");
      Path content = KEPT.resolve("service").resolve(name.replace("files/", "") + ".jsonl");
      service.upload(name, "application/jsonl", Files.readAllBytes(content));
    }
  }

  /** Of a job whose creation was not answered the ledger does not know the name. */
  private void giveServiceItsJobs(Connection ledger, Duration jobTime) throws SQLException {
    for (Map<String, Object> job :
        rows(
            ledger,
            "SELECT * FROM job WHERE state IN ('CREATING', 'OPEN', 'ENDED')"
                + " ORDER BY creating_at")) {
      String state = text(job, "state");
      sandbox.setJobTime(state.equals("ENDED") ? Duration.ZERO : jobTime);
      String name =
          service.createJob(text(job, "model"), text(job, "display_name"), text(job, "input_file"));
      String answers = state.equals("ENDED") ? service.awaitAnswers(name) : null;
      if (!state.equals("CREATING")) {
        execute(
            ledger,
            "UPDATE job SET name = ?, responses_file = ? WHERE run_id = ? AND number = ?",
            name,
            answers,
            job.get("run_id"),
            job.get("number"));
      }
    }
    sandbox.setJobTime(jobTime);
  }

  private record Column(String table, String name, String type) {}

  private static List<Column> columns(Connection ledger) throws SQLException {
    return rows(
            ledger,
            "SELECT t.name AS tab, c.name AS name, c.type AS type"
                + " FROM sqlite_master t JOIN pragma_table_info(t.name) c WHERE t.type = 'table'")
        .stream()
        .map(row -> new Column(text(row, "tab"), text(row, "name"), text(row, "type")))
        .toList();
  }

  private static List<Map<String, Object>> rows(Connection ledger, String sql, Object... values)
      throws SQLException {
    List<Map<String, Object>> rows = new ArrayList<>();
    try (PreparedStatement statement = prepared(ledger, sql, values);
        ResultSet found = statement.executeQuery()) {
      while (found.next()) {
        Map<String, Object> row = new HashMap<>();
        for (int i = 1; i <= found.getMetaData().getColumnCount(); i++) {
          row.put(found.getMetaData().getColumnLabel(i), found.getObject(i));
        }
        rows.add(row);
      }
    }
    return rows;
  }

  private static void execute(Connection ledger, String sql, Object... values) throws SQLException {
    try (PreparedStatement statement = prepared(ledger, sql, values)) {
      statement.executeUpdate();
    }
  }

  private static PreparedStatement prepared(Connection ledger, String sql, Object... values)
      throws SQLException {
    PreparedStatement statement = ledger.prepareStatement(sql);
    for (int i = 0; i < values.length; i++) {
      statement.setObject(i + 1, values[i]);
    }
    return statement;
  }

  private static String text(Map<String, Object> row, String column) {
    return row.get(column) == null ? null : row.get(column).toString();
  }
}
