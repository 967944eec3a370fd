package dev.geminibatch.stage.receive;

import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * What shows that a file is as it was. Its time is only compared with what it was before: it may
 * lie in the future, or be that of a file it was copied from.
 *
 * @param size in bytes
 * @param modified nanoseconds since 1970, when it was last written to as the file system has it
 * @param identity stands for the file behind the name, where the file system has such a thing
 */
record Stamp(long size, long modified, int identity) {
  /** Of something that is not there. */
  static final Stamp NONE = new Stamp(-1, 0, 0);

  static Stamp of(BasicFileAttributes attributes) {
    return new Stamp(
        attributes.size(),
        attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS),
        Objects.hashCode(attributes.fileKey()));
  }
}
