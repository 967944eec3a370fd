package dev.geminibatch.answer;

import dev.geminibatch.job.JobFiles;
import dev.geminibatch.job.JobIndex;
import dev.geminibatch.job.JobTokens;
import dev.geminibatch.job.KeyTable;
import dev.geminibatch.line.RequestTokens;
import java.io.IOException;

/** What is known of the requests of a job: some bytes for each. Any number of threads may ask. */
final class JobRequests {
  private final long[] hashes;
  private final int[] formats;
  private final long[] tokens;

  /** Made when answers are not in the order of the requests. */
  private KeyTable table;

  /** By how much the last answers were behind the lines that they answer. */
  private volatile long behind;

  private JobRequests(long[] hashes, int[] formats, long[] tokens) {
    this.hashes = hashes;
    this.formats = formats;
    this.tokens = tokens;
  }

  static JobRequests read(JobFiles files) throws IOException {
    try (JobIndex.Reader reader = new JobIndex.Reader(files.index());
        JobTokens.Reader estimates = new JobTokens.Reader(files.tokens())) {
      int size = reader.size();
      long[] hashes = new long[size];
      int[] formats = new int[size];
      long[] tokens = new long[size];
      for (int i = 0; i < size; i++) {
        JobIndex.Entry entry = reader.next().orElseThrow();
        hashes[i] = entry.keyHash();
        formats[i] = entry.format();
        tokens[i] = estimates.next().map(RequestTokens::packed).orElse(0L);
      }
      return new JobRequests(hashes, formats, tokens);
    }
  }

  int size() {
    return hashes.length;
  }

  RequestTokens tokens(int number) {
    return RequestTokens.unpacked(tokens[number]);
  }

  /** Which of the job's formats the answer must have. */
  int format(int number) {
    return formats[number];
  }

  /** Finds the requests of some answers that follow each other. */
  Finder finder() {
    return new Finder();
  }

  private synchronized KeyTable table() {
    if (table == null) {
      KeyTable all = new KeyTable(hashes.length);
      for (long hash : hashes) {
        all.add(hash);
      }
      table = all;
    }
    return table;
  }

  /**
   * For use by one thread. Answers mostly come in the order of the requests, and where the next one
   * is known, it need not be searched for.
   */
  final class Finder {
    private KeyTable all;
    private long distance = behind;

    /** Which request an answer belongs to by its key; -1 if to none. */
    int numberOf(long lineNumber, AnswerLine answer) {
      if (answer.key().isEmpty()) {
        return -1;
      }
      long hash = KeyTable.hash(answer.key().get());
      long next = lineNumber - 1 - distance;
      if (next >= 0 && next < hashes.length && hashes[(int) next] == hash) {
        return (int) next;
      }
      int found = search(hash);
      if (found >= 0) {
        distance = lineNumber - 1 - found;
        behind = distance; // for the answers after these, which others may read
      }
      return found;
    }

    private int search(long hash) {
      all = all == null ? table() : all;
      return all.find(hash);
    }
  }
}
