package dev.geminibatch.result;

import dev.geminibatch.request.Line;
import dev.geminibatch.request.LineReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;

/**
 * One line of a results file, for whoever works on with the answers.
 *
 * @param key of the request
 * @param text of the answer, without thoughts; empty if it has none
 * @param line the whole line as JSON
 */
public record Answer(String key, String text, String line) {

  /** Key and text, as the fields of a table. */
  public List<String> fields() {
    return List.of(key, text);
  }

  /** All answers of a results file, one after the other; to be closed. */
  public static Answers read(Path results) throws IOException {
    return new Answers(LineReader.open(results, Integer.MAX_VALUE - 8));
  }

  /** For routes. */
  public static final class Source {
    /** As {@link Answer#read(Path)}. */
    public Answers read(String results) throws IOException {
      return Answer.read(Path.of(results));
    }
  }

  /** Reads answers. */
  public static final class Answers implements Iterator<Answer>, Closeable {
    private final LineReader lines;
    private boolean isClosed;

    private Answers(LineReader lines) {
      this.lines = lines;
    }

    @Override
    public boolean hasNext() {
      return !isClosed && lines.hasNext(); // a splitter asks again after it has closed its source
    }

    @Override
    public Answer next() {
      Line line = lines.next();
      try {
        AnswerLine answer = AnswerLine.read(line.bytes());
        return new Answer(
            answer.key().orElse(""),
            answer.candidate().map(AnswerLine.Candidate::text).orElse(""),
            new String(line.bytes(), StandardCharsets.UTF_8));
      } catch (IOException e) {
        throw new UncheckedIOException("Line " + line.number() + " is no answer", e);
      }
    }

    @Override
    public void close() throws IOException {
      isClosed = true;
      lines.close();
    }
  }
}
