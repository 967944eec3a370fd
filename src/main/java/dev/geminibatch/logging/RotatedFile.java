package dev.geminibatch.logging;

import dev.geminibatch.io.PrivateFiles;
import java.io.Closeable;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A file of lines that never takes more than its share of the disk. When it is full it becomes
 * {@code NAME.1}, the one before {@code NAME.2}, and the oldest is removed.
 *
 * <p>Each line goes to the system at once and in one piece, so a kill takes none that was written.
 * Several processes may write to the same file; they rotate it one at a time. A file that somebody
 * else has moved or removed is begun again. While nothing can be written, lines are counted and the
 * next one that can be written says how many are missing.
 */
final class RotatedFile implements Closeable {
  /** How often it is checked whether the file is still there, and retried what has failed. */
  private static final long INTERVAL_NANOS = 1_000_000_000L;

  private static final int MOST_DIGITS = 3;

  private final Path path;
  private final long maxBytes;
  private final int count;
  private final Consumer<String> onTrouble;
  private final LongSupplier nanoTime;

  /** No channel: one is closed when a thread that writes to it is interrupted. */
  private FileOutputStream out;

  private Object identity;
  private long size;
  private long nextCheck;

  /** What was written last may have been cut short. */
  private boolean isMidLine;

  private long missing;
  private String trouble;

  /**
   * Opens nothing yet.
   *
   * @param onTrouble hears once why nothing can be written, until that is over
   */
  RotatedFile(LogSettings.Place place, Consumer<String> onTrouble, LongSupplier nanoTime) {
    this.path = place.path();
    this.maxBytes = place.maxBytes();
    this.count = place.count();
    this.onTrouble = onTrouble;
    this.nanoTime = nanoTime;
    this.nextCheck = nanoTime.getAsLong();
  }

  /** Adds a line. Whatever happens is no reason for whoever logs to fail. */
  synchronized void write(String line) {
    boolean mayTry = nanoTime.getAsLong() - nextCheck >= 0;
    if (trouble != null && !mayTry) {
      missing++;
      return;
    }
    try {
      if (mayTry) {
        nextCheck = nanoTime.getAsLong() + INTERVAL_NANOS;
        check();
      }
      String text =
          missing == 0 ? line : missing + " lines are missing here: " + trouble + "\n" + line;
      append((text + "\n").getBytes(StandardCharsets.UTF_8));
      missing = 0;
      trouble = null;
    } catch (IOException | RuntimeException e) {
      missing++;
      if (trouble == null) {
        trouble = reason(e);
        onTrouble.accept(trouble);
      }
    }
  }

  private static String reason(Exception e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  private void append(byte[] line) throws IOException {
    if (out == null) {
      open();
    }
    if (size > 0 && size + line.length > maxBytes) {
      rotate();
    }
    if (isMidLine) {
      out.write('\n');
    }
    isMidLine = true;
    out.write(line);
    isMidLine = false;
    size += line.length;
  }

  private void open() throws IOException {
    PrivateFiles.createFile(path);
    // It was a file before. To open a pipe would wait for its reader, and all who log with it.
    if (identity != null && !Files.isRegularFile(path)) {
      throw new IOException(path + " is no longer a file");
    }
    out = new FileOutputStream(path.toFile(), true);
    identity = identity(path);
    size = Files.size(path);
    isMidLine = !endsLine();
  }

  /** Whether whoever wrote last has come to the end of a line. */
  private boolean endsLine() throws IOException {
    try (RandomAccessFile last = new RandomAccessFile(path.toFile(), "r")) {
      last.seek(Math.max(0, last.length() - 1));
      return last.length() == 0 || last.read() == '\n';
    }
  }

  /** Another process may have written, or somebody may have taken the file away. */
  private void check() throws IOException {
    if (out != null && isStillThere()) {
      size = Files.size(path);
    } else {
      close();
    }
  }

  private boolean isStillThere() {
    try {
      return identity == null ? Files.exists(path) : identity.equals(identity(path));
    } catch (IOException e) {
      return false;
    }
  }

  /** Null where the system has none (Windows), where an open file cannot be taken away either. */
  private static Object identity(Path file) throws IOException {
    return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
  }

  private void rotate() throws IOException {
    boolean isInterrupted = Thread.interrupted(); // else nothing could be locked
    try (FileLock lock = out.getChannel().lock()) {
      if (lock.isValid() && isStillThere()) { // else another process was faster
        removeFrom(Math.max(1, count - 1));
        for (int number = count - 2; number >= 1; number--) {
          move(numbered(number), numbered(number + 1));
        }
        if (count > 1) {
          move(path, numbered(1));
        } else {
          Files.delete(path);
        }
      }
    } finally {
      if (isInterrupted) {
        Thread.currentThread().interrupt();
      }
    }
    close();
    open();
  }

  private Path numbered(int number) {
    return path.resolveSibling(path.getFileName() + "." + number);
  }

  private static void move(Path from, Path to) throws IOException {
    if (Files.exists(from)) {
      Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /** Removes the oldest, also those that an earlier setting has left. */
  private void removeFrom(int first) throws IOException {
    Pattern names = Pattern.compile(Pattern.quote(path.getFileName() + ".") + "([1-9]\\d*)");
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(path.toAbsolutePath().getParent())) {
      for (Path file : files) {
        Matcher name = names.matcher(file.getFileName().toString());
        // A longer number is a date that another program has given it.
        if (name.matches()
            && name.group(1).length() <= MOST_DIGITS
            && Integer.parseInt(name.group(1)) >= first) {
          Files.deleteIfExists(file);
        }
      }
    }
  }

  @Override
  public synchronized void close() throws IOException {
    if (out != null) {
      out.close();
      out = null;
    }
  }
}
