package dev.geminibatch.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.run.Job;
import dev.geminibatch.run.JobState;
import dev.geminibatch.testkit.Jobs;
import org.junit.jupiter.api.Test;

/** Who has marked a job as about to be created, whoever has its run by now. */
class CreationMarksTest extends TwoMembersFixture {
  @Test
  void the_mark_of_a_member_that_is_gone_is_taken_over_once() throws Exception {
    uploaded(one);
    assertThat(one.jobs().creating(job(one), Jobs.room(90))).isTrue();
    assertThat(one.creationMarks().isOfAnother(job(one))).isFalse();

    takeOver();

    CreationMarks marks = other.creationMarks();
    assertThat(marks.isOfAnother(job(other))).isTrue();
    marks.takenOver(job(other));
    assertThat(marks.isOfAnother(job(other))).isFalse();
    assertThat(job(other).state()).isEqualTo(JobState.CREATING);
    assertThat(job(other).inputFile()).isEmpty();
  }

  @Test
  void what_was_not_created_is_created_under_another_name() throws Exception {
    uploaded(one);
    one.jobs().creating(job(one), Jobs.room(90));
    takeOver();
    other.creationMarks().takenOver(job(other));
    Job before = job(other);

    other.creationMarks().notCreated(before);

    Job now = job(other);
    assertThat(now.state()).isEqualTo(JobState.ASSEMBLED);
    assertThat(now.creation()).isEqualTo(before.creation() + 1);
    assertThat(now.displayName())
        .isEqualTo(before.displayName(now.creation()))
        .isNotEqualTo(before.displayName());
  }
}
