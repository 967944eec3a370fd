package dev.geminibatch.line;

/**
 * How a request points to an uploaded file.
 *
 * @param uri as the service gave it
 * @param mimeType found in the file's content
 */
public record FileReference(String uri, String mimeType) {}
