package dev.geminibatch.media;

import dev.geminibatch.media.ReferenceIndex.Stored;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes down what has arrived at the service. While one thread writes, the others gather, and the
 * next one writes for all of them: many files that arrive together take one transaction.
 */
final class Arrivals {
  private final ReferenceIndex index;
  private final Object writing = new Object();
  private List<Arrival> waiting = new ArrayList<>();

  Arrivals(ReferenceIndex index) {
    this.index = index;
  }

  private static final class Arrival {
    private final Stored content;

    /** For whoever is writing. */
    private boolean isWritten;

    Arrival(Stored content) {
      this.content = content;
    }
  }

  /** When this returns, it has been written down. */
  void put(Stored content) {
    Arrival mine = new Arrival(content);
    synchronized (this) {
      waiting.add(mine);
    }
    synchronized (writing) {
      if (!mine.isWritten) {
        write(mine);
      }
    }
  }

  private void write(Arrival mine) {
    List<Arrival> all;
    synchronized (this) {
      all = waiting;
      waiting = new ArrayList<>();
    }
    if (!all.contains(mine)) {
      all.add(mine); // whoever took it could not write
    }
    index.put(all.stream().map(each -> each.content).toList());
    all.forEach(each -> each.isWritten = true);
  }
}
