package dev.geminibatch.ledger;

import dev.geminibatch.io.Amounts;
import dev.geminibatch.io.AtomicFiles;
import dev.geminibatch.io.PrivateFiles;
import dev.geminibatch.io.UsageException;
import dev.geminibatch.ledger.LedgerNotes.Note;
import dev.geminibatch.run.DaemonLock;
import dev.geminibatch.run.StateFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves the ledger of a state folder to a server, or back. Nobody works with either meanwhile.
 *
 * <p>Everything is copied in one transaction, with which the ledger on the server is suspended.
 * Then one file in the state folder appears or goes ({@link MovedLedger}), and from that moment the
 * other ledger counts. Whoever is killed before that has changed nothing; after it, only what does
 * not count is left to be put away, which is done by the next process that opens the ledger.
 */
public final class LedgerMove {
  private static final Logger LOG = LoggerFactory.getLogger("state");

  private final StateFolder state;
  private final LedgerServer server;
  private final Duration silence;
  private final Clock clock;
  private final Consumer<Step> steps;
  private final LedgerFile file;
  private final MovedLedger moved;
  private final LedgerTie tie;
  private volatile TableCopy copy;

  /** What was done last, in this order. */
  enum Step {
    COPIED,
    PLACED,
    DECIDED,
    PUT_AWAY
  }

  /**
   * Moves nothing yet.
   *
   * @param silence after which a member is taken for gone
   */
  public LedgerMove(StateFolder state, LedgerServer server, Duration silence, Clock clock) {
    this(state, server, silence, clock, step -> {});
  }

  /**
   * The same with somebody who watches.
   *
   * @param steps receives each step when it is done
   */
  LedgerMove(
      StateFolder state, LedgerServer server, Duration silence, Clock clock, Consumer<Step> steps) {
    this.silence = silence;
    this.state = state;
    this.server = server;
    this.clock = clock;
    this.steps = steps;
    this.file = new LedgerFile(state);
    this.moved = new MovedLedger(state);
    this.tie = new LedgerTie(server, state);
  }

  /**
   * What the ledger holds, wherever it is now.
   *
   * @param runs how many there are, finished or not
   */
  public record Moved(long runs, long jobs, long uploads) {
    private static Moved of(Handle handle) {
      return new Moved(count(handle, "run"), count(handle, "job"), count(handle, "upload"));
    }

    private static long count(Handle handle, String table) {
      return handle.createQuery("SELECT COUNT(*) FROM " + table).mapTo(Long.class).one();
    }
  }

  /** How far it is, in words; empty before it has begun. */
  public String progress() {
    TableCopy present = copy;
    return present == null ? "" : present.progress();
  }

  /**
   * Moves it to the server. If that was done before, what is left of it is put away.
   *
   * @throws UsageException if it cannot be moved, with the reason and the remedy
   * @throws IOException if the server or the disk fails; the ledger is where it was
   */
  public Moved toServer() throws IOException {
    return alone(
        () -> {
          if (moved.exists()) {
            return alreadyThere();
          }
          requireLedger();
          Ledger.open(state, clock).close(); // is up to date then, and knows what it lacks
          try (PostgresDatabase target = PostgresDatabase.open(server)) {
            Moved all = toServer(target, tie.mark());
            moved.setAside();
            steps.accept(Step.PUT_AWAY);
            quietly(target, Suspension::end);
            return all;
          }
        });
  }

  private Moved toServer(PostgresDatabase target, String mark) throws IOException {
    return withLedgerHere(
        source -> {
          Moved all =
              target
                  .durable()
                  .inTransaction(
                      to -> {
                        LedgerVacancy vacancy = new LedgerVacancy(server, to);
                        vacancy.requireNobody(silence);
                        vacancy.empty(mark);
                        copy = TableCopy.toServer(source.handle(), to, mark);
                        copy.copy();
                        for (Note note : Note.values()) {
                          target.write(to, note, SqliteDatabase.noted(source.handle(), note));
                        }
                        to.execute("INSERT INTO state_folder (mark) VALUES (?)", mark);
                        suspension(mark, Suspension.State.COMING).begin(to);
                        return Moved.of(to);
                      });
          steps.accept(Step.COPIED);
          moved.write(server);
          steps.accept(Step.DECIDED);
          return all;
        });
  }

  private Suspension suspension(String mark, Suspension.State how) {
    return new Suspension(mark, state.path().toAbsolutePath().toString(), how);
  }

  /** What does not count is left to be put away; that the server goes away does not matter now. */
  private static void quietly(PostgresDatabase database, Access.Use<RuntimeException> last) {
    try {
      database.durable().useTransaction(last);
    } catch (LedgerException e) {
      LOG.warn("The ledger is moved, but the server does not know it yet: {}", e.getMessage());
    }
  }

  private Moved alreadyThere() throws IOException {
    if (!moved.url().equals(server.url())) {
      throw new UsageException(
          "The ledger of "
              + state.path()
              + " is on "
              + moved.url()
              + ". Move it back first: set ledger.url to that, and run --move-ledger sqlite.");
    }
    try (PostgresDatabase target = PostgresDatabase.open(server)) {
      tie.require(target);
      return target.durable().withHandle(Moved::of);
    }
  }

