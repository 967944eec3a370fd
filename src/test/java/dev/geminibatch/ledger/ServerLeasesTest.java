package dev.geminibatch.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import dev.geminibatch.run.LeaseLost;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunInput;
import dev.geminibatch.run.RunOptions;
import dev.geminibatch.run.RunState;
import dev.geminibatch.run.StateFolder;
import dev.geminibatch.run.WorkRecord;
import dev.geminibatch.testkit.LogEar;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two members in one process; the time passes when a test says so. */
class ServerLeasesTest extends PostgresFixture {
  /** So long that no beat comes of its own. */
  private static final Duration SILENCE = Duration.ofHours(12);

  @TempDir private Path folder;

  private final AtomicLong nanos = new AtomicLong();
  private final AtomicLong millis = new AtomicLong();
  private final List<Member> members = new ArrayList<>();

  @AfterEach
  void leave() {
    members.forEach(Member::close);
  }

  /** A process that shares the ledger. */
  private final class Member implements ServerLeases.Work {
    private final Ledger ledger;
    private final ServerLeases leases;
    private boolean isDaemon = true;
    private boolean isOver = true;
    private int givenUp;
    private final List<ServerLeases.End> ends = new ArrayList<>();
    private final List<Error> errors = new CopyOnWriteArrayList<>();

    /** What was learnt of processes that an Error has ended, and by which thread. */
    private final List<String> learnt = new CopyOnWriteArrayList<>();

    private Error whenItEnds;

    private Member(String name, Path state) throws IOException {
      this(name, state, SILENCE);
    }

    private Member(String name, Path state, Duration silence) throws IOException {
      ledger = Ledger.open(address(), new StateFolder(state), new ServerClock(Clock.systemUTC()));
      leases =
          new ServerLeases(
              () -> ledger,
              new StateFolder(state),
              new MemberIdentity(name, "1", silence),
              new WorkRecord(),
              this,
              new PassingTime(nanos::get, millis::get));
      members.add(this);
    }

    private void close() {
      leases.close();
      ledger.close();
    }

    @Override
    public boolean isDaemon() {
      return isDaemon;
    }

    @Override
    public void ended(WorkRecord.Ended ended) {
      learnt.add(ended.runId() + " by " + Thread.currentThread().getName());
    }

    @Override
    public void giveUp() {
      givenUp++;
    }

    @Override
    public boolean isOver() {
      return isOver;
    }

    @Override
    public void end(ServerLeases.End end) {
      ends.add(end);
      if (whenItEnds != null) {
        throw whenItEnds;
      }
    }

    @Override
    public void broken(Error error) {
      errors.add(error);
    }
  }

  private Member member(String name) throws IOException {
    Member member = new Member(name, folder);
    member.leases.open();
    return member;
  }

  private void execute(String sql) throws SQLException {
    server.execute(name, sql);
  }

  /** What the database sees of a member that has been stopped for longer than it may. */
  private void silence(String member) throws SQLException {
    execute(
        "UPDATE gemini_batch.member SET beat = beat - "
            + 2 * SILENCE.toMillis()
            + " WHERE name = '"
            + member
            + "'");
  }

  /** As long as a member waits before it believes in the silence of another one. */
  private void listen(Member member) {
    nanos.addAndGet(SILENCE.toNanos() / 2);
    member.leases.tick();
  }

  private static String add(Member member, String id) {
    assertThat(member.leases.acquire(id)).isTrue();
    member
        .ledger
        .runs()
        .add(
            Run.receiving(
                id,
                new RunInput(id + ".jsonl", Path.of("inbox", id + ".jsonl"), true, 0, 0),
                new RunOptions("default", "gemini-x", Path.of("media"), id, false, 5, false),
                Optional.empty(),
                Instant.EPOCH));
    return id;
  }

  @Test
  void a_run_belongs_to_one_member() throws Exception {
    Member one = member("one");
    Member other = member("other");
    String run = add(one, "run");

    assertThat(one.leases.isOurs(run)).isTrue();
    assertThat(other.leases.isFree(run)).isFalse();
    assertThat(other.leases.acquire(run)).isFalse();
    one.leases.release(run);
    assertThat(other.leases.isFree(run)).isTrue();
    assertThat(other.leases.acquire(run)).isTrue();
    assertThat(one.leases.acquire(run)).isFalse();
  }

  @Test
  void members_of_one_name_are_pointed_out() throws Exception {
    member("one");
    try (LogEar log = LogEar.at("members")) {
      member("other");
      assertThat(log.heard()).noneMatch(said -> said.contains("member.name"));
      member("one");
      assertThat(log.heard()).anyMatch(said -> said.contains("member.name"));
    }
  }

