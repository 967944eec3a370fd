package dev.geminibatch.answer;

import dev.geminibatch.job.JobFiles;
import dev.geminibatch.job.JobIndex;
import dev.geminibatch.job.JobTokens;
import dev.geminibatch.job.KeyTable;
import dev.geminibatch.line.RequestTokens;
import java.io.IOException;
import java.util.Optional;

/** What is known of the requests of a job: some bytes for each. Any number of threads may ask. */
final class JobRequests {
  private long[] hashes;
  private int[] formats;
  private long[] tokens;
  private int size;

  /** Made when answers are not in the order of the requests. */
  private KeyTable table;

  /** By how much the last answers were behind the lines that they answer. */
  private volatile long behind;

  private JobRequests(int expected) {
    this.hashes = new long[expected];
    this.formats = new int[expected];
    this.tokens = new long[expected];
  }

  static JobRequests read(JobFiles files) throws IOException {
    try (JobIndex.Reader reader = new JobIndex.Reader(files.index());
        JobTokens.Reader tokens = new JobTokens.Reader(files.tokens())) {
      JobRequests requests = new JobRequests(reader.size());
      for (Optional<JobIndex.Entry> entry; (entry = reader.next()).isPresent(); ) {
        requests.add(entry.get(), tokens.next().map(RequestTokens::packed).orElse(0L));
      }
      return requests;
    }
  }

  private void add(JobIndex.Entry entry, long itsTokens) {
    hashes[size] = entry.keyHash();
    formats[size] = entry.format();
    tokens[size++] = itsTokens;
  }

  int size() {
    return size;
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
      KeyTable all = new KeyTable(size);
      for (int i = 0; i < size; i++) {
        all.add(hashes[i]);
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
      if (next >= 0 && next < size && hashes[(int) next] == hash) {
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
