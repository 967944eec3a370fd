package dev.geminibatch.answer;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.geminibatch.io.LruMap;
import dev.geminibatch.job.AnswerFormats;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** The forms that the answers of a job must have, each made ready when it is needed. */
final class AnswerForms implements Closeable {
  /** Forms that are kept ready; others are read again. */
  private static final int KEPT = 200;

  /** Bytes of their schemas; made ready, they take up to a hundred times as much memory. */
  private static final int KEPT_BYTES = 400_000;

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final AnswerFormats.Reader formats;
  private final SchemaWork work = new SchemaWork(System::nanoTime);
  private final Map<Integer, AnswerForm> known = new LruMap<>(KEPT);
  private int knownBytes;

  AnswerForms(Path file) throws IOException {
    this.formats = new AnswerFormats.Reader(file);
  }

  /** The form of a number in the job's index. */
  AnswerForm form(int number) throws IOException {
    AnswerForm form = known.get(number);
    if (form == null) {
      Optional<byte[]> json = formats.format(number);
      int bytes = json.map(each -> each.length).orElse(0);
      if (knownBytes + bytes > KEPT_BYTES) {
        known.clear();
        knownBytes = 0;
      }
      form = json.isPresent() ? AnswerForm.of(MAPPER.readTree(json.get()), work) : AnswerForm.ANY;
      known.put(number, form);
      knownBytes += bytes;
    }
    return form;
  }

  /** Answers so far that could not be checked against their schemas. */
  long unchecked() {
    return work.unchecked();
  }

  @Override
  public void close() throws IOException {
    formats.close();
  }
}
