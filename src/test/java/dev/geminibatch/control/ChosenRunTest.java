package dev.geminibatch.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.geminibatch.io.UsageException;
import dev.geminibatch.run.Run;
import dev.geminibatch.testkit.StageFixture;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A person may name a run in several ways, and is asked when that is not clear. */
class ChosenRunTest {
  @TempDir Path folder;
  private StageFixture fixture;

  @BeforeEach
  void open() throws IOException {
    fixture = StageFixture.open(folder);
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
  }

  @Test
  void a_run_is_meant_by_its_id_name_path_or_their_beginning() throws IOException {
    String run = fixture.dropped("letters of May.jsonl");
    fixture.dropped("other.jsonl");

    assertThat(chosen(run)).isEqualTo(run);
    assertThat(chosen("letters of May.jsonl")).isEqualTo(run);
    assertThat(chosen("letters")).isEqualTo(run);
    assertThat(chosen("default/letters of May.jsonl")).isEqualTo(run);
    assertThat(chosen(fixture.folders().inbox().resolve("letters of May.jsonl").toString()))
        .isEqualTo(run);
    assertThat(chosen(run.substring(0, run.length() - 1))).isEqualTo(run);
  }

  @Test
  void a_whole_name_counts_before_a_beginning_and_an_unfinished_run_before_a_delivered_one()
      throws IOException {
    String delivered = fixture.delivered("a.jsonl");
    assertThat(chosen("a.jsonl")).as("there is no other").isEqualTo(delivered);
    String run = fixture.dropped("a.jsonl");
    fixture.dropped("a.jsonl.gz.jsonl");

    assertThat(chosen("a.jsonl")).isEqualTo(run);
  }

  @Test
  void a_name_that_may_mean_several_runs_is_refused_with_their_ids() throws IOException {
    String first = fixture.dropped("a.jsonl");
    String second = fixture.dropped("a.jsonl");

    assertThatThrownBy(() -> chosen("a.jsonl"))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("write the id of one of them")
        .hasMessageContaining(first)
        .hasMessageContaining(second);
  }

  @Test
  void a_run_that_does_not_exist_is_named() {
    assertThatThrownBy(() -> chosen("no\u202e such"))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "There is no run \"no\\u202E such\"; --status lists them. Write the id of a finished"
                + " run, or its whole name.");
    assertThatThrownBy(() -> chosen(" ")).hasMessageContaining("is empty");
  }

  private String chosen(String text) {
    Run run = ChosenRun.of(text, fixture.ledger().queries());
    return run.id();
  }
}
