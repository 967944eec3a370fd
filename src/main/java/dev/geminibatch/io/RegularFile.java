package dev.geminibatch.io;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.Callable;

/**
 * A regular file that is open for reading. Its name is never followed if it is a link, a pipe or a
 * device is never opened, and whoever opens it never waits for longer than ten seconds, also when
 * somebody swaps the name in the meantime.
 *
 * <p>Java cannot ask an open file what it is. So its name is examined before and after it is
 * opened: it must be the same file both times, with nothing changed about it, which a swap to and
 * fro would change. And a pipe has no position.
 */
public final class RegularFile implements Closeable {
  private static final Duration DEADLINE = Duration.ofSeconds(10);
  private static final int MOST_HANGING = 256;
  private static final int TRIES = 3;
  private static final int COMPARED_BYTES = 1 << 16;
  private static final Set<OpenOption> READ =
      Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
  private static final PatientOpener OPENER = new PatientOpener(DEADLINE, MOST_HANGING);

  private final Path path;
  private final SeekableByteChannel channel;
  private final FileState state;

  private RegularFile(Path path, SeekableByteChannel channel, FileState state) {
    this.path = path;
    this.channel = channel;
    this.state = state;
  }

  /**
   * Opens a file. The folders on the way to it may be links.
   *
   * @throws NotRegular when it is something else
   * @throws IOException when it cannot be opened, or changes all the time while it is
   */
  public static RegularFile open(Path file) throws IOException {
    return open(file, () -> new Opened(Files.newByteChannel(file, READ), null));
  }

  /**
   * Opens the file that a real path names: neither it nor a folder on the way to it is a link. Only
   * the last folder must be readable. Where the file system has no means for that (Windows), the
   * path must still be real.
   *
   * @param real as {@link Path#toRealPath} gave it
   * @throws NotRegular when it is something else
   * @throws NoSuchFileException also when a folder on the way was moved, or replaced by a link
   */
  public static RegularFile openReal(Path real) throws IOException {
    return openReal(real, real.getRoot());
  }

  /**
   * As above, where the way down to a folder is in good hands.
   *
   * @param top a folder that the path begins with, also a real path
   */
  public static RegularFile openReal(Path real, Path top) throws IOException {
    return open(real, () -> arrive(real, top));
  }

  /**
   * A channel, and what the file was known by on the way to it; null if it was opened by its path.
   */
  private record Opened(SeekableByteChannel channel, Object key) implements Closeable {
    @Override
    public void close() throws IOException {
      channel.close();
    }

    boolean isOf(FileState state) {
      return key == null || key.toString().equals(state.identity());
    }
  }

  private static RegularFile open(Path path, Callable<Opened> opening) throws IOException {
    for (int tries = 0; ; tries++) {
      FileState before = FileState.of(path);
      if (!before.isRegular()) {
        throw new NotRegular(path, before.kind());
      }
      Opened opened = opened(path, opening);
      try {
        requirePosition(path, opened.channel());
        if (opened.isOf(before) && before.equals(FileState.of(path))) {
          return new RegularFile(path, opened.channel(), before);
        }
        opened.close();
      } catch (IOException e) {
        opened.close();
        throw e;
      }
      if (tries == TRIES) {
        throw new IOException(path + " changes all the time while it is opened");
      }
    }
  }

  /** A pipe has no position. */
  private static void requirePosition(Path path, SeekableByteChannel channel) throws NotRegular {
    try {
      channel.position();
    } catch (IOException e) {
      throw new NotRegular(path, FileState.Kind.PIPE);
    }
  }

  private static Opened opened(Path path, Callable<Opened> opening) throws IOException {
    try {
      return OPENER.open(path, opening);
    } catch (NotRegular e) {
      throw e;
    } catch (NoSuchFileException e) {
      throw new NoSuchFileException(path.toString());
    } catch (AccessDeniedException e) {
      throw new AccessDeniedException(path.toString());
    } catch (IOException e) {
      String what = String.valueOf(e.getMessage());
      if (what.contains("NOFOLLOW_LINKS")) { // Java's words for what the system answers
        throw new NotRegular(path, FileState.Kind.LINK);
      }
      throw what.contains(path.toString()) ? e : new IOException(path + ": " + what, e);
    }
  }

