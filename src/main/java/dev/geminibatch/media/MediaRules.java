package dev.geminibatch.media;

import dev.geminibatch.io.TextEncoding;
import dev.geminibatch.line.ProblemCode;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * Which files may be sent.
 *
 * @param types patterns of media types, {@code image/*}
 * @param sendsMismatches whether a file is also sent whose content is not what its name says, such
 *     as a {@code .jpg} that holds a page of HTML
 */
public record MediaRules(List<String> types, boolean sendsMismatches) {

  /**
   * The name that a file is sent under.
   *
   * @param tag as the line names the file
   * @throws MediaProblem when the file may not be sent
   */
  String nameToSend(String tag, FileWindow file, ContentType type)
      throws MediaProblem, IOException {
    if (!sendsMismatches) {
      Optional<String> mismatch = Mismatch.find(tag, file, type);
      if (mismatch.isPresent()) {
        throw new MediaProblem(ProblemCode.FILE_MISMATCH, "\"" + tag + "\" " + mismatch.get());
      }
    }
    Optional<String> name = ServiceTypes.sendable(type, types);
    if (name.isEmpty()) {
      throw new MediaProblem(ProblemCode.FILE_TYPE, "\"" + tag + "\" " + whyNot(type));
    }
    return name.get();
  }

  private String whyNot(ContentType type) {
    if (type.isForeignText()) {
      return foreignText(type.charset().orElseThrow());
    }
    if (type.name().equals(ContentType.ZEROS)) {
      return Mismatch.ZEROS;
    }
    if (type.name().equals(ContentType.UNKNOWN)) {
      return "is of unknown type by its content" + whatMayBeSent();
    }
    String name = ServiceTypes.nameOf(type).orElse(type.name());
    if (ServiceTypes.nameOf(type).isPresent()) {
      return "is of type " + name + " by its content" + whatMayBeSent();
    }
    return "is of type "
        + name
        + " by its content, which the service does not take; "
        + remedy(name)
        + (name.matches("(image|audio|video)/.*")
            ? ", or add " + name + " to media.types to send it as it is"
            : "");
  }

  private String whatMayBeSent() {
    return "; what may be sent is " + String.join(", ", types) + " (media.types)";
  }

  private static String foreignText(String charset) {
    if (charset.equals(TypeDetector.ZERO_BYTES)) {
      return "is text with zero bytes in it; " + TextEncoding.ZEROS_REMEDY;
    }
    boolean isKnown = !charset.equals(TextEncoding.UNKNOWN);
    return "is text in "
        + (isKnown ? charset : "an unknown encoding")
        + ", not in UTF-8; "
        + TextEncoding.remedy(charset);
  }

  private static String remedy(String name) {
    return switch (name.substring(0, name.indexOf('/'))) {
      case "image" -> "convert it to PNG or JPEG, for example with ffmpeg -i FILE FILE.png";
      case "audio" -> "convert it to MP3, for example with ffmpeg -i FILE FILE.mp3";
      case "video" ->
          name.equals("video/x-matroska") || name.equals("video/mp2t")
              ? "repack it as MP4, for example with ffmpeg -i FILE -c copy FILE.mp4"
              : "convert it to MP4, for example with ffmpeg -i FILE FILE.mp4";
      default ->
          name.contains("zip") || name.contains("compress") || name.endsWith("-tar")
              ? "unpack it and name its files, or save a document as PDF"
              : "convert it to PDF or to text";
    };
  }
}
