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

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final AnswerFormats.Reader formats;
  private final Map<Integer, AnswerForm> known = new LruMap<>(KEPT);

  AnswerForms(Path file) throws IOException {
    this.formats = new AnswerFormats.Reader(file);
  }

  /** The form of a number in the job's index. */
  AnswerForm form(int number) throws IOException {
    AnswerForm form = known.get(number);
    if (form == null) {
      Optional<byte[]> json = formats.format(number);
      form = json.isPresent() ? AnswerForm.of(MAPPER.readTree(json.get())) : AnswerForm.ANY;
      known.put(number, form);
    }
    return form;
  }

  @Override
  public void close() throws IOException {
    formats.close();
  }
}
