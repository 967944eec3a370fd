package dev.geminibatch.media;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.geminibatch.service.Redactor;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Files whose content cannot be what their name says: mostly what a failed download has left.
 *
 * <p>One binary type under the name of another is fine, because the type comes from the content. So
 * is text under the name of text. Endings that may mean either, such as {@code .ts} and {@code
 * .doc}, say nothing.
 */
final class Mismatch {
  /** What is wrong with a file of zeros, and the remedy. */
  static final String ZEROS =
      "is filled with zero bytes, as an interrupted download or copy leaves it; get the file again";

  private static final String OR_SEND = ", or set media.mismatch = send";
  private static final int HEAD = 4096;
  private static final int LONGEST_EXCERPT = 60;

  private static final Map<String, Set<String>> ENDINGS =
      new TreeMap<>(
          Map.of(
              "a picture",
              Set.of(
                  "jpg", "jpeg", "jpe", "jfif", "png", "apng", "gif", "webp", "heic", "heif", "hif",
                  "avif", "bmp", "dib", "tif", "tiff", "ico", "psd", "jp2", "jxl", "dng", "cr2",
                  "cr3", "nef", "arw", "orf", "rw2"),
              "audio",
              Set.of(
                  "mp3", "mp2", "wav", "wave", "aac", "ogg", "oga", "opus", "spx", "flac", "m4a",
                  "m4b", "aif", "aiff", "aifc", "wma", "amr", "mka", "weba", "caf", "mid", "midi"),
              "video",
              Set.of(
                  "mp4", "m4v", "mov", "qt", "avi", "mkv", "webm", "wmv", "asf", "flv", "f4v",
                  "mpg", "mpeg", "mpe", "3gp", "3gpp", "3g2", "ogv", "m2ts", "vob"),
              "a PDF document",
              Set.of("pdf"),
              "an office document",
              Set.of("docx", "xlsx", "pptx", "odt", "ods", "odp", "epub"),
              "an archive",
              Set.of("zip", "gz", "tgz", "bz2", "xz", "zst", "7z", "rar", "tar")));

  private static final Pattern TITLE = Pattern.compile("(?is)<title[^>]*>([^<]{1,200})");
  private static final Pattern CODE = Pattern.compile("(?s)<Code>([^<]{1,100})</Code>");
  private static final Pattern BASE64 =
      Pattern.compile(
          "(?s)\\s*(data:[\\w.+-]+/[\\w.+-]+;base64,|/9j/|iVBORw0KGgo|R0lGOD|UklGR|JVBERi0|SUQz|AAAA\\w\\wZ0eX).*");

  private Mismatch() {}

  /** What is wrong with a file and what to do about it; empty if its name and content agree. */
  static Optional<String> find(String tag, FileWindow file, ContentType type) throws IOException {
    if (type.name().equals(ContentType.LFS_POINTER)) {
      return Optional.of(
          "is a Git LFS pointer, not the file itself; run git lfs pull in its repository"
              + OR_SEND);
    }
    if (type.name().equals(ContentType.ANNEX_POINTER)) {
      return Optional.of(
          "is a git-annex pointer, not the file itself; run git annex get in its repository"
              + OR_SEND);
    }
    if (type.name().equals(ContentType.ZEROS)) {
      return Optional.of(ZEROS);
    }
    Optional<String> meant = type.isText() ? meant(tag) : Optional.empty();
    if (meant.isEmpty()) {
      return Optional.empty();
    }
    String text = beginning(file);
    String remedy =
        BASE64.matcher(text).matches()
            ? "decode it, for example with base64 -d FILE >DECODED"
            : "get the file again, give it the right extension";
    return Optional.of(
        "is named like "
            + meant.get()
            + " but holds "
            + words(type, text)
            + "; "
            + remedy
            + OR_SEND);
  }

  /** What kind of binary file a name means; empty if it means none. */
  private static Optional<String> meant(String name) {
    String path = name.strip().toLowerCase(Locale.ROOT);
    if (path.matches("https?:.*")) {
      path = path.replaceFirst("[?#].*", "");
    }
    String ending = path.substring(path.lastIndexOf('.') + 1);
    return ENDINGS.entrySet().stream()
        .filter(each -> each.getValue().contains(ending))
        .map(Map.Entry::getKey)
        .findFirst();
  }

  private static String words(ContentType type, String text) {
    if (type.isForeignText()) {
      return "text that is not UTF-8";
    }
    if (type.name().endsWith("html")) {
      return "a page of HTML" + excerpt(TITLE.matcher(text));
    }
    if (TypeDetector.isMarkup(type.name())) {
      return "an XML document" + excerpt(CODE.matcher(text));
    }
    if (BASE64.matcher(text).matches()) {
      return "base64 text";
    }
    String start = text.strip();
    String kind =
        start.startsWith("{") || start.startsWith("[")
            ? "JSON text"
            : start.startsWith("<") ? "an XML document or a page of HTML" : "plain text";
    return kind + " that begins with \"" + shortened(start) + "\"";
  }

  private static String excerpt(Matcher part) {
    return part.find() ? " (\"" + shortened(part.group(1)) + "\")" : "";
  }

  private static String shortened(String text) {
    String line = text.strip().replaceAll("[\\s\\p{C}]+", " ").strip();
    return Redactor.shortened(line, LONGEST_EXCERPT);
  }

  private static String beginning(FileWindow file) throws IOException {
    return UTF_8.decode(file.read(0, HEAD)).toString().replace("\ufeff", "");
  }
}