  @Test
  void a_silent_member_loses_its_runs_and_writes_nothing_any_more() throws Exception {
    Member stopped = member("stopped");
    Member other = member("other");
    String run = add(stopped, "run");
    silence("stopped");

    listen(other);

    assertThat(other.leases.acquire(run)).isTrue();
    assertThatThrownBy(() -> stopped.ledger.runs().moveTo(run, RunState.RECEIVED))
        .isInstanceOf(LeaseLost.class);
    assertThatThrownBy(() -> stopped.ledger.audit().write("somebody", "did this", Optional.empty()))
        .isInstanceOf(LeaseLost.class);
    other.ledger.runs().moveTo(run, RunState.RECEIVED);
    assertThat(other.ledger.queries().run(run).state()).isEqualTo(RunState.RECEIVED);
  }

  @Test
  void a_member_that_was_taken_for_gone_begins_again_when_its_work_is_over() throws Exception {
    Member stopped = member("stopped");
    Member other = member("other");
    String run = add(stopped, "run");
    stopped.isOver = false;
    silence("stopped");
    listen(other);

    stopped.leases.tick();
    stopped.leases.tick();
    assertThat(stopped.givenUp).isEqualTo(1);
    assertThat(stopped.leases.mayWork()).isFalse();
    assertThat(stopped.leases.isOurs(run)).isFalse();
    stopped.isOver = true;
    stopped.leases.tick();

    await().until(stopped.leases::mayWork);
    assertThat(stopped.leases.isOurs(run)).isFalse();
    assertThat(stopped.leases.acquire(run)).isTrue();
    stopped.ledger.runs().moveTo(run, RunState.RECEIVED);
    assertThat(other.ledger.members().list())
        .extracting(Members.Member::name, Members.Member::state, Members.Member::runs)
        .containsExactly(
            tuple("other", Members.State.UP, 0L),
            tuple("stopped", Members.State.UP, 1L),
            tuple("stopped", Members.State.GONE, 0L));
  }

  @Test
  void a_member_that_hears_nothing_of_the_ledger_stops_before_others_take_over() throws Exception {
    Member one = member("one");
    String run = add(one, "run");

    nanos.addAndGet(SILENCE.toNanos() * 3 / 4);

    assertThat(one.leases.isOurs(run)).isFalse();
    assertThatThrownBy(() -> one.leases.require(run)).isInstanceOf(LeaseLost.class);
    one.leases.tick();
    assertThat(one.leases.isOurs(run)).isTrue();
  }

  @Test
  void a_member_whose_machine_was_suspended_stops_until_it_is_heard() throws Exception {
    Member one = member("one");
    String run = add(one, "run");

    millis.addAndGet(SILENCE.toMillis() * 3 / 4);

    assertThat(one.leases.isHeard()).isFalse();
    assertThat(one.leases.isOurs(run)).isFalse();
    assertThatThrownBy(() -> one.leases.require(run)).isInstanceOf(LeaseLost.class);
    one.leases.tick();
    assertThat(one.leases.isOurs(run)).isTrue();
  }

  @Test
  void a_clock_that_is_set_back_gives_nobody_more_time() throws Exception {
    Member one = member("one");
    String run = add(one, "run");

    millis.addAndGet(-10 * SILENCE.toMillis());

    assertThat(one.leases.isOurs(run)).isTrue();
    nanos.addAndGet(SILENCE.toNanos() * 3 / 4);
    assertThat(one.leases.isOurs(run)).isFalse();
  }

  @Test
  void a_clock_that_is_set_forward_makes_nobody_impatient() throws Exception {
    Member one = member("one");
    String run = add(one, "run");
    Member other = member("other");
    silence("one");

    millis.addAndGet(10 * SILENCE.toMillis());
    other.leases.tick();
    assertThat(other.leases.acquire(run)).isFalse();

    listen(other);
    assertThat(other.leases.acquire(run)).isTrue();
  }

  @Test
  void a_member_is_known_before_its_record_appears() throws Exception {
    Path records = new StateFolder(folder).workers();
    Member one = new Member("one", folder);
    execute(
        "CREATE FUNCTION gemini_batch.wait() RETURNS trigger AS $$ BEGIN"
            + " PERFORM pg_advisory_xact_lock(4711); RETURN NEW; END $$ LANGUAGE plpgsql");
    execute(
        "CREATE TRIGGER wait BEFORE INSERT ON gemini_batch.member"
            + " FOR EACH ROW EXECUTE FUNCTION gemini_batch.wait()");
    Thread opening = new Thread(() -> open(one));
    try (Connection connection = DriverManager.getConnection(server.url(name), "postgres", "any");
        Statement statement = connection.createStatement()) {
      statement.execute("SELECT pg_advisory_lock(4711)");
      opening.start();
      await()
          .until(
              () -> server.value(name, "SELECT count(*) FROM pg_locks WHERE NOT granted"),
              waiting -> !waiting.equals("0"));

      assertThat(records).isEmptyDirectory();
    }
    opening.join();

    assertThat(records).isNotEmptyDirectory();
  }

