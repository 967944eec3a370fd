package dev.geminibatch.answer;

import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import dev.geminibatch.job.Rejection;
import dev.geminibatch.line.LineProblem;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Optional;

/** The lines that were not sent at an attempt. */
final class RejectedLines implements LineSource, Closeable {
  private static final ObjectReader REJECTIONS = new ObjectMapper().readerFor(Rejection.class);

  /** A line longer than this is named but not repeated. */
  private static final long LONGEST_REPEATED = 64L << 20;

  private final OriginalLines originals;
  private final MappingIterator<Rejection> rejections;
  private final int attempt;
  private Rejection rejection;

  RejectedLines(OriginalLines originals, Path file, int attempt) throws IOException {
    this.originals = originals;
    this.attempt = attempt;
    this.rejections = REJECTIONS.readValues(file.toFile());
  }

  @Override
  public boolean advance() throws IOException {
    rejection = rejections.hasNextValue() ? rejections.nextValue() : null;
    return rejection != null;
  }

  @Override
  public long line() {
    return rejection.line();
  }

  @Override
  public int attempt() {
    return attempt;
  }

  @Override
  public Optional<LineProblem> problem() {
    return Optional.of(rejection.problem());
  }

  @Override
  public void writeResult(OutputStream out) {
    throw new IllegalStateException("A rejected line has no answer");
  }

  @Override
  public byte[] error(LineProblem problem) throws IOException {
    return originals.error(
        rejection.line(), rejection.offset(), original(), problem, Optional.empty());
  }

  @Override
  public ShownLine shown(Optional<LineProblem> problem) throws IOException {
    return originals.shown(rejection.line(), rejection.offset(), original(), problem, "");
  }

  private byte[] original() throws IOException {
    return rejection.size() > LONGEST_REPEATED ? null : originals.read(rejection.offset());
  }

  @Override
  public void close() throws IOException {
    rejections.close();
  }
}
