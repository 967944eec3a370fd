package dev.geminibatch.extension;

import dev.geminibatch.answer.AnswerLine;
import dev.geminibatch.job.KeyTable;
import dev.geminibatch.line.Line;
import dev.geminibatch.line.LineReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;

/**
 * One line of a results file, for whoever works on with the answers.
 *
 * @param key of the request
 * @param text of the answer, without thoughts; empty if it has none
 * @param line the whole line as JSON
 * @param fileName a name for a file, made from the key: without what a disk does not take, and
 *     another one for each answer
 */
public record Answer(String key, String text, String line, String fileName) {

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
    private static final int LONGEST_NAME = 60;

    private final LineReader lines;
    private final KeyTable names = new KeyTable();
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
        String key = answer.key().orElse("");
        return new Answer(
            key,
            answer.candidate().map(AnswerLine.Candidate::text).orElse(""),
            new String(line.bytes(), StandardCharsets.UTF_8),
            fileName(key, line.number()));
      } catch (IOException e) {
        throw new UncheckedIOException("Line " + line.number() + " is not an answer", e);
      }
    }

    private String fileName(String key, long line) {
      String safe = key.replaceAll("[^\\p{L}\\p{M}\\p{N} ._@+=-]", "_").replaceFirst("^[. ]+", "_");
      int end = Math.min(LONGEST_NAME, safe.length());
      if (end > 0 && Character.isHighSurrogate(safe.charAt(end - 1))) {
        end--; // half a letter is none that a disk takes
      }
      String name = end == 0 ? "answer" : safe.substring(0, end);
      boolean isNew = names.add(KeyTable.hash(name.toLowerCase(Locale.ROOT)));
      return isNew ? name : name + "~" + line;
    }

    @Override
    public void close() throws IOException {
      isClosed = true;
      lines.close();
    }
  }
}
