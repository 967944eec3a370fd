package dev.geminibatch.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.geminibatch.io.UsageException;
import dev.geminibatch.ledger.LedgerMove.Moved;
import dev.geminibatch.ledger.LedgerMove.Step;
import dev.geminibatch.ledger.LedgerNotes.Note;
import dev.geminibatch.run.DaemonLock;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.StateFolder;
import dev.geminibatch.service.ProjectId;
import dev.geminibatch.testkit.Jobs;
import dev.geminibatch.testkit.SampleRuns;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A ledger that is moved to a server and back; at each moment one of the two counts. */
class LedgerMoveTest extends PostgresFixture {
  private static final String NOT_COPIED = "flyway_schema_history|member|upload_claim";
  private static final String DELIVERED = SampleRuns.DELIVERED;
  private static final String QUEUED = "20260102-030700-dddddd";

  @TempDir Path folder;

  private StateFolder state;

  @BeforeEach
  void make() throws IOException, SQLException {
    state = new StateFolder(folder.resolve("state"));
    new SampleRuns(state).close();
  }

  private static LedgerMove move(StateFolder state, LedgerServer server) {
    return move(state, server, step -> {});
  }

  private static LedgerMove move(StateFolder state, LedgerServer server, Consumer<Step> steps) {
    return new LedgerMove(state, server, Duration.ofMinutes(1), Clock.systemUTC(), steps);
  }

  private LedgerMove move() {
    return move(state, address());
  }

  /** One that is killed after a step. */
  private LedgerMove killed(Step last) {
    Consumer<Step> steps =
        step -> {
          if (step == last) {
            throw new IllegalStateException("killed");
          }
        };
    return move(state, address(), steps);
  }

  private Ledger inFolder() throws IOException {
    return Ledger.open(state, Clock.systemUTC());
  }

  private Ledger onServer() throws IOException {
    return Ledger.open(address(), state, Clock.systemUTC());
  }

  private void assertInFolder() throws IOException {
    try (Ledger ledger = inFolder()) {
      assertThat(ledger.queries().find(DELIVERED)).isPresent();
    }
    assertThatThrownBy(this::onServer).isInstanceOf(UsageException.class);
    try (Ledger ledger = inFolder()) {
      assertThat(ledger.restoration().inWords()).isEmpty();
      ledger.audit().write("test", "written", Optional.empty());
    }
  }

  private void assertOnServer() throws IOException {
    assertThatThrownBy(this::inFolder)
        .isInstanceOf(UsageException.class)
        .hasMessageContaining(" is on " + address() + ". Set ledger.url");
    try (Ledger ledger = onServer()) {
      assertThat(ledger.queries().find(DELIVERED)).isPresent();
      ledger.audit().write("test", "written", Optional.empty());
    }
    assertThat(state.ledger().get(0)).doesNotExist();
  }

  private Connection sqlite() throws SQLException {
    return DriverManager.getConnection("jdbc:sqlite:" + state.ledger().get(0));
  }

  private Connection postgres() throws SQLException {
    Connection connection = DriverManager.getConnection(server.url(name), "postgres", "any");
    connection.setSchema("gemini_batch");
    return connection;
  }

