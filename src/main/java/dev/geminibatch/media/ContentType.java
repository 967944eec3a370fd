package dev.geminibatch.media;

import dev.geminibatch.line.MediaExtent;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * What a file is by its content alone, whatever its name.
 *
 * @param name in the words of the detector, such as {@code video/x-msvideo}; {@link ServiceTypes}
 *     knows the service's
 * @param charset of text, as {@code iconv} names it; empty if the content is not text
 */
record ContentType(String name, Optional<String> charset) {
  static final String UTF_8 = StandardCharsets.UTF_8.name();
  static final String UNKNOWN = "application/octet-stream";

  /** A file that begins with zero bytes and nothing else. */
  static final String ZEROS = "application/x-zeros";

  /** Text of Git LFS that stands where the file should be. */
  static final String LFS_POINTER = "text/x-git-lfs-pointer";

  /** Text of git-annex that stands where the file should be. */
  static final String ANNEX_POINTER = "text/x-git-annex-pointer";

  /**
   * Marks what this version of the detector found. Raise it whenever the same content gets another
   * type: what older versions found is then looked up again.
   */
  private static final String VERSION = ";v=4";

  private static final String CHARSET = ";charset=";
  private static final String EXTENT = ";extent=";

  static ContentType of(String name) {
    return new ContentType(name, Optional.empty());
  }

  static ContentType text(String name, String charset) {
    return new ContentType(name, Optional.of(charset));
  }

  /** What was remembered; empty if another version of the detector found it. */
  static Optional<ContentType> remembered(String words) {
    if (!words.endsWith(VERSION)) {
      return Optional.empty();
    }
    String whole = words.substring(0, words.length() - VERSION.length());
    int extent = whole.indexOf(EXTENT);
    String type = extent < 0 ? whole : whole.substring(0, extent);
    int at = type.indexOf(CHARSET);
    return Optional.of(
        at < 0 ? of(type) : text(type.substring(0, at), type.substring(at + CHARSET.length())));
  }

  /** The extent of the file, in what was remembered; unknown if it is not in there. */
  static MediaExtent rememberedExtent(String words) {
    int at = words == null || !words.endsWith(VERSION) ? -1 : words.indexOf(EXTENT);
    return at < 0
        ? MediaExtent.UNKNOWN
        : MediaExtent.parse(
            words.substring(at + EXTENT.length(), words.length() - VERSION.length()));
  }

  /** How it is remembered, with how much there is of it. */
  String toRemember(MediaExtent extent) {
    return name + charset.map(each -> CHARSET + each).orElse("") + EXTENT + extent.text() + VERSION;
  }

  boolean isText() {
    return charset.isPresent();
  }

  /** Whether it is text that cannot be sent as it is. */
  boolean isForeignText() {
    return charset.isPresent() && !charset.get().equals(UTF_8);
  }
}
