package dev.geminibatch.media;

import dev.geminibatch.line.ProblemCode;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.tika.metadata.Metadata;
import org.apache.tika.mime.MimeTypes;

/** The type of a file by its content. Names lie: many a PNG is called .jpg. */
final class MediaType {
  /** What Tika calls otherwise than the service. */
  private static final Map<String, String> SERVICE_NAMES =
      Map.of(
          "audio/vnd.wave", "audio/wav",
          "audio/x-flac", "audio/flac",
          "audio/x-aac", "audio/aac",
          "application/mp4", "video/mp4",
          "video/x-m4v", "video/mp4",
          "application/xml", "text/xml",
          "application/xhtml+xml", "text/html",
          "application/rtf", "text/rtf",
          "application/json", "text/plain");

  /** Where the name of its variety ends in an MP4 file. */
  private static final int BRAND_END = 12;

  private MediaType() {}

  /** Reads the beginning of the file. */
  static String of(Path file) throws IOException {
    String type;
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
      in.mark(BRAND_END);
      String brand = new String(in.readNBytes(BRAND_END), StandardCharsets.ISO_8859_1);
      in.reset();
      type = Detector.TYPES.detect(in, new Metadata()).getBaseType().toString();
      // Tika takes every brand of the MP4 family that it does not know for QuickTime.
      if (type.equals("video/quicktime") && brand.matches("(?s).{4}ftyp(?!qt).*")) {
        type = "video/mp4";
      }
    }
    type = SERVICE_NAMES.getOrDefault(type, type);
    return type;
  }

  /**
   * Makes sure that a type may be sent.
   *
   * @param patterns {@code image/png} or {@code image/*}
   */
  static void check(String type, List<String> patterns, String tag) throws MediaProblem {
    for (String pattern : patterns) {
      boolean whole = pattern.endsWith("/*");
      if (whole ? type.startsWith(pattern.replace("*", "")) : type.equals(pattern)) {
        return;
      }
    }
    throw new MediaProblem(
        ProblemCode.FILE_TYPE,
        "\""
            + tag
            + "\" is "
            + (type.equals("application/octet-stream") ? "of unknown type" : "of type " + type)
            + " by its content; what may be sent is "
            + String.join(", ", patterns)
            + " (media.types)");
  }

  /** Reading Tika's table takes a noticeable time, so it is done when it is first needed. */
  private static final class Detector {
    private static final MimeTypes TYPES = MimeTypes.getDefaultMimeTypes();
  }
}
