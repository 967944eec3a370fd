package dev.geminibatch.io;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/**
 * Who may read and write files that are made after another one: nobody who may not do that with it.
 * The umask takes its part away as well, so a file is as private as the stricter of the two says.
 *
 * <p>What a group may do counts for that group only. A new file gets the group of this program, or
 * of a folder that gives it its own; if that is another one, its group may do no more than what
 * everybody may.
 *
 * <p>The owner, who is this program, may always read and write; nobody may execute. Where the
 * system has no such permissions (Windows), files are made as usual and nothing is changed.
 */
public final class FileMode {
  private static final int NO_GROUP = -1;

  /** By everybody else. */
  private static final Set<PosixFilePermission> READ =
      EnumSet.of(PosixFilePermission.GROUP_READ, PosixFilePermission.OTHERS_READ);

  private static final Set<PosixFilePermission> WRITE =
      EnumSet.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);

  /** For the owner only, whatever the umask. */
  public static final FileMode PRIVATE =
      new FileMode(EnumSet.noneOf(PosixFilePermission.class), NO_GROUP);

  /** As the umask says. */
  public static final FileMode ANY =
      new FileMode(
          EnumSet.of(
              PosixFilePermission.GROUP_READ,
              PosixFilePermission.GROUP_WRITE,
              PosixFilePermission.OTHERS_READ,
              PosixFilePermission.OTHERS_WRITE),
          NO_GROUP);

  private final Set<PosixFilePermission> ofOthers;
  private final int group;
  private final FileAttribute<?> attribute;

  /** Whether its group may do something else than everybody. */
  private final boolean dependsOnGroup;

  private FileMode(Set<PosixFilePermission> ofOthers, int group) {
    this.ofOthers = ofOthers;
    this.group = group;
    this.attribute = PosixFilePermissions.asFileAttribute(all());
    this.dependsOnGroup = !ofOthers.equals(ofAnyGroup(ofOthers));
  }

  /** That of a file, or of what a link leads to; private if it cannot be known. */
  public static FileMode of(Path file) {
    if (!isKept(file)) {
      return ANY;
    }
    try {
      Map<String, Object> all = Files.readAttributes(file, "unix:mode,gid");
      return new FileMode(ofOthers((int) all.get("mode")), (int) all.get("gid"));
    } catch (IOException e) {
      return PRIVATE;
    }
  }

  private static Set<PosixFilePermission> ofOthers(int mode) {
    EnumSet<PosixFilePermission> ofOthers = EnumSet.noneOf(PosixFilePermission.class);
    for (PosixFilePermission each : ANY.ofOthers) {
      if ((mode & bit(each)) != 0) {
        ofOthers.add(each);
      }
    }
    return ofOthers;
  }

  private static int bit(PosixFilePermission permission) {
    return switch (permission) {
      case GROUP_READ -> 040;
      case GROUP_WRITE -> 020;
      case OTHERS_READ -> 04;
      case OTHERS_WRITE -> 02;
      default -> throw new IllegalArgumentException(permission.toString());
    };
  }

  /** The mode that {@link #written} has written; private if it is not one. */
  public static FileMode parse(String text) {
    String[] parts = text.split(" ", 2);
    try {
      EnumSet<PosixFilePermission> ofOthers = EnumSet.copyOf(ANY.ofOthers);
      ofOthers.retainAll(PosixFilePermissions.fromString(parts[0]));
      return new FileMode(ofOthers, parts.length == 1 ? NO_GROUP : Integer.parseInt(parts[1]));
    } catch (IllegalArgumentException e) {
      return PRIVATE;
    }
  }

  /** For {@link #parse}: as {@code ls} shows it, and the number of the group. */
  public String written() {
    return this + " " + group;
  }

  /** Whether the file system has such permissions at all. */
  static boolean isKept(Path file) {
    return file.getFileSystem().supportedFileAttributeViews().contains("unix");
  }

  /**
   * Whether others may read.
   *
   * @param isOurs whether the file belongs to this user; otherwise its group is how we get at it
   */
  boolean isReadableByOthers(boolean isOurs) {
    return isOurs && ofOthers.contains(PosixFilePermission.GROUP_READ)
        || ofOthers.contains(PosixFilePermission.OTHERS_READ);
  }

  /** What both allow. */
  public FileMode and(FileMode other) {
    if (!dependsOnGroup()) {
      return new FileMode(both(other), other.group);
    }
    return other.dependsOnGroup() && group != other.group
        ? forAnyGroup().and(other.forAnyGroup())
        : new FileMode(both(other), group);
  }

  private Set<PosixFilePermission> both(FileMode other) {
    EnumSet<PosixFilePermission> both = EnumSet.noneOf(PosixFilePermission.class);
    both.addAll(ofOthers);
    both.retainAll(other.ofOthers);
    return both;
  }

  private boolean dependsOnGroup() {
    return dependsOnGroup;
  }

  /** What it allows to everybody who is in no group or in any. */
  private FileMode forAnyGroup() {
    return new FileMode(ofAnyGroup(ofOthers), NO_GROUP);
  }

  private static Set<PosixFilePermission> ofAnyGroup(Set<PosixFilePermission> ofOthers) {
    EnumSet<PosixFilePermission> all = EnumSet.noneOf(PosixFilePermission.class);
    if (ofOthers.containsAll(READ)) {
      all.addAll(READ);
    }
    if (ofOthers.containsAll(WRITE)) {
      all.addAll(WRITE);
    }
    return all;
  }

  /**
   * With what a private file is opened or made, or one in a folder of ours, so that it is never
   * wider, not even for a moment. The group is not compared; see {@link #openNew}.
   */
  FileAttribute<?>[] forNew(Path file) {
    return isKept(file) ? new FileAttribute<?>[] {attribute} : new FileAttribute<?>[0];
  }

  /** The same for a folder, which only its owner may enter. */
  FileAttribute<?>[] forNewFolder(Path folder) {
    Set<PosixFilePermission> permissions = all();
    permissions.add(PosixFilePermission.OWNER_EXECUTE);
    return isKept(folder)
        ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(permissions)}
        : new FileAttribute<?>[0];
  }

  /**
   * Makes a file and opens it for writing.
   *
   * @throws java.nio.file.FileAlreadyExistsException when anything is there, a link also
   */
  public FileChannel openNew(Path file) throws IOException {
    if (!dependsOnGroup()) {
      return make(file);
    }
    // Only the file system knows which group a file gets there, so a narrow one comes first.
    FileMode narrow = forAnyGroup();
    FileChannel first = narrow.make(file);
    if (of(file).group != group) {
      return first;
    }
    first.close();
    Files.delete(file);
    FileChannel second = make(file);
    try {
      if (of(file).group != group) {
        narrow.limit(file); // the folder has got another group in the meantime
      }
    } catch (IOException e) {
      second.close();
      throw e;
    }
    return second;
  }

  private FileChannel make(Path file) throws IOException {
    return FileChannel.open(
        file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), forNew(file));
  }

  /** Makes an empty file, in place of one that is there. */
  public void create(Path file) throws IOException {
    FileGuard.check();
    try {
      openNew(file).close();
    } catch (FileAlreadyExistsException e) {
      Files.delete(file);
      openNew(file).close();
    }
  }

  /** Takes away what a file or folder of ours allows to others beyond this. */
  public void limit(Path file) throws IOException {
    PosixFileAttributeView view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
    if (view != null) {
      Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
      permissions.addAll(view.readAttributes().permissions());
      if (permissions.removeIf(this::isBeyond)) {
        view.setPermissions(permissions);
      }
    }
  }

  /** Whether a file or folder allows nothing to others beyond this, or is not there. */
  boolean isLimitOf(Path file) {
    PosixFileAttributeView view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
    try {
      return view == null || view.readAttributes().permissions().stream().noneMatch(this::isBeyond);
    } catch (IOException e) {
      return true;
    }
  }

  private boolean isBeyond(PosixFilePermission permission) {
    return !permission.name().startsWith("OWNER") && !ofOthers.contains(permission);
  }

  private Set<PosixFilePermission> all() {
    EnumSet<PosixFilePermission> all =
        EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
    all.addAll(ofOthers);
    return all;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FileMode mode
        && mode.ofOthers.equals(ofOthers)
        && (mode.group == group || !dependsOnGroup());
  }

  @Override
  public int hashCode() {
    return ofOthers.hashCode();
  }

  /** As {@code ls} shows it. */
  @Override
  public String toString() {
    return PosixFilePermissions.toString(all());
  }
}
