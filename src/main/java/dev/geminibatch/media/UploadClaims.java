package dev.geminibatch.media;

import dev.geminibatch.service.ProjectId;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/**
 * Which contents the members of a shared ledger have in hand, and which they offer to each other;
 * implemented by the ledger. What a member has that is gone, nobody has.
 */
public interface UploadClaims {
  /** A content of a project. */
  record ContentKey(ProjectId project, String sha256, String mimeType) {}

  /** A content that a run needs, and whose file each member may upload that can read it. */
  record Offer(ProjectId project, MediaFile media) {}

  /** Who this process is among the members; what it had in hand as an earlier one it has not. */
  String holder();

  /**
   * Takes contents in hand, those that the service does not have and that no other member has in
   * hand.
   *
   * @param aliveAt until when a reference must live to be one
   * @return what is this member's to upload now
   */
  Set<ContentKey> claim(Collection<ContentKey> contents, Instant aliveAt);

  /** Those that another member has in hand. */
  Set<ContentKey> elsewhere(Collection<ContentKey> contents);

  /** Those that the service has. */
  Set<ContentKey> arrived(Collection<ContentKey> contents, Instant aliveAt);

  /** Contents are in nobody's hand, and not offered any more; whoever needs them claims them. */
  void release(Collection<ContentKey> contents);

  /** Offers contents of a run, those that the service does not have, and wakes the others. */
  void offer(String runId, Collection<Offer> contents, Instant aliveAt);

  /**
   * Some contents of some projects that other members offer; from the end of the order of the
   * contents.
   */
  List<Offer> offered(Collection<ProjectId> projects, int most);

  /**
   * Ends what was offered for a run; what others have in hand they upload nevertheless.
   *
   * @return how many of its contents others have uploaded
   */
  long withdraw(String runId);

  /** Forgets what was offered for runs that are over. */
  void tidy();
}
