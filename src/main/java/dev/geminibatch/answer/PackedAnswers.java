package dev.geminibatch.answer;

import dev.geminibatch.io.Amounts;
import dev.geminibatch.io.AtomicFiles;
import dev.geminibatch.io.PrivateFiles;
import dev.geminibatch.io.ThisProcess;
import dev.geminibatch.job.PackIndex;
import dev.geminibatch.line.Line;
import dev.geminibatch.line.LineReader;
import dev.geminibatch.service.ServiceLimits;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Divides the answers to a pack among its jobs, in one pass. Each job gets a file as if it had been
 * sent alone: its own answers, under the keys that it has given its requests.
 */
public final class PackedAnswers {
  private static final Logger LOG = LoggerFactory.getLogger("collect");

  /** So many files are open at once. Answers mostly come in the order of the requests. */
  private static final int MOST_OPEN = 64;

  private PackedAnswers() {}

  /**
   * Divides.
   *
   * @param target where the answers of a job go; empty if it needs none. They appear whole, or not
   *     at all; nothing is forced to the disk
   * @return how many lines found their job
   */
  public static long divide(
      PackIndex index, Path answers, Function<PackIndex.Member, Optional<Path>> target)
      throws IOException {
    StrayAnswers.Collection stray = new StrayAnswers.Collection();
    boolean byOrder = AnswerMatcher.areInOrder(answers, index.lines());
    long found = 0;
    try (Outputs outputs = new Outputs(index, target);
        LineReader lines = LineReader.open(answers, ServiceLimits.MAX_ANSWER_BYTES)) {
      while (lines.hasNext()) {
        Line line = lines.next();
        AnswerLine answer = AnswerMatcher.read(line);
        if (answer == null) {
          stray.unreadable(line.number());
          continue;
        }
        int number = byOrder ? (int) line.number() - 1 : answer.key().map(index::find).orElse(-1);
        if (number < 0) {
          stray.unknown(line.number(), answer.key());
          continue;
        }
        found++;
        outputs.write(index.memberOf(number), line.bytes(), answer, index.ownKey(number));
      }
      outputs.publish();
    }
    StrayAnswers sum = stray.sum(0);
    if (sum.count() > 0) {
      LOG.warn(
          "{} of {} in a shared job are nobody's: {}",
          Amounts.count(sum.count(), "answer"),
          Amounts.count(index.lines()),
          sum.inWords());
    }
    return found;
  }

  /** The files of all jobs, a few of them open. */
  private static final class Outputs implements Closeable {
    private final PackIndex index;
    private final Function<PackIndex.Member, Optional<Path>> target;
    private final OutputStream[] open;
    private final Deque<Integer> opened = new ArrayDeque<>();
    private final BitSet begun = new BitSet();

    Outputs(PackIndex index, Function<PackIndex.Member, Optional<Path>> target) {
      this.index = index;
      this.target = target;
      this.open = new OutputStream[index.members().size()];
    }

    private Optional<Path> target(int member) {
      return target.apply(index.members().get(member));
    }

    /** Another process may divide the same answers; each has files of its own until the end. */
    private static Path aside(Path target) {
      return AtomicFiles.aside(target, ThisProcess.MARK);
    }

    void write(int member, byte[] line, AnswerLine answer, Optional<byte[]> ownKey)
        throws IOException {
      OutputStream out = open[member] == null ? open(member) : open[member];
      if (out == null) {
        return;
      }
      if (ownKey.isPresent() && answer.key().isPresent()) {
        out.write(line, 0, answer.keyStart());
        out.write(ownKey.get());
        out.write(line, answer.keyEnd(), line.length - answer.keyEnd());
      } else {
        out.write(line);
      }
      out.write('\n');
    }

    private OutputStream open(int member) throws IOException {
      Optional<Path> file = target(member);
      if (file.isEmpty()) {
        return null;
      }
      if (opened.size() == MOST_OPEN) {
        close(opened.poll());
      }
      StandardOpenOption how =
          begun.get(member) ? StandardOpenOption.APPEND : StandardOpenOption.TRUNCATE_EXISTING;
      begun.set(member);
      OutputStream out = PrivateFiles.output(aside(file.get()), how);
      open[member] = new BufferedOutputStream(out, 1 << 12);
      opened.add(member);
      return open[member];
    }

    private void close(int member) throws IOException {
      open[member].close();
      open[member] = null;
    }

    /** Gives all files their names. Who got no answer gets an empty file. */
    void publish() throws IOException {
      close();
      for (int member = 0; member < open.length; member++) {
        Optional<Path> file = target(member);
        if (file.isPresent()) {
          Path part = aside(file.get());
          if (!begun.get(member)) {
            PrivateFiles.write(part, "");
          }
          Files.move(
              part,
              file.get(),
              StandardCopyOption.ATOMIC_MOVE,
              StandardCopyOption.REPLACE_EXISTING);
        }
      }
    }

    @Override
    public void close() throws IOException {
      while (!opened.isEmpty()) {
        close(opened.poll());
      }
    }
  }
}
