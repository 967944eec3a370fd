package dev.geminibatch.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import dev.geminibatch.run.LeaseLost;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunInput;
import dev.geminibatch.run.RunOptions;
import dev.geminibatch.run.StateFolder;
import dev.geminibatch.run.WorkRecord;
import dev.geminibatch.testkit.LedgerSnapshot;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tables of a ledger are put back to what they were, under members that work with it. */
class OwnWritesTest extends PostgresFixture {
  /** So long that no beat comes of its own. */
  private static final Duration SILENCE = Duration.ofHours(12);

  @TempDir private Path folder;

  private final AtomicLong nanos = new AtomicLong();
  private final List<Member> members = new ArrayList<>();

  @AfterEach
  void leave() {
    members.forEach(Member::close);
  }

  private final class Member implements ServerLeases.Work {
    private final Ledger ledger;
    private final ServerLeases leases;
    private int givenUp;

    private Member(String name) throws IOException {
      ledger = Ledger.open(address(), new StateFolder(folder), new ServerClock(Clock.systemUTC()));
      leases =
          new ServerLeases(
              () -> ledger,
              new StateFolder(folder),
              new MemberIdentity(name, "1", SILENCE),
              new WorkRecord(),
              this,
              new PassingTime(nanos::get, () -> 0));
      members.add(this);
      leases.open();
    }

    private void close() {
      leases.close();
      ledger.close();
    }

    private Run add(String id) throws IOException {
      assertThat(leases.acquireNew(id)).isTrue();
      Run run =
          Run.receiving(
              id,
              new RunInput(id + ".jsonl", Path.of("inbox", id + ".jsonl"), true, 0, 0),
              new RunOptions("default", "gemini-x", Path.of("media"), id, false, 5, false),
              Optional.empty(),
              Instant.now());
      ledger.runs().add(run);
      return run;
    }

    private void write() {
      ledger.audit().write("somebody", "did this", Optional.empty());
    }

    @Override
    public boolean isDaemon() {
      return true;
    }

    @Override
    public void ended(WorkRecord.Ended ended) {
      throw new AssertionError("no process has ended with an Error");
    }

    @Override
    public void giveUp() {
      givenUp++;
    }

    @Override
    public boolean isOver() {
      return true;
    }

    @Override
    public void end(ServerLeases.End end) {
      throw new AssertionError(end);
    }

    @Override
    public void broken(Error error) {
      throw error;
    }
  }

  private LedgerSnapshot snapshot() throws SQLException {
    return LedgerSnapshot.take(server, name);
  }

  @Test
  void a_member_whose_last_write_is_gone_writes_nothing_more_and_says_what_is_lacking()
      throws Exception {
    Member one = new Member("one");
    one.add("before");
    LedgerSnapshot earlier = snapshot();
    one.add("after");
    earlier.putBack();

    assertThatThrownBy(one::write).isInstanceOf(LeaseLost.class).hasMessageContaining("gone back");

    assertThat(one.ledger.audit().page(Long.MAX_VALUE, 9)).isEmpty();
    assertThat(one.leases.mayWork()).isFalse();
    assertThat(one.ledger.restoration().inWords().orElse("")).contains("has gone back");
    assertThatThrownBy(one::write).isInstanceOf(LeaseLost.class);
    assertThat(one.ledger.restoration().unknownSince()).isBefore(Instant.now());
  }

  @Test
  void it_begins_again_as_another_member_which_has_no_run() throws Exception {
    Member one = new Member("one");
    Run before = one.add("before");
    LedgerSnapshot earlier = snapshot();
    one.write();
    earlier.putBack();
    assertThatThrownBy(one::write).isInstanceOf(LeaseLost.class);

    one.leases.tick();
    assertThat(one.givenUp).isEqualTo(1);
    assertThat(one.leases.isOurs("before")).isFalse();
    one.leases.tick();

    await().until(one.leases::mayWork);
    assertThat(one.leases.acquire("before")).isTrue();
    one.write();
    assertThat(one.ledger.restoration().concerns(before)).isTrue();
    assertThat(one.ledger.members().list())
        .extracting(Members.Member::name, Members.Member::state)
        .containsExactly(tuple("one", Members.State.UP), tuple("one", Members.State.GONE));
  }

  @Test
  void others_that_have_lost_nothing_know_it_with_their_next_write() throws Exception {
    Member one = new Member("one");
    Member other = new Member("other");
    Run run = other.add("before");
    LedgerSnapshot earlier = snapshot();
    one.write();
    earlier.putBack();
    other.write();
    assertThat(other.ledger.restoration().concerns(run)).isFalse();
    assertThatThrownBy(one::write).isInstanceOf(LeaseLost.class);

    other.write();

    assertThat(other.leases.mayWork()).isTrue();
    assertThat(other.ledger.restoration().concerns(run)).isTrue();
  }

  @Test
  void a_member_that_the_ledger_does_not_know_any_more_notices_it_too() throws Exception {
    Member other = new Member("other");
    Run run = other.add("before");
    LedgerSnapshot earlier = snapshot();
    Member one = new Member("one");
    earlier.putBack();

    one.leases.tick();

    assertThat(one.leases.mayWork()).isFalse();
    await()
        .untilAsserted(
            () -> {
              other.write();
              assertThat(other.ledger.restoration().concerns(run)).isTrue();
            });
    assertThat(other.ledger.restoration().unknownSince()).isBefore(run.created());
  }

  @Test
  void a_member_that_has_written_nothing_notices_it_by_its_heartbeat() throws Exception {
    Member one = new Member("one");
    one.leases.tick();
    LedgerSnapshot earlier = snapshot();
    server.execute(name, "SELECT pg_sleep(0.01)");
    one.leases.tick();
    earlier.putBack();

    one.leases.tick();

    assertThat(one.givenUp).isEqualTo(1);
    await().until(() -> one.ledger.restoration().inWords().isPresent());
  }

  @Test
  void a_member_that_others_took_for_gone_in_the_older_ledger_notes_it_as_well() throws Exception {
    Member one = new Member("one");
    LedgerSnapshot earlier = snapshot();
    one.write();
    earlier.putBack();
    server.execute(name, "UPDATE gemini_batch.member SET state = 'GONE'");

    one.leases.tick();

    await().until(() -> one.ledger.restoration().inWords().isPresent());
  }

  @Test
  void a_transaction_that_is_rolled_back_or_whose_member_is_gone_is_no_loss() throws Exception {
    Member one = new Member("one");
    one.write();
    assertThatThrownBy(() -> one.ledger.runs().moveTo("nobody", null))
        .isInstanceOf(RuntimeException.class);
    one.write();
    server.execute(name, "UPDATE gemini_batch.member SET state = 'GONE'");

    assertThatThrownBy(one::write)
        .isInstanceOf(LeaseLost.class)
        .hasMessageContaining("take this one for gone");
    assertThat(one.ledger.restoration().inWords()).isEmpty();
  }

  @Test
  void what_is_lacking_is_forgotten_when_no_run_is_concerned_any_more() throws Exception {
    Member one = new Member("one");
    LedgerSnapshot earlier = snapshot();
    one.write();
    earlier.putBack();
    one.leases.tick();
    assertThatThrownBy(one::write).isInstanceOf(LeaseLost.class);
    one.leases.tick();
    one.leases.tick();
    await().until(one.leases::mayWork);

    assertThat(one.ledger.restoration().forgetIfOver()).isTrue();

    one.write();
    assertThat(one.ledger.restoration().inWords()).isEmpty();
  }
}
