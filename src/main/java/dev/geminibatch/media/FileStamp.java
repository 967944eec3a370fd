package dev.geminibatch.media;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.concurrent.TimeUnit;

/**
 * What shows that a file has not changed.
 *
 * @param size in bytes
 * @param modified nanoseconds since 1970; on Unix the time of the last change of any kind, which no
 *     program can set back after it has written
 */
public record FileStamp(long size, long modified) {
  static FileStamp of(Path file) throws IOException {
    BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
    return new FileStamp(attributes.size(), lastChange(file, attributes));
  }

  private static long lastChange(Path file, BasicFileAttributes attributes) throws IOException {
    FileTime time =
        file.getFileSystem().supportedFileAttributeViews().contains("unix")
            ? (FileTime) Files.getAttribute(file, "unix:ctime")
            : attributes.lastModifiedTime();
    return time.to(TimeUnit.NANOSECONDS);
  }
}
