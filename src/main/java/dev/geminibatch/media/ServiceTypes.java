package dev.geminibatch.media;

import static java.util.Map.entry;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The service's vocabulary of types, and the detector's words in it.
 *
 * <p>What the service takes is what Google's pages on images, audio, video and documents, on file
 * input methods, and the enumerations of its SDKs name (read 2026-11). {@code video/quicktime} and
 * {@code audio/mpeg} are the newer of two names each; {@code video/ogg} is in none of the lists,
 * but its sibling {@code audio/ogg} is.
 */
final class ServiceTypes {
  private static final Set<String> TAKEN =
      Set.of(
          "image/png",
          "image/jpeg",
          "image/webp",
          "image/heic",
          "image/heif",
          "image/gif",
          "image/bmp",
          "image/tiff",
          "audio/wav",
          "audio/mpeg",
          "audio/aiff",
          "audio/aac",
          "audio/ogg",
          "audio/flac",
          "audio/mp4",
          "audio/webm",
          "video/mp4",
          "video/mpeg",
          "video/quicktime",
          "video/avi",
          "video/x-flv",
          "video/webm",
          "video/wmv",
          "video/3gpp",
          "video/ogg",
          "application/pdf",
          "text/plain",
          "text/html",
          "text/xml",
          "text/rtf");

  /** The detector's word, and the service's. */
  private static final Map<String, String> SERVICE_NAMES =
      Map.ofEntries(
          entry("image/heic-sequence", "image/heic"),
          entry("image/heif-sequence", "image/heif"),
          entry("audio/vnd.wave", "audio/wav"),
          entry("audio/x-flac", "audio/flac"),
          entry("audio/x-aac", "audio/aac"),
          entry("audio/x-aiff", "audio/aiff"),
          entry("application/mp4", "video/mp4"),
          entry("video/x-m4v", "video/mp4"),
          entry("video/x-msvideo", "video/avi"),
          entry("video/x-ms-wmv", "video/wmv"),
          entry("video/3gpp2", "video/3gpp"),
          entry("application/xhtml+xml", "text/html"),
          entry("application/xml", "text/xml"),
          entry("application/rtf", "text/rtf"));

  /** Under which names a type went before it got the one it has, and which others are usual. */
  private static final Map<String, List<String>> OTHER_NAMES =
      Map.ofEntries(
          entry("video/webm", List.of("application/x-matroska")),
          entry("audio/webm", List.of("application/x-matroska", "video/webm")),
          entry("video/x-matroska", List.of("application/x-matroska")),
          entry("audio/x-matroska", List.of("application/x-matroska", "video/x-matroska")),
          entry(
              "audio/ogg", List.of("application/ogg", "audio/vorbis", "audio/opus", "audio/speex")),
          entry("video/ogg", List.of("application/ogg", "video/x-theora")),
          entry("audio/mp4", List.of("audio/m4a", "audio/x-m4a", "video/mp4")),
          entry("audio/mpeg", List.of("audio/mp3")),
          entry("audio/x-aiff", List.of("audio/aif")),
          entry("audio/vnd.wave", List.of("audio/x-wav")),
          entry("video/quicktime", List.of("video/mov")),
          entry("video/mpeg", List.of("video/mpg")),
          entry("video/x-msvideo", List.of("video/msvideo")),
          entry("video/x-ms-wmv", List.of("video/x-ms-asf")),
          entry("audio/x-ms-wma", List.of("video/x-ms-asf")),
          entry("image/avif", List.of("image/heif")),
          entry("image/jpeg", List.of("image/jpg")),
          entry("text/xml", List.of("application/xml")));

  /** In these families a pattern such as {@code image/*} means what the service takes of it. */
  private static final List<String> FAMILIES = List.of("image/", "audio/", "video/", "text/");

  private ServiceTypes() {}

  /** What the service calls a type; empty if it does not take it. */
  static Optional<String> nameOf(ContentType type) {
    if (type.isForeignText()) {
      return Optional.empty();
    }
    String name = SERVICE_NAMES.getOrDefault(type.name(), type.name());
    if (TAKEN.contains(name)) {
      return Optional.of(name);
    }
    if (!type.isText()) {
      return Optional.empty();
    }
    return Optional.of(name.endsWith("+xml") ? "text/xml" : "text/plain");
  }

  /**
   * The name to send a type under; empty if it may not be sent.
   *
   * @param patterns {@code image/png} or {@code image/*}, in the service's words or the detector's.
   *     A type that the service does not take must be named in full.
   */
  static Optional<String> sendable(ContentType type, List<String> patterns) {
    Optional<String> taken = nameOf(type);
    Set<String> names = new LinkedHashSet<>();
    taken.ifPresent(names::add);
    names.add(type.name());
    names.addAll(OTHER_NAMES.getOrDefault(type.name(), List.of()));
    for (String pattern : patterns) {
      for (String name : names) {
        if (taken.isPresent() && matches(pattern, name)) {
          return taken;
        }
        boolean isAsked = pattern.equals(name) || !FAMILIES.contains(pattern.replace("*", ""));
        if (isAsked && !type.isForeignText() && matches(pattern, name)) {
          return Optional.of(name);
        }
      }
    }
    return Optional.empty();
  }

  private static boolean matches(String pattern, String name) {
    return pattern.endsWith("/*")
        ? name.startsWith(pattern.substring(0, pattern.length() - 1))
        : name.equals(pattern);
  }
}
