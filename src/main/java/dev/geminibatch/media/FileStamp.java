package dev.geminibatch.media;

import dev.geminibatch.io.FileState;
import dev.geminibatch.io.Sha256;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * What shows that a file has not changed.
 *
 * @param size in bytes
 * @param state stands for which file it is, and for when it was last written to and changed in any
 *     way; no program can set the last of them back. Older versions knew that time alone, so what
 *     they remembered is found out again
 */
public record FileStamp(long size, long state) {
  static FileStamp of(FileState file) {
    String all = file.inode() + " " + file.modified() + " " + file.changed();
    byte[] hash = Sha256.digest().digest(all.getBytes(StandardCharsets.US_ASCII));
    return new FileStamp(file.size(), ByteBuffer.wrap(hash).getLong());
  }
}
