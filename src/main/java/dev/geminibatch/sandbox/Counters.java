package dev.geminibatch.sandbox;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** How often each endpoint was asked, whatever came of it, and what was made. */
public final class Counters {
  private final Map<Endpoint, LongAdder> requests = new EnumMap<>(Endpoint.class);
  private final Map<Endpoint, Integer> inside = new EnumMap<>(Endpoint.class);
  private final Map<Endpoint, Integer> most = new EnumMap<>(Endpoint.class);
  private final LongAdder jobs = new LongAdder();
  private final LongAdder lines = new LongAdder();
  private final LongAdder files = new LongAdder();
  private final LongAdder jobInputs = new LongAdder();

  Counters() {
    for (Endpoint endpoint : Endpoint.values()) {
      requests.put(endpoint, new LongAdder());
    }
  }

  void asked(Endpoint endpoint) {
    requests.get(endpoint).increment();
  }

  void jobCreated(long requests) {
    jobs.increment();
    lines.add(requests);
  }

  void fileStored(String mimeType) {
    files.increment();
    if (mimeType.contains("jsonl")) {
      jobInputs.increment();
    }
  }

  synchronized void enter(Endpoint endpoint) {
    int now = inside.merge(endpoint, 1, Integer::sum);
    most.merge(endpoint, now, Math::max);
  }

  synchronized void leave(Endpoint endpoint) {
    inside.merge(endpoint, -1, Integer::sum);
  }

  /** How many requests to an endpoint there were at the same time, at the most. */
  public synchronized int mostAtOnce(Endpoint endpoint) {
    return most.getOrDefault(endpoint, 0);
  }

  /** Requests to an endpoint. */
  public long requests(Endpoint endpoint) {
    return requests.get(endpoint).sum();
  }

  /** Batch jobs that were created, that is, paid for. */
  public long jobsCreated() {
    return jobs.sum();
  }

  /** Requests in those jobs. */
  public long linesSent() {
    return lines.sum();
  }

  /** Files that were stored, job inputs included. */
  public long filesStored() {
    return files.sum();
  }

  /** Files that were stored for requests to name: all but job inputs. */
  public long mediaStored() {
    return files.sum() - jobInputs.sum();
  }
}