  private static List<String> texts(Connection connection, String sql) throws SQLException {
    List<String> texts = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        StringBuilder text = new StringBuilder();
        for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
          text.append('|').append(rows.getObject(i));
        }
        texts.add(text.toString());
      }
    }
    return texts;
  }

  /** Every column of every table, as names of SQLite. */
  private Map<String, List<String>> columns() throws SQLException {
    Map<String, List<String>> columns = new TreeMap<>();
    try (Connection connection = sqlite()) {
      for (String table :
          texts(connection, "SELECT name FROM sqlite_master WHERE type = 'table'")) {
        if (!table.substring(1).matches(NOT_COPIED + "|sqlite.*")) {
          columns.put(
              table.substring(1),
              texts(
                  connection,
                  "SELECT name || ' ' || type FROM pragma_table_info('"
                      + table.substring(1)
                      + "')"));
        }
      }
    }
    return columns;
  }

  /** All rows in an order that is the same on both sides; who has or had a run is not compared. */
  private static Map<String, List<String>> rows(
      Connection connection, Map<String, List<String>> columns) throws SQLException {
    Map<String, List<String>> rows = new TreeMap<>();
    for (Map.Entry<String, List<String>> table : columns.entrySet()) {
      List<String> names =
          table.getValue().stream()
              .map(column -> column.substring(1).split(" ")[0])
              .filter(column -> !column.matches("mark|owner|fence"))
              .map(column -> '"' + column + '"')
              .toList();
      rows.put(
          table.getKey(),
          texts(connection, "SELECT " + String.join(", ", names) + " FROM " + table.getKey())
              .stream()
              .sorted()
              .toList());
    }
    return rows;
  }

  /** Fills every column of every table, more rows than are sent at once. */
  private void fill() throws SQLException {
    try (Connection connection = sqlite()) {
      connection.setAutoCommit(false);
      for (Map.Entry<String, List<String>> table : columns().entrySet()) {
        List<String> columns = table.getValue();
        String values = "?, ".repeat(columns.size() - 1) + "?)";
        try (PreparedStatement insert =
            connection.prepareStatement("INSERT INTO " + table.getKey() + " VALUES (" + values)) {
          for (int row = 100; row < 1_301; row++) {
            for (int i = 0; i < columns.size(); i++) {
              insert.setObject(i + 1, value(columns.get(i), row));
            }
            insert.execute();
          }
        }
      }
      connection.commit();
    }
  }

  private static Object value(String column, int row) {
    if (column.startsWith("|state ")) {
      return "DELIVERED";
    }
    if (column.endsWith("BIGINT")) {
      return row * 10_000_000_000L;
    }
    return column.contains("VARCHAR")
        ? row + " מכתב 🙂 '\"\\" + column
        : column.contains("DOUBLE") ? (Object) (row / 7.0) : (Object) row;
  }

  @Test
  void every_row_of_every_table_arrives_there_and_comes_back() throws Exception {
    fill();
    Map<String, List<String>> columns = columns();
    Map<String, List<String>> before;
    try (Connection connection = sqlite()) {
      before = rows(connection, columns);
    }

    Moved there = move().toServer();

    assertThat(there.runs()).isEqualTo(before.get("run").size()).isGreaterThan(1_200);
    assertThat(there.jobs()).isEqualTo(before.get("job").size());
    assertThat(there.uploads()).isEqualTo(before.get("upload").size());
    String mark = Files.readString(state.ledgerMark()).strip();
    try (Connection connection = postgres()) {
      assertThat(rows(connection, columns)).isEqualTo(before);
      assertThat(texts(connection, "SELECT DISTINCT mark, owner FROM run"))
          .containsExactly("|" + mark + "|null");
    }
    assertThat(state.ledgerSetAside()).exists();
    try (Ledger ledger = onServer()) {
      assertThat(ledger.queries().find(DELIVERED)).isPresent();
    }
    assertThatThrownBy(this::inFolder).hasMessageContaining(address().url());

    Moved back = move().toFolder();

    assertThat(back).isEqualTo(there);
    try (Connection connection = sqlite()) {
      assertThat(rows(connection, columns)).isEqualTo(before);
      assertThat(texts(connection, "SELECT DISTINCT mark, owner FROM run"))
          .containsExactly("|null|null");
      assertThat(texts(connection, "SELECT fence FROM run UNION SELECT fence FROM job"))
          .containsExactly("|0");
    }
    assertInFolder();
  }

  @Test
  void a_creation_that_stayed_unclear_before_a_move_is_taken_over_once() throws Exception {
    move().toServer();
    try (Ledger ledger = onServer()) {
      ledger
          .members()
          .begin(
              new Fences.Membership("one", ledger.mark()),
              new Members.Self("one", "1", true, "", Duration.ofMinutes(1)));
      Members.Claim claim = ledger.members().claim(QUEUED).orElseThrow();
      ledger.fences().hold(QUEUED, claim.fence(), claim.by());
      create(ledger);
      assertThat(isOfAnother(ledger)).isFalse();
      ledger.members().leave();
    }

    move().toFolder();

    try (Ledger ledger = inFolder()) {
      assertThat(isOfAnother(ledger)).isTrue();
      ledger.creationMarks().takenOver(job(ledger));
      assertThat(isOfAnother(ledger)).isFalse();
      assertThat(job(ledger).inputFile()).isEmpty();
      ledger.creationMarks().notCreated(job(ledger));
      create(ledger);
      assertThat(isOfAnother(ledger)).isFalse();
    }
  }

  private static Job job(Ledger ledger) {
    return ledger.jobs().job(QUEUED, 1);
  }

  private static boolean isOfAnother(Ledger ledger) {
    return ledger.creationMarks().isOfAnother(job(ledger));
  }

  private static void create(Ledger ledger) {
    ledger.jobs().uploaded(job(ledger), new ProjectId("0123456789abcdef"), "files/queued");
    assertThat(ledger.jobs().creating(job(ledger), Jobs.room(90))).isTrue();
  }

  @Test
  void it_can_be_moved_again_to_the_server_that_it_came_from() throws Exception {
    move().toServer();
    move().toFolder();
    try (Ledger ledger = inFolder()) {
      ledger.audit().write("test", "later", Optional.empty());
    }

    move().toServer();

    try (Ledger ledger = onServer()) {
      assertThat(ledger.audit().page(Long.MAX_VALUE, 1).get(0).what()).isEqualTo("later");
    }
    assertOnServer();
  }

  @Test
  void what_the_server_cannot_hold_is_moved_as_far_as_it_can_be() throws Exception {
    try (Connection connection = sqlite();
        PreparedStatement insert =
            connection.prepareStatement("INSERT INTO digest VALUES (?, 1, 2, 'sha', 'mime')")) {
      insert.setString(1, "/" + "א".repeat(3_000));
      insert.execute();
      insert.setString(1, "/short");
      insert.execute();
    }
    try (Ledger ledger = inFolder()) {
      ledger.audit().write("somebody", "renamed a\0b 🙂", Optional.empty());
    }

    move().toServer();

    try (Ledger ledger = onServer();
        Connection connection = postgres()) {
      assertThat(ledger.audit().page(Long.MAX_VALUE, 1).get(0).what())
          .isEqualTo("renamed a\uFFFDb 🙂");
      assertThat(texts(connection, "SELECT path FROM digest")).containsExactly("|/short");
    }
  }

  @Test
  void what_a_ledger_lacks_is_known_wherever_it_is() throws Exception {
    try (Connection connection = sqlite();
        Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA user_version = 29000000");
      statement.execute("PRAGMA application_id = 29000005");
    }
    move().toServer();
    try (PostgresDatabase database = PostgresDatabase.open(address())) {
      database
          .quick()
          .useHandle(
              handle -> {
                assertThat(database.minutes(handle, Note.LACKS_SINCE)).isEqualTo(29_000_000);
                assertThat(database.minutes(handle, Note.LACKS_UNTIL)).isEqualTo(29_000_005);
              });
    }

    move().toFolder();

    try (Connection connection = sqlite()) {
      assertThat(texts(connection, "PRAGMA user_version")).containsExactly("|29000000");
      assertThat(texts(connection, "PRAGMA application_id")).containsExactly("|29000005");
    }
  }

  @ParameterizedTest
  @EnumSource(names = "PLACED", mode = EnumSource.Mode.EXCLUDE)
  void a_move_to_the_server_that_is_killed_leaves_one_ledger_and_can_be_repeated(Step last)
      throws Exception {
    assertThatThrownBy(() -> killed(last).toServer()).hasMessage("killed");

    if (last == Step.COPIED) {
      assertInFolder();
    }
    assertThat(move().toServer().runs()).isPositive();
    assertOnServer();
    assertThat(move().toServer().runs()).as("once more").isPositive();
  }

  @ParameterizedTest
  @EnumSource(names = {"DECIDED", "PUT_AWAY"})
  void a_start_brings_a_move_to_its_end_that_was_killed_after_it_was_decided(Step last)
      throws Exception {
    assertThatThrownBy(() -> killed(last).toServer()).hasMessage("killed");

    assertOnServer();
    try (Connection connection = postgres()) {
      assertThat(texts(connection, "SELECT * FROM moved")).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(names = "PUT_AWAY", mode = EnumSource.Mode.EXCLUDE)
  void a_move_back_that_is_killed_leaves_one_ledger_and_can_be_repeated(Step last)
      throws Exception {
    move().toServer();
    assertThatThrownBy(() -> killed(last).toFolder()).hasMessage("killed");

    if (last == Step.DECIDED) {
      assertInFolder();
    }
    assertThat(move().toFolder().runs()).isPositive();
    assertInFolder();
    assertThat(move().toFolder().runs()).as("once more").isPositive();
    try (Connection connection = postgres()) {
      assertThat(texts(connection, "SELECT state FROM moved")).containsExactly("|GONE");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"COPIED", "PLACED"})
  void work_continues_on_the_server_after_a_move_back_that_was_killed(Step last) throws Exception {
    move().toServer();
    assertThatThrownBy(() -> killed(last).toFolder()).hasMessage("killed");

    assertOnServer();
    move().toFolder();

    try (Ledger ledger = inFolder()) {
      assertThat(ledger.audit().page(Long.MAX_VALUE, 1).get(0).what()).isEqualTo("written");
    }
  }

  @Test
  void other_state_folders_are_told_where_the_ledger_is() throws Exception {
    StateFolder other = new StateFolder(folder.resolve("other"));
    assertThatThrownBy(() -> killed(Step.COPIED).toServer()).hasMessage("killed");
    assertThatThrownBy(() -> Ledger.open(address(), other, Clock.systemUTC()))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining(state.path() + " to " + address() + " has not ended");
    assertThatThrownBy(() -> LedgerLook.at(address(), other, Instant.EPOCH))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("has not ended");
    assertThatThrownBy(() -> move(other, address()).toServer()).isInstanceOf(UsageException.class);
    move().toServer();
    Ledger.open(address(), other, Clock.systemUTC()).close();

    move().toFolder();

    assertThatThrownBy(() -> Ledger.open(address(), other, Clock.systemUTC()))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("was moved to " + state.path());
    assertThatThrownBy(() -> LedgerLook.at(address(), other, Clock.systemUTC().instant()))
        .hasMessageContaining("was moved to " + state.path());
  }

  @Test
  void whoever_has_the_old_ledger_open_cannot_write_into_it() throws Exception {
    move().toServer();
    try (Ledger zombie = onServer()) {
      move().toFolder();

      assertThatThrownBy(() -> zombie.audit().write("x", "y", Optional.empty()))
          .isInstanceOf(LedgerException.class)
          .hasMessageContaining("this_ledger_was_moved");
      assertThatThrownBy(() -> zombie.runs().delivered(DELIVERED, 1))
          .isInstanceOf(RuntimeException.class);
    }
    try (Ledger open = inFolder()) {
      assertThatThrownBy(() -> move().toServer())
          .isInstanceOf(UsageException.class)
          .hasMessageContaining("Another process has the ledger");
      open.audit().write("x", "y", Optional.empty());
    }
  }

  @Test
  void whoever_opens_it_while_it_is_moved_finds_that_it_was() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    List<Future<Ledger>> openers = new ArrayList<>();
    try {
      Consumer<Step> steps =
          step -> {
            for (int i = 0; i < 2; i++) {
              openers.add(threads.submit(this::inFolder));
            }
          };
      move(state, address(), steps).toServer();
      for (Future<Ledger> opener : openers) {
        assertThatThrownBy(opener::get).hasMessageContaining(address().url());
      }
    } finally {
      threads.shutdownNow();
    }

    move().toFolder();
    assertInFolder();
  }

  @Test
  void a_ledger_that_somebody_works_with_stays_where_it_is() throws Exception {
    try (DaemonLock daemon = DaemonLock.take(state)) {
      assertThatThrownBy(() -> move().toServer())
          .isInstanceOf(UsageException.class)
          .hasMessageContaining("A daemon works with the state folder");
    }
    move().toServer();
    String now = "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)";
    member("'gone', " + now, "GONE");
    member("'silent', " + now + " - 100000", "UP");
    member("'alive', " + now, "DRAINING");

    assertThatThrownBy(() -> move().toFolder())
        .isInstanceOf(UsageException.class)
        .hasMessageMatching(".*work with the ledger on \\S+: alive \\(heard .* ago\\)\\. Stop.*");
    assertOnServer();
  }

  /** Whatever other columns there are. */
  private void member(String nameAndBeat, String how) throws SQLException {
    List<String> columns;
    try (Connection connection = postgres()) {
      columns =
          texts(
              connection,
              "SELECT column_name, data_type FROM information_schema.columns WHERE"
                  + " table_name = 'member' AND column_name NOT IN ('name', 'beat', 'state')");
    }
    StringBuilder names = new StringBuilder("name, beat, state");
    StringBuilder values = new StringBuilder(nameAndBeat + ", '" + how + "'");
    for (String column : columns) {
      names.append(", ").append(column.split("\\|")[1]);
      values.append(column.endsWith("text") ? ", '" + how + "'" : ", 1");
    }
    server.execute(name, "INSERT INTO gemini_batch.member (" + names + ") VALUES (" + values + ")");
  }

  @Test
  void a_ledger_is_moved_to_an_empty_place_only() throws Exception {
    StateFolder other = new StateFolder(folder.resolve("other"));
    new SampleRuns(other).close();
    move(other, address()).toServer();

    assertThatThrownBy(() -> move().toServer())
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("is in use: it has runs");
    try (Ledger ledger = inFolder()) {
      assertThat(ledger.queries().find(DELIVERED)).isPresent();
    }

    Files.copy(other.ledgerSetAside(), other.ledger().get(0));
    assertThatThrownBy(() -> move(other, address()).toFolder())
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("already, which has runs");
  }

  @Test
  void a_ledger_that_only_ran_empty_makes_room() throws Exception {
    StateFolder other = new StateFolder(folder.resolve("other"));
    Ledger.open(address(), other, Clock.systemUTC()).close();
    server.execute(
        name,
        "INSERT INTO gemini_batch.event (id, at, level, text) VALUES (1, 1, 'INFO', 'started')");

    move().toServer();

    assertOnServer();
  }

  @Test
  void runs_that_are_in_progress_elsewhere_are_not_moved_away_from_their_files() throws Exception {
    move().toServer();
    server.execute(
        name,
        "UPDATE gemini_batch.run SET mark = 'elsewhere' WHERE name IN ('parked.jsonl', 'failed.jsonl')");

    assertThatThrownBy(() -> move().toFolder())
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("another state folder")
        .hasMessageContaining("parked.jsonl (20260102-030600-cccccc)")
        .hasMessageNotContaining("failed.jsonl");
    assertOnServer();
  }

  @Test
  void from_server_to_server_it_is_moved_in_two_steps() throws Exception {
    move().toServer();
    LedgerServer second =
        new LedgerServer(server.url(name) + "?currentSchema=second", "postgres", "any");

    assertThatThrownBy(() -> move(state, second).toServer())
        .isInstanceOf(UsageException.class)
        .hasMessageContaining(address() + ". Move it back first");
    move().toFolder();
    move(state, second).toServer();

    try (Ledger ledger = Ledger.open(second, state, Clock.systemUTC())) {
      assertThat(ledger.queries().find(DELIVERED)).isPresent();
    }
  }

  @Test
  void a_ledger_that_was_set_aside_is_a_copy_if_it_has_to_be_restored() throws Exception {
    move().toServer();

    Files.delete(state.ledgerMoved());
    Files.move(state.ledgerSetAside(), state.ledger().get(0));

    try (Ledger ledger = inFolder()) {
      assertThat(ledger.restoration().inWords().orElse(""))
          .startsWith("was restored from a copy of");
    }
  }

  @Test
  void nothing_is_moved_where_there_is_nothing_or_the_server_is_away() throws Exception {
    StateFolder empty = new StateFolder(Files.createDirectory(folder.resolve("empty")));
    assertThatThrownBy(() -> move(empty, address()).toServer())
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("nothing to move");
    assertThat(empty.ledger().get(0)).doesNotExist();
    server.stop();
    try {
      assertThatThrownBy(() -> move().toServer()).isInstanceOf(IOException.class);
    } finally {
      server.startAgain();
    }
    try (Ledger ledger = inFolder()) {
      assertThat(ledger.queries().find(DELIVERED)).isPresent();
    }
  }
}