  private void requireLedger() throws IOException {
    if (!Files.exists(file.path()) || Files.size(file.path()) == 0) {
      throw new UsageException(
          "There is no ledger in "
              + state.path()
              + ", so nothing to move. "
              + (tie.ours().isPresent()
                  ? "If it is on another server, move it back first: --move-ledger sqlite."
                  : "Set ledger.url, and the first start makes one there."));
    }
  }

  /**
   * Moves it from the server into the state folder. If that was done before, the server learns it.
   *
   * @throws UsageException if it cannot be moved, with the reason and the remedy
   * @throws IOException if the server or the disk fails; the ledger is where it was
   */
  public Moved toFolder() throws IOException {
    return alone(
        () -> {
          try (PostgresDatabase source = PostgresDatabase.open(server)) {
            if (isBack(source)) {
              quietly(source, Suspension::settle);
              return source.durable().withHandle(Moved::of);
            }
            String mark = tie.require(source);
            requireNoLedger();
            Path part = AtomicFiles.aside(file.path(), "moved.copy");
            Moved all = toFile(source, mark, part);
            place(part);
            moved.remove();
            steps.accept(Step.DECIDED);
            quietly(source, Suspension::settle);
            return all;
          }
        });
  }

  /** Whether the file in the state folder has decided already. */
  private boolean isBack(PostgresDatabase source) throws IOException {
    Optional<Suspension> suspension = source.durable().withHandle(Suspension::of);
    return suspension.isPresent()
        && suspension.get().state() != Suspension.State.COMING
        && tie.ours().equals(suspension.map(Suspension::mark))
        && !moved.exists();
  }

  private Moved toFile(PostgresDatabase source, String mark, Path part) throws IOException {
    NativeSqlite.load(state);
    Files.deleteIfExists(part);
    PrivateFiles.createFile(part);
    Moved all =
        source
            .durable()
            .inTransaction(
                from -> {
                  LedgerVacancy vacancy = new LedgerVacancy(server, from);
                  vacancy.requireNobody(silence);
                  vacancy.requireOnly(mark, state);
                  try (SoleConnection target = SoleConnection.toNewLedger(part)) {
                    copy = TableCopy.fromServer(from, target.handle());
                    copy.copy();
                    for (Note note : Note.values()) {
                      SqliteDatabase.note(target.handle(), note, source.minutes(from, note));
                    }
                    target.commit();
                  }
                  AtomicFiles.force(part);
                  if (!moved.exists()) {
                    moved.write(server); // which is so, and decides until it goes
                  }
                  suspension(mark, Suspension.State.GOING).begin(from);
                  return Moved.of(from);
                });
    steps.accept(Step.COPIED);
    return all;
  }

  private void place(Path part) throws IOException {
    for (Path old : state.ledger()) {
      Files.deleteIfExists(old); // it holds nothing
    }
    AtomicFiles.publish(part, file.path());
    steps.accept(Step.PLACED);
  }

  /** One that was made by mistake, without ledger.url, is empty. */
  private void requireNoLedger() throws IOException {
    if (!Files.exists(file.path()) || Files.size(file.path()) == 0) {
      return;
    }
    NativeSqlite.load(state);
    boolean isUsed;
    try {
      isUsed = withLedgerHere(there -> there.hasTables() && LedgerVacancy.isUsed(there.handle()));
    } catch (LedgerException e) {
      isUsed = true; // it is one of an earlier version, or something else
    }
    if (isUsed) {
      throw new UsageException(
          "There is a ledger in "
              + state.path()
              + " already, which has runs. Move "
              + file.path().getFileName()
              + " away if it is not needed, and repeat the command. Nothing was changed.");
    }
  }

  private interface Here<T> {
    T done(SoleConnection ledger) throws IOException;
  }

  /** Does something with the ledger in the state folder. */
  private <T> T withLedgerHere(Here<T> work) throws IOException {
    file.opening();
    try (SoleConnection ledger = SoleConnection.toLedger(file)) {
      return work.done(ledger);
    } finally {
      file.closed();
    }
  }

  private interface Work {
    Moved done() throws IOException;
  }

  private Moved alone(Work work) throws IOException {
    if (!Files.isDirectory(state.path())) {
      throw new UsageException(
          "There is no state folder " + state.path() + ". See that state.directory names it.");
    }
    if (DaemonLock.isTaken(state)) {
      throw new UsageException(
          "A daemon works with the state folder "
              + state.path()
              + ", or another move does. Stop it or wait, and repeat the command. Nothing was changed.");
    }
    try (DaemonLock lock = DaemonLock.take(state)) {
      return work.done();
    } catch (LedgerException e) {
      Optional<String> damage = LedgerDamage.of(e);
      if (damage.isPresent()) {
        throw file.damaged(damage.get());
      }
      throw new IOException(
          "The ledger was not moved: "
              + Amounts.clause(Amounts.firstLine(String.valueOf(e.getCause().getMessage())))
              + ". It is where it was. Remove the cause, and repeat the command.",
          e);
    }
  }
}
