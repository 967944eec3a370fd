package dev.geminibatch.run;

import dev.geminibatch.io.PrivateFiles;
import dev.geminibatch.io.ThisProcess;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Which runs this process works on, where the next process finds it. It stands in the file that
 * {@link FileLeases} locks, which is removed when the process ends in an orderly way.
 *
 * <p>It is not forced to disk: it is for a process that an Error has ended, and then the system
 * still has what was written. After a kill or a power cut no run is to blame, whatever it says.
 * Nothing here needs memory when an Error has to be recorded.
 */
public final class WorkRecord {
  /** A line for why the process ended, then a line for each run in hand. */
  private static final int FIRST_LINE = 120;

  private static final int LINE = 100;
  private static final int LONGEST_RUN = 40;

  /** More runs are never in hand. */
  private static final int MOST_READ = 1 << 20;

  private static final char FREE = ' ';
  private static final char IN_HAND = 'w';
  private static final char BESIDE = 'b';
  private static final char CAUSE = 'c';

  private RandomAccessFile file;

  /**
   * A run that was in hand when an Error ended a process.
   *
   * @param stage that worked on it
   * @param isCause whether the Error came from the work on it
   * @param error the class of the Error
   */
  public record Ended(String runId, String stage, boolean isCause, String error) {}

  /** Begins to write into a file. */
  synchronized void open(RandomAccessFile opened) throws IOException {
    close(); // a member that begins again has a new one
    opened.setLength(0);
    opened.write(line("", FIRST_LINE));
    file = opened;
  }

  /** Writes no more, and gives up the file. */
  public synchronized void close() {
    try (RandomAccessFile last = file) {
      file = null;
    } catch (IOException e) {
      // What is in it is for others.
    }
  }

  /** Begins to write into a new file, which nobody locks. */
  public synchronized void open(Path opened) throws IOException {
    PrivateFiles.write(opened, "");
    open(new RandomAccessFile(opened.toFile(), "rw"));
  }

  /**
   * What processes have left behind in a folder that are certainly gone. Of several that ask, one
   * gets it.
   *
   * @param alive the names of the files of those that are not; asked for when the files are known,
   *     so that one that has begun meanwhile keeps its own
   */
  public static void takeAll(Path folder, Supplier<Set<String>> alive, Consumer<Ended> onEnded)
      throws IOException {
    List<Path> left;
    try (Stream<Path> files = Files.list(folder)) {
      left = files.filter(WorkRecord::isOfMember).toList();
    }
    Set<String> others = left.isEmpty() ? Set.of() : alive.get();
    for (Path file : left) {
      if (!others.contains(file.getFileName().toString())) {
        take(file).forEach(onEnded);
      }
    }
  }

  private static boolean isOfMember(Path file) {
    return file.getFileName().toString().matches("\\p{XDigit}{16}");
  }

  private static List<Ended> take(Path file) throws IOException {
    Path taken = file.resolveSibling(file.getFileName() + "." + ThisProcess.MARK);
    try {
      Files.move(file, taken, StandardCopyOption.ATOMIC_MOVE);
    } catch (NoSuchFileException e) {
      return List.of();
    }
    try (RandomAccessFile left = new RandomAccessFile(taken.toFile(), "r")) {
      return read(left);
    } finally {
      Files.deleteIfExists(taken);
    }
  }

  /** A run is taken in hand, or is at another stage. */
  synchronized void write(int slot, String runId, String stage) {
    String text = runId + " ".repeat(Math.max(1, LONGEST_RUN + 1 - runId.length())) + stage;
    put(slot, line(IN_HAND + " " + text, LINE));
  }

  /** A run is not in hand any more. */
  synchronized void clear(int slot) {
    put(slot, line("", LINE));
  }

  /** An Error is about to end the process. */
  synchronized void error(String name) {
    try {
      if (file != null) {
        file.seek(0);
        for (int i = 0; i < Math.min(name.length(), FIRST_LINE - 1); i++) {
          file.write(name.charAt(i));
        }
      }
    } catch (IOException e) {
      // Then no run is blamed.
    }
  }

  /** The run in a slot was in hand then. */
  synchronized void blame(int slot, boolean isCause) {
    try {
      if (file != null) {
        file.seek(place(slot));
        file.write(isCause ? CAUSE : BESIDE);
      }
    } catch (IOException e) {
      // as above
    }
  }

  private void put(int slot, byte[] line) {
    try {
      if (file != null) {
        file.seek(place(slot));
        file.write(line);
      }
    } catch (IOException e) {
      // A full disk, say: the record is a help, and no condition for any work.
    }
  }

  private static long place(int slot) {
    return FIRST_LINE + (long) slot * LINE;
  }

  private static byte[] line(String text, int length) {
    byte[] line = new byte[length];
    Arrays.fill(line, (byte) FREE);
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(bytes, 0, line, 0, Math.min(bytes.length, length - 1));
    line[length - 1] = '\n';
    return line;
  }

  /** What a process has left behind; nothing unless an Error has ended it. */
  static List<Ended> read(RandomAccessFile left) throws IOException {
    byte[] content = new byte[(int) Math.min(left.length(), MOST_READ)];
    left.seek(0);
    left.readFully(content);
    String[] lines = new String(content, StandardCharsets.ISO_8859_1).split("\n");
    String error = lines[0].strip();
    List<Ended> ended = new ArrayList<>();
    for (int i = 1; i < lines.length && !error.isEmpty(); i++) {
      char mark = lines[i].isEmpty() ? FREE : lines[i].charAt(0);
      String[] words = lines[i].strip().split(" +", 3);
      if ((mark == CAUSE || mark == BESIDE) && words.length == 3) {
        ended.add(new Ended(words[1], words[2], mark == CAUSE, error));
      }
    }
    return ended;
  }
}
