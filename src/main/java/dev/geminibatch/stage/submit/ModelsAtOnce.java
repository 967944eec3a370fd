package dev.geminibatch.stage.submit;

import dev.geminibatch.io.DaemonThreads;
import dev.geminibatch.run.WorkInHand;
import dev.geminibatch.service.RetryPolicy;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Work on several models of one run. Only calls to the service are made beside each other. Between
 * them one thread works at a time, so whatever is read, decided and written down is as if the
 * models had been worked on one after the other.
 */
final class ModelsAtOnce {
  private static final int MOST = 4;

  private final Supplier<WorkInHand.Help> help;
  private final ReentrantLock turn = new ReentrantLock();

  /** The first failure; for whoever has the turn. */
  private Throwable failure;

  /**
   * @param help what each thread does first
   */
  ModelsAtOnce(Supplier<WorkInHand.Help> help) {
    this.help = help;
  }

  /** What is done for a model. */
  @FunctionalInterface
  interface Work {
    Outcome take(String model) throws IOException;
  }

  /** A call to the service. */
  @FunctionalInterface
  interface Call<T> {
    T make() throws IOException;
  }

  /** Makes a call; others work meanwhile. */
  <T> T call(Call<T> call) throws IOException {
    turn.unlock();
    try {
      return call.make();
    } finally {
      turn.lock();
    }
  }

  /** Whether the work on another model has failed: then nothing more is begun. */
  boolean hasFailed() {
    return failure != null;
  }

  /**
   * Does the work for each model, and returns when all of it has ended. The first failure is passed
   * on then; a call that is under way is not disturbed by it.
   *
   * @return what became of each
   */
  List<Outcome> each(List<String> models, Work work) throws IOException {
    List<Outcome> outcomes = new ArrayList<>();
    models.forEach(model -> outcomes.add(null));
    if (models.size() == 1) {
      take(models, 0, work, outcomes);
    } else if (!models.isEmpty()) {
      ExecutorService threads =
          Executors.newFixedThreadPool(
              Math.min(MOST, models.size()), DaemonThreads.named("submit-model"));
      for (int i = 0; i < models.size(); i++) {
        int index = i;
        threads.execute(
            () -> {
              try (WorkInHand.Help helping = help.get()) {
                take(models, index, work, outcomes);
              }
            });
      }
      end(threads);
    }
    passOn();
    if (outcomes.contains(null)) {
      throw RetryPolicy.interrupted(); // before it was begun
    }
    return outcomes;
  }

  private void take(List<String> models, int index, Work work, List<Outcome> outcomes) {
    turn.lock();
    try {
      if (failure == null) {
        outcomes.set(index, work.take(models.get(index)));
      }
    } catch (IOException | RuntimeException | Error e) {
      failed(e);
    } finally {
      turn.unlock();
    }
  }

  /** Another model may have failed first, while this one called the service. */
  private void failed(Throwable e) {
    if (failure == null) {
      failure = e;
    } else if (failure != e) {
      failure.addSuppressed(e);
    }
  }

  /** Waits for all of them; who interrupts this thread interrupts them. */
  private static void end(ExecutorService threads) {
    threads.shutdown();
    boolean isInterrupted = false;
    boolean isOver = false;
    while (!isOver) {
      try {
        isOver = threads.awaitTermination(1, TimeUnit.DAYS);
      } catch (InterruptedException e) {
        isInterrupted = true;
        threads.shutdownNow();
      }
    }
    if (isInterrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void passOn() throws IOException {
    if (failure instanceof IOException io) {
      throw io;
    }
    if (failure instanceof RuntimeException unchecked) {
      throw unchecked;
    }
    if (failure instanceof Error error) {
      throw error;
    }
  }
}
