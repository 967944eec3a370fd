package dev.geminibatch.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;

/**
 * Who may read and write files that are made after another one: nobody who may not do that with it.
 * The umask takes its part away as well, so a file is as private as the stricter of the two says.
 *
 * <p>The owner, who is this program, may always read and write; nobody may execute. Where the
 * system has no such permissions (Windows), files are made as usual and nothing is changed.
 */
public final class FileMode {
  /** For the owner only, whatever the umask. */
  public static final FileMode PRIVATE = new FileMode(EnumSet.noneOf(PosixFilePermission.class));

  /** As the umask says. */
  public static final FileMode ANY =
      new FileMode(
          EnumSet.of(
              PosixFilePermission.GROUP_READ,
              PosixFilePermission.GROUP_WRITE,
              PosixFilePermission.OTHERS_READ,
              PosixFilePermission.OTHERS_WRITE));

  private final Set<PosixFilePermission> ofOthers;
  private final FileAttribute<?> attribute;

  private FileMode(Set<PosixFilePermission> ofOthers) {
    this.ofOthers = ofOthers;
    this.attribute = PosixFilePermissions.asFileAttribute(all());
  }

  /** That of a file, or of what a link leads to; private if it cannot be known. */
  public static FileMode of(Path file) {
    PosixFileAttributeView view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
    if (view == null) {
      return ANY;
    }
    try {
      return of(view.readAttributes().permissions());
    } catch (IOException e) {
      return PRIVATE;
    }
  }

  /** The mode that {@link #toString} has written; private if it is not one. */
  public static FileMode parse(String text) {
    try {
      return of(PosixFilePermissions.fromString(text));
    } catch (IllegalArgumentException e) {
      return PRIVATE;
    }
  }

  /** That of a file with these permissions. */
  public static FileMode of(Set<PosixFilePermission> permissions) {
    EnumSet<PosixFilePermission> ofOthers = EnumSet.noneOf(PosixFilePermission.class);
    ofOthers.addAll(permissions);
    ofOthers.retainAll(ANY.ofOthers);
    return new FileMode(ofOthers);
  }

  /** What both allow. */
  public FileMode and(FileMode other) {
    EnumSet<PosixFilePermission> both = EnumSet.noneOf(PosixFilePermission.class);
    both.addAll(ofOthers);
    both.retainAll(other.ofOthers);
    return new FileMode(both);
  }

  /** With what a file is opened or made, so that it is never wider, not even for a moment. */
  public FileAttribute<?>[] forNew(Path file) {
    return file.getFileSystem().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {attribute}
        : new FileAttribute<?>[0];
  }

  /** Makes an empty file, in place of one that is there. */
  public void create(Path file) throws IOException {
    Files.deleteIfExists(file);
    Files.createFile(file, forNew(file));
  }

  /** Takes away what a file of ours allows beyond this. */
  public void limit(Path file) throws IOException {
    PosixFileAttributeView view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
    if (view != null) {
      Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
      permissions.addAll(view.readAttributes().permissions());
      if (permissions.retainAll(all())) {
        view.setPermissions(permissions);
      }
    }
  }

  private Set<PosixFilePermission> all() {
    EnumSet<PosixFilePermission> all =
        EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
    all.addAll(ofOthers);
    return all;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FileMode mode && mode.ofOthers.equals(ofOthers);
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
