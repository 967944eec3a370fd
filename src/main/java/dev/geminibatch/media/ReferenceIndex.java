package dev.geminibatch.media;

import dev.geminibatch.line.FileTokens;
import dev.geminibatch.service.ProjectId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The references that the service gave for uploaded contents, kept over restarts; implemented by
 * the ledger.
 */
public interface ReferenceIndex {
  /**
   * What the service gave for a content.
   *
   * @param name {@code files/...}
   * @param stored when it was uploaded
   * @param expires when the service deletes it, by the service's clock
   */
  record StoredReference(String name, String uri, Instant stored, Instant expires) {}

  /**
   * The reference of a tag.
   *
   * @param uri null if there is none
   * @param mimeType under which the file was uploaded
   * @param tokens estimated of its file
   * @param problem why there never will be one
   */
  record TagReference(
      String uri,
      String mimeType,
      Instant expires,
      FileTokens tokens,
      Optional<MediaProblem> problem) {}

  /**
   * A file that a line needs once more.
   *
   * @param isDead whether a file of the line was found dead, so that all of its files are uploaded
   *     again
   */
  record Needed(String tag, boolean isDead) {}

  /**
   * Whether a project has a reference for a content that lives longer than until a time.
   *
   * @param mimeType under which it was uploaded: the service goes by it
   */
  boolean contains(ProjectId project, String sha256, String mimeType, Instant aliveAt);

  /** A content that a project has with the service. */
  record Stored(ProjectId project, MediaFile media, StoredReference reference) {}

  /** Remembers what the service gave for some contents, in place of what it gave before. */
  void put(List<Stored> contents);

  /** The reference of a tag of a run, which must have been examined. */
  TagReference reference(String runId, ProjectId project, String tag);

  /** Bytes of the distinct contents of an attempt without a reference that lives long enough. */
  long bytesWithoutReference(String runId, int attempt, ProjectId project, Instant aliveAt);

  /**
   * Whether a content of the attempt has no reference, or an old one that expires too soon. That a
   * young one does, uploading again would not change.
   */
  boolean hasStaleReference(
      String runId, int attempt, ProjectId project, Instant aliveAt, Instant youngSince);

  /**
   * Marks files of a run as needed for another attempt, and forgets the references that are dead.
   */
  void needAgain(ProjectId project, String runId, int attempt, List<Needed> files);
}
