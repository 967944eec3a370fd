package dev.geminibatch.line;

/**
 * How a request points to an uploaded file.
 *
 * @param uri as the service gave it
 * @param mimeType found in the file's content
 * @param tokens estimated of the file
 */
public record FileReference(String uri, String mimeType, FileTokens tokens) {
  /** To a file of unknown size. */
  public FileReference(String uri, String mimeType) {
    this(uri, mimeType, FileTokens.NONE);
  }
}
