package dev.geminibatch.media;

import dev.geminibatch.line.FileTokens;
import dev.geminibatch.line.MediaExtent;
import dev.geminibatch.line.MediaTokens;
import java.nio.file.Path;

/**
 * A file on disk, known by its content.
 *
 * @param path the real path
 * @param sha256 of the content, in hex
 * @param size in bytes
 * @param mimeType found in the content
 * @param extent how much there is of it
 */
public record MediaFile(Path path, String sha256, long size, String mimeType, MediaExtent extent) {
  /** A file of which no more is known. */
  public MediaFile(Path path, String sha256, long size, String mimeType) {
    this(path, sha256, size, mimeType, MediaExtent.UNKNOWN);
  }

  /** The extent in what is remembered of a file's type; unknown if it is not in there. */
  public static MediaExtent rememberedExtent(String words) {
    return ContentType.rememberedExtent(words);
  }

  /** Its tokens, estimated. */
  public FileTokens tokens() {
    return MediaTokens.of(mimeType, size, extent);
  }
}
