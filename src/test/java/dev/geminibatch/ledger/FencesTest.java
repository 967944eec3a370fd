package dev.geminibatch.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.geminibatch.line.ProblemCode;
import dev.geminibatch.media.MediaProblem;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.LeaseLost;
import dev.geminibatch.testkit.Jobs;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What a member may still change of a run that it had, although it is alive. */
class FencesTest extends TwoMembersFixture {
  /** The other member has the run, and the first one does not know it. */
  private void passOn() throws SQLException {
    server.execute(name, "UPDATE gemini_batch.run SET owner = 'other', fence = fence + 1");
  }

  private void assertRefused(ThrowingCallable write) {
    assertThatThrownBy(write).isInstanceOf(LeaseLost.class);
  }

  @Test
  void whoever_has_lost_a_run_changes_neither_its_jobs_nor_its_media() throws Exception {
    Job job = job(one);
    List<Job> pieces =
        List.of(Job.assembled(one.queries().run(RUN), 2, "gemini-x", job.size(), "b"));
    MediaProblem problem = new MediaProblem(ProblemCode.FILE_UNREADABLE, "no");
    passOn();

    assertRefused(() -> one.jobs().cut(job, pieces, List.of(0.0)));
    assertRefused(() -> one.jobs().sized(job, Jobs.tokens(2, 7)));
    assertRefused(() -> one.runs().promiseOutput(RUN, Path.of("outbox", "a.jsonl")));
    assertRefused(
        () -> one.runs().queued(RUN, CreationQueue.gathering("gemini-x", PROJECT, Duration.ZERO)));
    assertRefused(() -> one.media().clear(RUN));
    assertRefused(() -> one.media().write(RUN, List.of()));
    assertRefused(() -> one.media().reject(RUN, "0", problem));

    assertThat(other.jobs().of(RUN)).containsExactly(job);
    assertThat(other.queries().run(RUN).output()).isEmpty();
    assertThat(other.queries().run(RUN).waiting().reason()).isEmpty();
  }

  @Test
  void whoever_has_lost_a_run_does_not_mark_its_jobs_as_a_pack() throws Exception {
    Job job = job(one);
    passOn();

    assertThat(isPacked(one, job)).isFalse();
    assertThat(job(one)).isEqualTo(job);

    claim(other);
    assertThat(isPacked(other, job)).isTrue();
  }

  @Test
  void a_pack_is_not_made_of_runs_that_a_member_had_before_it_began_again() throws Exception {
    Job job = job(one);
    other.members().gone("one");

    become(one, "one again");

    assertThat(isPacked(one, job)).isFalse();
    claim(one);
    assertThat(isPacked(one, job)).isTrue();
  }

  @Test
  void what_a_member_gathered_is_packed_by_another_one_as_soon_as_it_has_ended() {
    Packs.Due due = new Packs.Due(PROJECT, Instant.EPOCH, false);
    Duration hour = Duration.ofHours(1);
    one.creationQueue(() -> 90, (project, model) -> CreationQueue.Limit.NONE, hour)
        .gather(
            one.queries().run(RUN), PROJECT, CreationQueue.gathering("gemini-x", PROJECT, hour));
    assertThat(one.packs().isAnybodyDue(Instant.EPOCH)).isFalse();
    assertThat(one.packs().groups(due)).isEmpty();
    assertThat(other.packs().isAnybodyDue(Instant.EPOCH)).isFalse();

    other.packs().release(List.of());
    assertThat(one.queries().run(RUN).isQueued()).as("it is not the other one's").isTrue();
    one.members().leave();

    assertThat(other.packs().isAnybodyDue(Instant.EPOCH)).isTrue();
    assertThat(other.packs().groups(due)).hasSize(1);
    other.packs().wait(CreationQueue.packAgain("gemini-x", PROJECT, "refused", hour));
    assertThat(other.packs().isAnybodyDue(Instant.EPOCH)).as("it waits like others").isFalse();
    other.packs().release(List.of());
    assertThat(other.queries().run(RUN).isQueued()).as("nobody has it").isFalse();
  }

  private static boolean isPacked(Ledger ledger, Job job) {
    return ledger.packs().creating("p1", "a [p1]", List.of(job), PROJECT, "files/p", Jobs.room(90));
  }

  @Test
  void what_a_member_got_before_it_began_again_it_does_not_hold() throws Exception {
    Members.Claim late = one.members().claim(RUN).orElseThrow();
    other.members().gone("one");
    become(one, "one again");

    assertThat(one.fences().hold(RUN, late.fence(), late.by())).isFalse();

    assertThat(one.fences().isHeld(RUN)).isFalse();
    claim(one);
    assertThat(one.fences().isHeld(RUN)).isTrue();
  }

  @Test
  void a_fence_counts_with_its_owner_only() throws Exception {
    server.execute(name, "UPDATE gemini_batch.run SET owner = 'other'");

    assertRefused(() -> one.runs().parked(RUN, "waits", Duration.ZERO));
    assertThat(one.fences().ownerOf(RUN)).isNull();
  }
}
