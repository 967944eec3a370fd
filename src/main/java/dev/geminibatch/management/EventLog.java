package dev.geminibatch.management;

import dev.geminibatch.io.Amounts;
import dev.geminibatch.io.DaemonThreads;
import dev.geminibatch.ledger.Events;
import dev.geminibatch.ledger.Events.Event;
import dev.geminibatch.ledger.Events.Level;
import dev.geminibatch.logging.LogEar;
import dev.geminibatch.logging.LogLevel;
import dev.geminibatch.run.ForwardingProgress;
import dev.geminibatch.run.Progress;
import dev.geminibatch.run.RunEvent;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor.DiscardPolicy;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Keeps in the ledger what a person may want to know of: warnings and errors of the log, some other
 * records, and deliveries that lack answers.
 *
 * <p>Whoever logs only puts it into a short queue. What has come within a second is written at
 * once, and what says the same several times is one event. If there is too much, or the ledger
 * cannot be written to, events are lost and counted; the log has them all the same.
 */
public final class EventLog implements LogEar, AutoCloseable {
  static final int MOST_WAITING = 1_000;

  /** Whose records matter that are neither warnings nor errors. */
  private static final Set<String> HEARD = Set.of("account", "holds", "settings", "window");

  private static final Pattern RUN_IN_TEXT =
      Pattern.compile("\\brun (\\d{8}-\\d{6}-[0-9a-z]{6})\\b");

  private final BlockingQueue<Waiting> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
  private final AtomicLong lost = new AtomicLong();
  private final AtomicBoolean isDue = new AtomicBoolean();
  private final Clock clock;
  private final Executor later;
  private final Runnable end;
  private volatile Events ledger;
  private volatile Thread writer;

  /**
   * An event that is not written yet.
   *
   * @param kind is the same of events that say the same of different files
   */
  private record Waiting(Event event, String kind) {}

  /** Writes nothing before {@link #begin}. */
  public EventLog(Clock clock) {
    this(clock, threads());
  }

  private EventLog(Clock clock, ScheduledThreadPoolExecutor threads) {
    this(clock, task -> threads.schedule(task, 1, TimeUnit.SECONDS), threads::shutdownNow);
  }

  /**
   * For tests.
   *
   * @param later runs what it is given when some more may have come
   */
  EventLog(Clock clock, Executor later, Runnable end) {
    this.clock = clock;
    this.later = later;
    this.end = end;
  }

  /** Its one thread is made when something has happened. */
  private static ScheduledThreadPoolExecutor threads() {
    return new ScheduledThreadPoolExecutor(1, DaemonThreads.named("events"), new DiscardPolicy());
  }

  /** From now on events are written, with those that have come so far. */
  public void begin(Events events) {
    ledger = events;
    if (!waiting.isEmpty()) {
      writeSoon();
    }
  }

  @Override
  public boolean wants(LogLevel level, String logger) {
    return level.isAtLeast(LogLevel.WARN) || level == LogLevel.INFO && HEARD.contains(logger);
  }

  @Override
  public void hear(Heard entry) {
    String text = entry.text();
    add(
        new Event(
            entry.at(),
            Level.valueOf(entry.level().name()),
            text,
            entry.runId().or(() -> run(text))),
        kind(text, entry.file()));
  }

  /** Something has happened that is not logged. */
  public void happened(Level level, String text) {
    add(new Event(clock.instant(), level, text, run(text)), text);
  }

  /** Passes everything on, and keeps what a person may want to know of. */
  public Progress watching(Progress progress) {
    return new ForwardingProgress(progress) {
      @Override
      public void happened(RunEvent event) {
        if (event instanceof RunEvent.Delivered delivered && !delivered.failures().isEmpty()) {
          incomplete(delivered);
        }
        super.happened(event);
      }
    };
  }

  private void incomplete(RunEvent.Delivered delivered) {
    long failed = delivered.failures().values().stream().mapToLong(Long::longValue).sum();
    String causes =
        delivered.failures().entrySet().stream()
            .map(cause -> cause.getKey() + " " + Amounts.count(cause.getValue()))
            .collect(Collectors.joining(", "));
    String text =
        Amounts.count(failed)
            + " of "
            + Amounts.count(delivered.answered() + failed, "request")
            + " without an answer ("
            + causes
            + ")";
    String name = delivered.run().name();
    add(
        new Event(
            clock.instant(), Level.WARN, name + ": " + text, Optional.of(delivered.run().id())),
        kind(text, Optional.empty()));
  }

  private static Optional<String> run(String text) {
    Matcher found = RUN_IN_TEXT.matcher(text);
    return found.find() ? Optional.of(found.group(1)) : Optional.empty();
  }

  private static String kind(String text, Optional<String> file) {
    String rest = file.map(name -> text.replace(name, "")).orElse(text);
    return rest.replaceFirst("^[^:]*: ", "").replaceAll("\\d+", "0");
  }

  private void add(Event event, String kind) {
    if (Thread.currentThread() == writer) {
      return; // what the ledger has to say of this would never end
    }
    if (!waiting.offer(new Waiting(event, event.level() + kind))) {
      lost.incrementAndGet();
    }
    if (ledger != null) {
      writeSoon();
    }
  }

  private void writeSoon() {
    if (isDue.compareAndSet(false, true)) {
      later.execute(this::write);
    }
  }

  private synchronized void write() {
    isDue.set(false);
    List<Waiting> taken = new ArrayList<>();
    waiting.drainTo(taken);
    long missing = lost.getAndSet(0);
    if (taken.isEmpty() && missing == 0) {
      return;
    }
    writer = Thread.currentThread();
    try {
      ledger.write(events(taken, missing));
    } catch (RuntimeException e) {
      lost.addAndGet(taken.size() + missing);
    } finally {
      writer = null;
    }
  }

  private List<Event> events(List<Waiting> taken, long missing) {
    Map<String, List<Event>> byKind = new LinkedHashMap<>();
    for (Waiting each : taken) {
      byKind.computeIfAbsent(each.kind(), any -> new ArrayList<>()).add(each.event());
    }
    List<Event> events = new ArrayList<>();
    byKind.values().forEach(same -> events.add(together(same)));
    if (missing > 0) {
      Instant now = clock.instant();
      String text =
          Amounts.count(missing, "event")
              + " not kept: more came at once than can be written, or the ledger could not be"
              + " written to. The log has them";
      events.add(new Event(now, Level.WARN, text, Optional.empty()));
    }
    return events;
  }

  private static Event together(List<Event> same) {
    Event first = same.get(0);
    return same.size() == 1
        ? first
        : new Event(
            first.at(),
            first.level(),
            first.text() + " (and " + Amounts.count(same.size() - 1) + " more like it)",
            first.runId());
  }

  /** Writes at once what has come. */
  public void flush() {
    if (ledger != null) {
      write();
    }
  }

  @Override
  public void close() {
    flush();
    end.run();
  }
}
