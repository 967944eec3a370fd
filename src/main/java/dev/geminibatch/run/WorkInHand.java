package dev.geminibatch.run;

import dev.geminibatch.io.FileGuard;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** The runs that threads work on at this moment, where they are, and whether they make progress. */
public final class WorkInHand {
  private final WorkRecord record;
  private final Consumer<String> guard;
  private final Map<String, Task> tasks = new ConcurrentHashMap<>();
  private final BitSet slots = new BitSet();

  /** What each thread works for. */
  private final ThreadLocal<Task> present = new ThreadLocal<>();

  /** Of a process that shares its runs with nobody. */
  public WorkInHand(WorkRecord record) {
    this(record, null);
  }

  /**
   * Nothing is in hand yet.
   *
   * @param guard throws if a run may have got to another process; null if that cannot be
   */
  public WorkInHand(WorkRecord record, Consumer<String> guard) {
    this.record = record;
    this.guard = guard;
  }

  /** The work on one run, from when a worker takes it until the run waits or is over. */
  public static final class Task {
    private final Run run;
    private final int slot;
    private final AtomicLong steps = new AtomicLong();
    private volatile String stage;
    private volatile String route;
    private volatile boolean isStuck;

    /** Those that work on it just now: one for each file that is uploaded, for example. */
    private final Set<Thread> threads = new HashSet<>();

    private Task(Run run, int slot) {
      this.run = run;
      this.slot = slot;
    }

    /** As it was when it was taken in hand. */
    public Run run() {
      return run;
    }

    /** The stage, as its route is named. */
    public String stage() {
      return stage;
    }

    /** The route that it is in, which may be a user's; the stage's until that is known. */
    public String route() {
      return route == null ? stage : route;
    }

    /** Grows as long as the work makes progress. */
    public long steps() {
      return steps.get();
    }

    /** Whether it was given up. */
    public boolean isStuck() {
      return isStuck;
    }

    /**
     * It is given up until it gets to another stage after all, and its threads are interrupted.
     *
     * @return where these were
     */
    public List<StackTraceElement[]> giveUp() {
      synchronized (threads) {
        isStuck = true;
        List<StackTraceElement[]> places = threads.stream().map(Thread::getStackTrace).toList();
        threads.forEach(Thread::interrupt);
        return places;
      }
    }

    /** It has made a step. */
    public void step() {
      steps.lazySet(steps.get() + 1); // a lost one among many does no harm
    }
  }

  /** A stage of a run begins. */
  public void begin(Run run, String stage) {
    Task task = tasks.computeIfAbsent(run.id(), id -> new Task(run, takeSlot()));
    task.route = null;
    task.isStuck = false;
    task.stage = stage;
    task.step();
    record.write(task.slot, run.id(), stage);
  }

  /** The work on a run has got to a route, which may be that of a stage or a user's. */
  public void in(Task task, String routeId, boolean isStage) {
    task.step();
    if (routeId.equals(task.route)) {
      return;
    }
    task.route = routeId;
    if (isStage && !routeId.equals(task.stage)) {
      task.stage = routeId;
      record.write(task.slot, task.run.id(), routeId);
    }
  }

  /**
   * The thread that calls this begins to work for a task.
   *
   * @return what it worked for before, or null, for {@link #leave}
   */
  public Task enter(Task task) {
    Task before = present.get();
    if (before != task) {
      present.set(task);
      guard(task);
      RunScope.enter(task.run);
      synchronized (task.threads) {
        task.threads.add(Thread.currentThread());
      }
    }
    return before;
  }

  private void guard(Task task) {
    if (guard != null) {
      FileGuard.set(task == null ? null : () -> guard.accept(task.run.id()));
    }
  }

  /** The thread that calls this does not work for a task any more. */
  public void leave(Task task, Task before) {
    if (before != task) {
      present.set(before);
      guard(before);
      RunScope.enter(before == null ? null : before.run);
      synchronized (task.threads) {
        task.threads.remove(Thread.currentThread());
        if (task.isStuck) {
          Thread.interrupted(); // what it does next is for another run
        }
      }
    }
  }

  /** What a thread that helps with a run closes in the end. */
  @FunctionalInterface
  public interface Help extends AutoCloseable {
    @Override
    void close();
  }

  /** See {@link BusyRuns#help}. */
  Help help(Run run) {
    Task task = tasks.get(run.id());
    if (task == null) {
      return alone(run);
    }
    Task before = enter(task);
    return () -> leave(task, before);
  }

  /** Of a run that is in no stage yet. */
  private Help alone(Run run) {
    RunScope scope = RunScope.of(run);
    if (guard == null) {
      return scope::close;
    }
    FileGuard.set(() -> guard.accept(run.id()));
    return () -> {
      guard(present.get());
      scope.close();
    };
  }

  /** The work on a run is over for now. */
  void end(String runId) {
    Task task = tasks.remove(runId);
    if (task != null) {
      record.clear(task.slot);
      synchronized (slots) {
        slots.clear(task.slot);
      }
    }
  }

  private int takeSlot() {
    synchronized (slots) {
      int free = slots.nextClearBit(0);
      slots.set(free);
      return free;
    }
  }

  /** All that is in hand. */
  public Collection<Task> tasks() {
    return tasks.values();
  }

  /** Whether the work on a run was given up. */
  public boolean isStuck(String runId) {
    Task task = tasks.get(runId);
    return task != null && task.isStuck;
  }

  /** The work on a run; null if there is none. */
  public Task find(String runId) {
    return tasks.get(runId);
  }

  /** Takes every step for a sign of progress, and passes it on. */
  public Progress watching(Progress progress) {
    return new ForwardingProgress(progress) {
      @Override
      public void step(Run run, String what, long done, long total, Unit unit) {
        Task task = tasks.get(run.id());
        if (task != null) {
          task.step();
        }
        super.step(run, what, done, total, unit);
      }
    };
  }

  /**
   * What an Error came from: the run if one is named, else the one that this thread works for, else
   * the only one in hand.
   */
  Task cause(String runId) {
    Task named = runId == null ? null : tasks.get(runId);
    if (named != null) {
      return named;
    }
    Task own = present.get();
    if (own != null) {
      return own;
    }
    Task only = null;
    int count = 0;
    for (Task task : tasks.values()) {
      if (!task.isStuck) {
        only = task;
        count++;
      }
    }
    return count == 1 ? only : null;
  }

  /** Records for the next process what was in hand when an Error ended this one. */
  void blame(Task cause, Throwable error) {
    record.error(error.getClass().getSimpleName());
    if (cause != null) {
      record.blame(cause.slot, true);
    }
    for (Task task : tasks.values()) {
      if (task != cause && !task.isStuck) {
        record.blame(task.slot, false);
      }
    }
  }
}
