package dev.geminibatch.job;

import dev.geminibatch.io.LazyOutput;
import dev.geminibatch.io.LruMap;
import dev.geminibatch.line.AnswerFormat;
import dev.geminibatch.line.LinesAt;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * The forms that the requests of a job want their answers to have: a file with one form a line,
 * known by the offset of its line plus one. Usually there is one for all requests; there can be one
 * for each.
 */
public final class AnswerFormats {
  /** Forms that are kept in memory; others are written again. */
  private static final int KEPT = 200;

  /** Characters of these forms together. */
  private static final long KEPT_CHARACTERS = 4_000_000;

  private AnswerFormats() {}

  /** Writes the forms. */
  public static final class Writer implements Closeable {
    private final OutputStream out;
    private final Map<String, Integer> known = new LruMap<>(KEPT);
    private long size;
    private long characters;

    public Writer(Path file) throws IOException {
      this.out = new BufferedOutputStream(new LazyOutput(file));
    }

    /** The number of a form; 0 if any answer will do. */
    public int add(AnswerFormat format) throws IOException {
      if (!format.isDemanding()) {
        return 0;
      }
      String json = format.toJson();
      Integer number = known.get(json);
      if (number == null) {
        byte[] line = (json + "\n").getBytes(StandardCharsets.UTF_8);
        if (size + line.length > Integer.MAX_VALUE - 1) {
          return 0; // two gigabytes of schemas: the last ones go unchecked
        }
        number = (int) size + 1;
        characters += json.length();
        if (characters > KEPT_CHARACTERS) {
          known.clear();
          characters = json.length();
        }
        known.put(json, number);
        out.write(line);
        size += line.length;
      }
      return number;
    }

    @Override
    public void close() throws IOException {
      out.close();
    }
  }

  /** Reads the forms. */
  public static final class Reader implements Closeable {
    private final LinesAt lines;

    /**
     * Opens the file.
     *
     * @param file may be missing if no request asks for a form
     */
    public Reader(Path file) throws IOException {
      this.lines = Files.exists(file) ? new LinesAt(file) : null;
    }

    /**
     * The form of a number, as {@link AnswerFormat#toJson} wrote it; empty if any answer will do.
     */
    public Optional<byte[]> format(int number) throws IOException {
      return number == 0 || lines == null ? Optional.empty() : Optional.of(lines.read(number - 1L));
    }

    @Override
    public void close() throws IOException {
      if (lines != null) {
        lines.close();
      }
    }
  }
}
