package dev.geminibatch.job;

import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The lines of a job's file for which the service refused the whole job, with its words: {@code
 * Error on line 3: no such field}. The others can be sent without them.
 */
public final class Refusals {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Pattern REFUSAL =
      Pattern.compile("(?m)^\\s*Error on line (\\d{1,9})\\s*:\\s*(.*)$");

  private Refusals() {}

  /**
   * One refused line.
   *
   * @param line counted from 1 within the job's file
   */
  public record Refusal(long line, String message) {}

  /**
   * Finds the lines in a message of the service.
   *
   * @param lines how many the job has; a message about others is about something else
   * @return in ascending order, each line once; empty if the message names none
   */
  public static List<Refusal> read(String message, long lines) {
    TreeMap<Long, Refusal> found = new TreeMap<>();
    Matcher matcher = REFUSAL.matcher(message);
    while (matcher.find()) {
      long line = Long.parseLong(matcher.group(1));
      if (line >= 1 && line <= lines) {
        found.putIfAbsent(line, new Refusal(line, matcher.group(2).strip()));
      }
    }
    return List.copyOf(found.values());
  }

  /** Keeps them, one a line. */
  public static void write(List<Refusal> refusals, Path file) throws IOException {
    StringBuilder text = new StringBuilder();
    for (Refusal refusal : refusals) {
      text.append(MAPPER.writeValueAsString(refusal)).append('\n');
    }
    Files.writeString(file, text);
  }

  /** Goes through them beside the requests of the job. */
  public static final class Reader implements Closeable {
    private final MappingIterator<Refusal> refusals;
    private Refusal next;

    public Reader(Path file) throws IOException {
      this.refusals =
          Files.exists(file)
              ? MAPPER.readerFor(Refusal.class).readValues(file.toFile())
              : MappingIterator.emptyIterator();
      advance();
    }

    private void advance() throws IOException {
      next = refusals.hasNextValue() ? refusals.nextValue() : null;
    }

    /** The words about a line; lines must be asked for in ascending order. */
    public Optional<String> of(long line) throws IOException {
      while (next != null && next.line() < line) {
        advance();
      }
      return next != null && next.line() == line ? Optional.of(next.message()) : Optional.empty();
    }

    @Override
    public void close() throws IOException {
      refusals.close();
    }
  }
}
