package dev.geminibatch.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * What the name of a file stands for, and what shows that this has not changed. Links are never
 * followed.
 *
 * @param kind what it is
 * @param identity the file behind the name (on Unix its device and inode); empty where the file
 *     system does not say, which is so on Windows
 * @param size in bytes
 * @param modified nanoseconds since 1970, when it was last written to; every program may set it
 * @param changed nanoseconds since 1970, when anything about it last changed, its name included;
 *     only the system sets it. -1 where the file system does not say
 * @param links how many names it has; 1 where the file system does not say
 * @param owner the number of the user whom it belongs to; -1 where the file system does not say
 */
public record FileState(
    Kind kind, String identity, long size, long modified, long changed, int links, int owner) {
  private static final boolean HAS_UNIX = views().contains("unix");
  private static final int TYPE_OF_MODE = 0170000;
  private static final Pattern DEVICE = Pattern.compile("dev=[^,]*,");

  /** What a name can stand for, in words for a person. */
  public enum Kind {
    REGULAR("a file"),
    FOLDER("a folder"),
    LINK("a symbolic link"),
    PIPE("a named pipe"),
    SOCKET("a socket"),
    DEVICE("a device"),
    OTHER("not a regular file");

    private final String words;

    Kind(String words) {
      this.words = words;
    }

    @Override
    public String toString() {
      return words;
    }
  }

  private static Set<String> views() {
    return Path.of("").getFileSystem().supportedFileAttributeViews();
  }

  /**
   * Of what lies under a name now.
   *
   * @throws IOException when there is nothing
   */
  public static FileState of(Path path) throws IOException {
    if (!HAS_UNIX) {
      return of(Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS));
    }
    Map<String, Object> all =
        Files.readAttributes(
            path,
            "unix:mode,size,lastModifiedTime,ctime,nlink,uid,fileKey",
            LinkOption.NOFOLLOW_LINKS);
    return new FileState(
        kind((int) all.get("mode")),
        String.valueOf(all.get("fileKey")),
        (long) all.get("size"),
        nanos((FileTime) all.get("lastModifiedTime")),
        nanos((FileTime) all.get("ctime")),
        (int) all.get("nlink"),
        (int) all.get("uid"));
  }

  private static FileState of(BasicFileAttributes all) {
    return new FileState(
        all.isRegularFile()
            ? Kind.REGULAR
            : all.isDirectory() ? Kind.FOLDER : all.isSymbolicLink() ? Kind.LINK : Kind.OTHER,
        all.fileKey() == null ? "" : all.fileKey().toString(),
        all.size(),
        nanos(all.lastModifiedTime()),
        -1,
        1,
        -1);
  }

  private static long nanos(FileTime time) {
    return time.to(TimeUnit.NANOSECONDS);
  }

  private static Kind kind(int mode) {
    return switch (mode & TYPE_OF_MODE) {
      case 0100000 -> Kind.REGULAR;
      case 0040000 -> Kind.FOLDER;
      case 0120000 -> Kind.LINK;
      case 0010000 -> Kind.PIPE;
      case 0140000 -> Kind.SOCKET;
      case 0020000, 0060000 -> Kind.DEVICE;
      default -> Kind.OTHER;
    };
  }

  public boolean isRegular() {
    return kind == Kind.REGULAR;
  }

  /** Milliseconds since 1970, when it was last written to. */
  public long modifiedMillis() {
    return Math.floorDiv(modified, 1_000_000);
  }

  /**
   * The identity without its device: a disk may get another number when the machine starts again.
   */
  public String inode() {
    return inodeOf(identity);
  }

  /** As {@link #inode()}, of an identity that was written down. */
  public static String inodeOf(String identity) {
    return DEVICE.matcher(identity).replaceFirst("");
  }

  /** Whether it is another name of the same file, or the same name. */
  public boolean isSameFile(FileState other) {
    return identity.equals(other.identity) && kind == other.kind;
  }
}