  /**
   * Goes straight to the folder, and then asks the open folder what it lies in, step by step: what
   * a name leads to can be swapped in between, where a folder is cannot.
   */
  private static Opened arrive(Path real, Path top) throws IOException {
    try (DirectoryStream<Path> folder = Files.newDirectoryStream(real.getParent())) {
      if (!(folder instanceof SecureDirectoryStream<Path>)) {
        return withoutDescent(real.getRoot(), real.getRoot().relativize(real));
      }
      SecureDirectoryStream<Path> at = (SecureDirectoryStream<Path>) folder;
      Path up = Path.of(".");
      for (Path each = real.getParent(); each.startsWith(top); each = each.getParent()) {
        BasicFileAttributes named =
            Files.readAttributes(each, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        Object key =
            at.getFileAttributeView(up, BasicFileAttributeView.class).readAttributes().fileKey();
        if (!named.isDirectory() || !named.fileKey().equals(key)) {
          throw new NoSuchFileException(each.toString());
        }
        if (each.equals(top)) {
          break;
        }
        up = up.resolve("..");
      }
      Path name = real.getFileName();
      BasicFileAttributes found = attributes(at, name);
      check(real, found);
      return new Opened(at.newByteChannel(name, READ), found.fileKey());
    }
  }

  private static BasicFileAttributes attributes(SecureDirectoryStream<Path> folder, Path name)
      throws IOException {
    return folder
        .getFileAttributeView(name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
        .readAttributes();
  }

  private static void check(Path path, BasicFileAttributes found) throws NotRegular {
    if (!found.isRegularFile()) {
      throw new NotRegular(
          path,
          found.isSymbolicLink()
              ? FileState.Kind.LINK
              : found.isDirectory() ? FileState.Kind.FOLDER : FileState.Kind.OTHER);
    }
  }

  private static Opened withoutDescent(Path root, Path inside) throws IOException {
    Path path = root.resolve(inside);
    if (!path.toRealPath().equals(root.toRealPath().resolve(inside))) {
      throw new NotRegular(path, FileState.Kind.LINK);
    }
    return new Opened(Files.newByteChannel(path, READ), null);
  }

  /** Its name. */
  public Path path() {
    return path;
  }

  /** The open file, at its beginning; closed with this. */
  public SeekableByteChannel channel() {
    return channel;
  }

  /** The open file, for what can do more with a file than with a channel. */
  public FileChannel fileChannel() {
    return (FileChannel) channel; // what Java opens for the file systems of the machine
  }

  /** Reads from where the channel is; closing it closes this. */
  public InputStream stream() {
    return Channels.newInputStream(channel);
  }

  /** Who may read it; only its owner if that cannot be said for sure. */
  public FileMode mode() throws IOException {
    FileMode mode = FileMode.of(path);
    return isUnchanged() ? mode : FileMode.PRIVATE;
  }

  /** Whether both hold the same bytes, from where each of them is. */
  public boolean hasContentOf(RegularFile other) throws IOException {
    InputStream one = stream();
    InputStream two = other.stream();
    for (byte[] bytes; (bytes = one.readNBytes(COMPARED_BYTES)).length > 0; ) {
      if (!Arrays.equals(bytes, two.readNBytes(bytes.length))) {
        return false;
      }
    }
    return two.read() < 0;
  }

  /** What it was like when it was opened. */
  public FileState state() {
    return state;
  }

  /**
   * Whether its name still stands for it, and nothing has changed about it since it was opened: nor
   * its content, wherever the file system says when that changed.
   */
  public boolean isUnchanged() throws IOException {
    try {
      return state.equals(FileState.of(path)) && channel.size() == state.size();
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
