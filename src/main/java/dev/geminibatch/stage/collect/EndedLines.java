package dev.geminibatch.stage.collect;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.geminibatch.io.AtomicFiles;
import dev.geminibatch.io.PrivateFiles;
import dev.geminibatch.job.Rejection;
import dev.geminibatch.line.Line;
import dev.geminibatch.line.LineProblem;
import dev.geminibatch.line.LineReader;
import dev.geminibatch.run.RunFolder;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;
import java.util.function.LongPredicate;

/** Has lines of a run end as if they had been refused when they were to be put into jobs. */
final class EndedLines {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private EndedLines() {}

  /**
   * Writes them down; done twice, it comes to the same.
   *
   * @param attempt in which they would have been sent
   * @param maxBytes that a line may have
   * @param wanted the numbers of the lines
   * @param problem of a line
   * @return how many there are
   */
  static long write(
      RunFolder folder,
      int attempt,
      int maxBytes,
      LongPredicate wanted,
      Function<Line, LineProblem> problem)
      throws IOException {
    Path rejected = folder.rejected(attempt);
    long count = 0;
    try (LineReader lines = LineReader.open(folder.input(), maxBytes);
        OutputStream out = new BufferedOutputStream(PrivateFiles.output(rejected))) {
      while (lines.hasNext()) {
        Line line = lines.next();
        if (wanted.test(line.number())) {
          LineProblem why = problem.apply(line);
          out.write(
              MAPPER.writeValueAsBytes(
                  new Rejection(line.number(), line.offset(), line.size(), why)));
          out.write('\n');
          count++;
        }
      }
    }
    if (Files.size(rejected) > 0) {
      AtomicFiles.force(rejected);
    }
    return count;
  }
}
