package dev.geminibatch.media;

import java.nio.file.Path;

/**
 * A file on disk, known by its content.
 *
 * @param path the real path
 * @param sha256 of the content, in hex
 * @param size in bytes
 * @param mimeType found in the content
 */
public record MediaFile(Path path, String sha256, long size, String mimeType) {}
