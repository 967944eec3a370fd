package dev.geminibatch.media;

import dev.geminibatch.line.MediaExtent;
import dev.geminibatch.line.PictureSize;
import java.io.IOException;
import java.nio.BufferUnderflowException;

/**
 * Measures files as far as their tokens depend on it: pixels of pictures, pages of documents,
 * seconds of recordings. What a file does not say is unknown.
 */
final class MediaMeasure {
  private MediaMeasure() {}

  /**
   * Measures a file.
   *
   * @param type as it is sent
   */
  static MediaExtent of(FileWindow file, String type) throws IOException {
    try {
      if (type.startsWith("image/")) {
        byte[] beginning = new byte[(int) Math.min(PictureSize.ENOUGH, file.size())];
        file.read(0, beginning.length).get(beginning);
        return PictureSize.of(beginning);
      } else if (type.equals("application/pdf")) {
        return MediaExtent.pages(PdfPages.count(file));
      } else if (type.startsWith("audio/") || type.startsWith("video/")) {
        return MediaExtent.seconds(RecordingLength.seconds(file));
      }
      return MediaExtent.UNKNOWN;
    } catch (IndexOutOfBoundsException | BufferUnderflowException | ArithmeticException e) {
      return MediaExtent.UNKNOWN; // it ends before, or says what cannot be
    }
  }
}
