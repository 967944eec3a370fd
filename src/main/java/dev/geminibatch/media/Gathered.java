package dev.geminibatch.media;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Writes together what many threads want to write. While one thread writes, the others gather, and
 * the next one writes for all of them: many files that are uploaded together take one transaction.
 *
 * @param <T> what each of them wants to write
 */
final class Gathered<T> {
  private final Consumer<List<T>> target;
  private final Object writing = new Object();
  private List<Wish<T>> waiting = new ArrayList<>();

  /**
   * @param target writes all of it, or throws and writes nothing
   */
  Gathered(Consumer<List<T>> target) {
    this.target = target;
  }

  private static final class Wish<T> {
    private final T content;

    /** For whoever is writing. */
    private boolean isWritten;

    Wish(T content) {
      this.content = content;
    }
  }

  /** When this returns, it has been written. */
  void write(T content) {
    Wish<T> mine = new Wish<>(content);
    synchronized (this) {
      waiting.add(mine);
    }
    synchronized (writing) {
      if (!mine.isWritten) {
        writeAll(mine);
      }
    }
  }

  private void writeAll(Wish<T> mine) {
    List<Wish<T>> all;
    synchronized (this) {
      all = waiting;
      waiting = new ArrayList<>();
    }
    if (!all.contains(mine)) {
      all.add(mine); // whoever took it could not write
    }
    target.accept(all.stream().map(each -> each.content).toList());
    all.forEach(each -> each.isWritten = true);
  }
}
