package dev.geminibatch.line;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/**
 * Reads an iterator and works on its elements before they are asked for, on several threads, and
 * gives the outcomes in the order of the elements.
 *
 * <p>For use by one thread. The source is read by one thread at a time. How far it goes ahead is
 * limited by the weight of what is under way, so that large elements do not fill the memory; one
 * element is always taken, however heavy.
 */
public final class ReadAhead<A, B> implements Iterator<B> {
  /** What is worked on in less time than it takes to wake another thread. */
  private static final long SMALL = 16 << 10;

  private final Iterator<A> source;
  private final ToLongFunction<A> weight;
  private final long mostWeight;
  private final Function<A, B> work;
  private final ExecutorService workers;

  private final BlockingQueue<UnderWay<B>> underWay = new LinkedBlockingQueue<>();
  private final AtomicLong weightUnderWay = new AtomicLong();
  private final ReentrantLock reading = new ReentrantLock();
  private volatile boolean isRead;
  private boolean isBegun;
  private long weightInUse;
  private UnderWay<B> first;

  /** An outcome to come; the end has none. */
  private record UnderWay<B>(Future<B> outcome, long weight) {}

  public ReadAhead(
      Iterator<A> source,
      ToLongFunction<A> weight,
      long mostWeight,
      Function<A, B> work,
      ExecutorService workers) {
    this.source = source;
    this.weight = weight;
    this.mostWeight = mostWeight;
    this.work = work;
    this.workers = workers;
  }

  @Override
  public boolean hasNext() {
    if (first == null) {
      // Not before now: the outcome before was in use.
      weightUnderWay.addAndGet(-weightInUse);
      weightInUse = 0;
      if (!isBegun) {
        isBegun = true;
        begin();
      }
      if (hasRoom()) {
        workers.execute(this::read);
      }
      try {
        first = underWay.take();
      } catch (InterruptedException e) {
        throw stopped(e);
      }
    }
    return first.outcome() != null;
  }

  /**
   * The next outcome.
   *
   * @throws LineTooLarge when there was not enough memory for an element that is heavy by itself
   * @throws RuntimeException or Error that the source or the work ended with
   */
  @Override
  public B next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    UnderWay<B> taken = first;
    first = null;
    weightInUse = taken.weight();
    return outcome(taken);
  }

  /**
   * Reads the first element. If it is small and the only one, it is worked on here: to hand it to
   * another thread takes longer.
   */
  private void begin() {
    reading.lock();
    try {
      if (source.hasNext()) {
        A element = source.next();
        long itsWeight = weight.applyAsLong(element);
        if (itsWeight <= SMALL && !source.hasNext()) {
          underWay.add(new UnderWay<>(workedOn(element), itsWeight));
          weightUnderWay.addAndGet(itsWeight);
        } else {
          submit(element, itsWeight);
          return;
        }
      }
      end();
    } catch (RuntimeException | Error e) {
      underWay.add(new UnderWay<>(CompletableFuture.failedFuture(e), 0));
      end();
    } finally {
      reading.unlock();
    }
  }

  private Future<B> workedOn(A element) {
    FutureTask<B> task = new FutureTask<>(() -> work.apply(element));
    task.run();
    return task;
  }

  private void submit(A element, long itsWeight) {
    weightUnderWay.addAndGet(itsWeight);
    underWay.add(new UnderWay<>(workers.submit(() -> work.apply(element)), itsWeight));
  }

  private void end() {
    isRead = true;
    underWay.add(new UnderWay<>(null, 0));
  }

  /** Reads as far as there is room. Whoever makes room calls this again, so it need not wait. */
  private void read() {
    while (hasRoom() && reading.tryLock()) {
      try {
        while (hasRoom()) {
          readOne();
        }
      } finally {
        reading.unlock();
      }
    }
  }

  private boolean hasRoom() {
    return !isRead && weightUnderWay.get() < mostWeight;
  }

  private void readOne() {
    try {
      if (source.hasNext()) {
        A element = source.next();
        submit(element, weight.applyAsLong(element));
        return;
      }
    } catch (RuntimeException | Error e) {
      underWay.add(new UnderWay<>(CompletableFuture.failedFuture(e), 0));
    }
    end();
  }

  private B outcome(UnderWay<B> taken) {
    try {
      return taken.outcome().get();
    } catch (InterruptedException e) {
      throw stopped(e);
    } catch (ExecutionException e) {
      boolean isHeavy = taken.weight() >= mostWeight / 2;
      if (e.getCause() instanceof OutOfMemoryError && isHeavy) {
        throw new LineTooLarge(); // the memory is back; a light one was not what filled it
      }
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw e.getCause() instanceof RuntimeException known
          ? known
          : new IllegalStateException(e.getCause());
    }
  }

  private static IllegalStateException stopped(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new IllegalStateException("Stopped while lines were read", e);
  }

  /** Ends the reading; when it returns, the source may be closed. */
  public void cancel() {
    isRead = true;
    reading.lock(); // the element that is being read
    try {
      underWay.removeIf(each -> each.outcome() == null || each.outcome().cancel(false));
      first = new UnderWay<>(null, 0);
    } finally {
      reading.unlock();
    }
  }
}