  private static void open(Member member) {
    try {
      member.leases.open();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void the_heartbeats_do_not_wait_for_what_those_that_are_gone_have_left() throws Exception {
    member("one");
    Member other = member("other");
    Files.writeString(
        new StateFolder(folder).workers().resolve("0123456789abcdef"),
        "OutOfMemoryError\nc run inspect\n");
    execute(
        "INSERT INTO gemini_batch.member SELECT 'old', 'old', '1', 9, 'x', 1, '', since, 0, 'GONE'"
            + " FROM gemini_batch.member WHERE name = 'one'");
    silence("one");

    listen(other);

    await().until(() -> other.learnt, learnt -> learnt.equals(List.of("run by membership")));
    await()
        .until(
            () -> other.ledger.members().list(),
            all -> all.stream().noneMatch(each -> each.name().equals("old")));
  }

  @Test
  void an_error_that_ends_the_heartbeats_is_not_kept_quiet() throws Exception {
    Member one = new Member("one", folder, Duration.ofSeconds(1));
    one.whenItEnds = new StackOverflowError();
    one.leases.open();

    execute("UPDATE gemini_batch.member SET state = 'DRAINING'");

    await().until(() -> one.errors, errors -> errors.contains(one.whenItEnds));
  }

  @Test
  void a_member_that_has_just_begun_takes_nobody_for_gone() throws Exception {
    Member one = member("one");
    String run = add(one, "run");
    Member young = member("young");
    silence("one");

    young.leases.tick();

    assertThat(young.leases.acquire(run)).isFalse();
  }

  @Test
  void a_write_with_an_older_fence_is_refused_although_the_member_is_alive() throws Exception {
    Member one = member("one");
    String run = add(one, "run");
    execute("UPDATE gemini_batch.run SET fence = fence + 1, owner = 'somebody'");
    execute(
        "INSERT INTO gemini_batch.member SELECT 'somebody', 'x', '1', 9, 'x', 1, '', since, beat,"
            + " 'UP' FROM gemini_batch.member");

    assertThatThrownBy(() -> one.ledger.runs().moveTo(run, RunState.RECEIVED))
        .isInstanceOf(LeaseLost.class);
    assertThatThrownBy(() -> one.ledger.runs().parked(run, "waits", Duration.ofSeconds(1)))
        .isInstanceOf(LeaseLost.class);
    assertThat(one.leases.isOurs(run)).isFalse();
  }

  @Test
  void a_member_that_ends_leaves_its_runs_to_others() throws Exception {
    Member one = member("one");
    Member other = member("other");
    Member command = new Member("command", folder);
    command.isDaemon = false;
    command.leases.open();
    String run = add(one, "run");

    one.leases.close();
    command.leases.close();

    assertThat(other.leases.acquire(run)).isTrue();
    assertThat(other.ledger.members().list())
        .extracting(Members.Member::name)
        .containsExactly("other", "one");
  }

  @Test
  void a_run_stays_where_its_files_are() throws Exception {
    Member one = member("one");
    Member elsewhere = new Member("elsewhere", folder.resolve("own"));
    elsewhere.leases.open();
    String run = add(one, "run");

    one.leases.close();

    assertThat(elsewhere.leases.isFree(run)).isTrue();
    assertThat(elsewhere.leases.acquire(run)).isFalse();
    assertThat(member("one").leases.acquire(run)).isTrue();
  }

  @Test
  void a_member_that_is_drained_takes_nothing_more() throws Exception {
    Member one = member("one");
    String run = add(one, "run");
    execute("UPDATE gemini_batch.member SET state = 'DRAINING'");

    one.leases.tick();

    assertThat(one.ends).extracting(ServerLeases.End::isFault).containsExactly(false);
    assertThat(one.leases.isOurs(run)).isTrue();
    assertThat(one.leases.mayBegin()).isFalse();
    assertThat(one.leases.acquire("another")).isFalse();
  }

  @Test
  void a_member_that_is_drained_and_lost_its_runs_ends_and_does_not_begin_again() throws Exception {
    Member one = member("one");
    Member other = member("other");
    assertThat(other.ledger.members().drain(other.ledger.members().list().get(0).id())).isTrue();
    one.leases.tick();
    silence("one");
    listen(other);

    one.leases.tick();
    one.leases.tick();

    assertThat(one.ends).hasSize(2);
    assertThat(other.ledger.members().list())
        .extracting(Members.Member::name, Members.Member::state)
        .containsExactly(tuple("other", Members.State.UP), tuple("one", Members.State.GONE));
  }

  @Test
  void a_member_is_drained_once() throws Exception {
    Member one = member("one");
    String id = one.ledger.members().list().get(0).id();

    assertThat(one.ledger.members().drain(id)).isTrue();
    assertThat(one.ledger.members().drain(id)).isFalse();
    assertThat(one.ledger.members().drain("nobody")).isFalse();
    assertThat(one.ledger.members().list())
        .extracting(Members.Member::state, Members.Member::isHere)
        .containsExactly(tuple(Members.State.DRAINING, true));
  }

  @Test
  void a_member_knows_whether_its_heartbeats_arrive() throws Exception {
    Member one = member("one");
    assertThat(one.leases.isHeard()).isTrue();

    nanos.addAndGet(SILENCE.toNanos() / 2);
    assertThat(one.leases.isHeard()).isFalse();
    assertThat(one.leases.mayWork()).isTrue();
    one.leases.tick();
    assertThat(one.leases.isHeard()).isTrue();
  }

  @Test
  void where_a_run_is_can_be_said_when_there_are_several_places() throws Exception {
    Member one = member("one");
    String run = add(one, "run");
    one.ledger.runs().moveTo(run, RunState.RECEIVED);
    assertThat(one.ledger.whereabouts().of(List.of(run))).isEmpty();

    Member elsewhere = new Member("elsewhere", folder.resolve("own"));
    elsewhere.leases.open();
    assertThat(elsewhere.ledger.whereabouts().of(List.of(run, "unknown")))
        .containsExactly(
            entry(run, new Whereabouts.Place(Optional.of("one"), false, true, Optional.of("one"))));
    assertThat(elsewhere.ledger.whereabouts().stranded()).isEmpty();

    one.leases.close();
    assertThat(elsewhere.ledger.whereabouts().of(List.of(run)))
        .containsEntry(
            run, new Whereabouts.Place(Optional.empty(), false, false, Optional.of("one")));
    assertThat(elsewhere.ledger.whereabouts().stranded())
        .containsExactly(new Whereabouts.Stranded(Optional.of("one"), 1));
  }

  @Test
  void a_member_stops_at_once_when_a_newer_program_has_changed_the_tables() throws Exception {
    Member one = member("one");
    Member newer = member("newer");
    String run = add(one, "run");
    one.isOver = false;
    execute(
        "INSERT INTO gemini_batch.flyway_schema_history SELECT installed_rank + 100, '1000',"
            + " description, type, script, checksum, installed_by, installed_on, execution_time,"
            + " success FROM gemini_batch.flyway_schema_history WHERE version = '10'");

    one.leases.tick();

    assertThat(one.ends).extracting(ServerLeases.End::isFault).containsExactly(true);
    assertThat(one.ends.get(0).why()).contains("1000").contains("versions up to 10");
    assertThat(one.givenUp).isEqualTo(1);
    assertThat(one.leases.mayWork()).isFalse();
    assertThatThrownBy(() -> one.ledger.runs().moveTo(run, RunState.RECEIVED))
        .isInstanceOf(LeaseLost.class);
    assertThat(newer.leases.acquire(run)).isTrue();
    one.isOver = true;
    one.leases.tick();
    assertThat(one.ends).as("it does not begin again").hasSize(2);
  }

  @Test
  void each_member_may_be_silent_for_as_long_as_it_is_set() throws Exception {
    Member patient = new Member("patient", folder, SILENCE.multipliedBy(3));
    patient.leases.open();
    Member hasty = member("hasty");
    silence("patient");

    listen(hasty);
    assertThat(hasty.ledger.members().alive()).hasSize(2);

    silence("patient");
    listen(hasty);
    assertThat(hasty.ledger.members().alive()).hasSize(1);
  }

  @Test
  void times_are_those_of_the_server() throws Exception {
    Clock fast = Clock.offset(Clock.systemUTC(), Duration.ofHours(1));
    ServerClock clock = new ServerClock(fast);
    Ledger.open(address(), new StateFolder(folder), clock).close();

    assertThat(Duration.between(clock.instant(), Clock.systemUTC().instant()).abs())
        .isLessThan(Duration.ofMinutes(10));
  }
}
