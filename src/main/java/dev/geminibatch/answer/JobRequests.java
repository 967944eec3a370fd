package dev.geminibatch.answer;

import dev.geminibatch.job.JobFiles;
import dev.geminibatch.job.JobIndex;
import dev.geminibatch.job.JobTokens;
import dev.geminibatch.job.KeyTable;
import dev.geminibatch.line.RequestTokens;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;

/** What is known of the requests of a job: some bytes for each. Any number of threads may ask. */
final class JobRequests {
  private final KeyTable keys;
  private int[] formats;
  private long[] tokens;

  private JobRequests(int expected) {
    this.keys = new KeyTable(expected);
    this.formats = new int[expected];
    this.tokens = new long[expected];
  }

  static JobRequests read(JobFiles files) throws IOException {
    try (JobIndex.Reader reader = new JobIndex.Reader(files.index());
        JobTokens.Reader tokens = new JobTokens.Reader(files.tokens())) {
      JobRequests requests = new JobRequests(reader.size());
      Optional<JobIndex.Entry> entry;
      for (int i = 0; (entry = reader.next()).isPresent(); i++) {
        requests.add(i, entry.get(), tokens.next().map(RequestTokens::packed).orElse(0L));
      }
      return requests;
    }
  }

  private void add(int number, JobIndex.Entry entry, long itsTokens) {
    if (number == formats.length) {
      formats = Arrays.copyOf(formats, 2 * number + 1);
      tokens = Arrays.copyOf(tokens, 2 * number + 1);
    }
    keys.add(entry.keyHash());
    formats[number] = entry.format();
    tokens[number] = itsTokens;
  }

  int size() {
    return keys.size();
  }

  /** Which request an answer belongs to by its key; -1 if to none. */
  int numberOf(AnswerLine answer) {
    return answer.key().map(key -> keys.find(KeyTable.hash(key))).orElse(-1);
  }

  RequestTokens tokens(int number) {
    return RequestTokens.unpacked(tokens[number]);
  }

  /** Which of the job's formats the answer must have. */
  int format(int number) {
    return formats[number];
  }
}
