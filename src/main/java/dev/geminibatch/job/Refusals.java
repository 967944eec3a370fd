package dev.geminibatch.job;

import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.geminibatch.io.PrivateFiles;
import dev.geminibatch.service.ServiceWords.RefusedLine;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The lines of a job's file for which the service refused the whole job, with its words. The others
 * can be sent without them.
 */
public final class Refusals {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private Refusals() {}

  /** Keeps them, one a line. */
  public static void write(List<RefusedLine> refusals, Path file) throws IOException {
    StringBuilder text = new StringBuilder();
    for (RefusedLine refusal : refusals) {
      text.append(MAPPER.writeValueAsString(refusal)).append('\n');
    }
    PrivateFiles.write(file, text.toString());
  }

  /** Goes through them beside the requests of the job. */
  public static final class Reader implements Closeable {
    private final MappingIterator<RefusedLine> refusals;
    private RefusedLine next;

    public Reader(Path file) throws IOException {
      this.refusals =
          Files.exists(file)
              ? MAPPER.readerFor(RefusedLine.class).readValues(file.toFile())
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
