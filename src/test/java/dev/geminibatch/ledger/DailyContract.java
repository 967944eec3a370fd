package dev.geminibatch.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.geminibatch.ledger.Daily.By;
import dev.geminibatch.ledger.Daily.Totals;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunInput;
import dev.geminibatch.run.RunOptions;
import dev.geminibatch.run.RunState;
import dev.geminibatch.service.JobName;
import dev.geminibatch.service.Tokens;
import dev.geminibatch.testkit.Jobs;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What the ledger knows of each day. */
abstract class DailyContract extends LedgerContract {
  private static final LocalDate TODAY = LocalDate.ofInstant(START, ZoneOffset.UTC);
  private static final LocalDate TOMORROW = TODAY.plusDays(1);

  private List<Totals> totals(By by) {
    return ledger.daily().totals(by, TODAY, TOMORROW);
  }

  /** A job of a run of a profile that has ended. */
  private Job ended(String name, String profile, String model) {
    Run run =
        Run.receiving(
            profile + name,
            new RunInput(name, Path.of("inbox", name), true, 0, 0),
            new RunOptions(profile, "gemini-x", Path.of("media"), name, false, 5, false),
            Optional.empty(),
            clock.instant());
    Job job = withJob(received(run), model);
    jobs().creating(job, Jobs.room(90));
    jobs().opened(job, new JobName("batches/" + run.id()), "BATCH_STATE_PENDING");
    jobs().ended(job, "BATCH_STATE_SUCCEEDED", "files/x", null);
    return job;
  }

  @Test
  void what_is_collected_counts_for_its_day_its_profile_and_its_model() {
    jobs().collected(ended("1", "default", "gemini-x"), 5, 1, new Tokens(10, 20, 30, 4));
    jobs().collected(ended("2", "default", "models/gemini-x"), 1, 0, new Tokens(1, 2, 3, 0));
    jobs().collected(ended("1", "books", "gemini-y"), 7, 0, new Tokens(5, 5, 5, 5));
    clock.forward(Duration.ofDays(1));
    jobs().collected(ended("2", "books", "gemini-x"), 0, 3, Tokens.NONE);

    Totals first = new Totals("", "gemini-x", 6, 1, new Tokens(11, 22, 33, 4));
    Totals second = new Totals("", "gemini-y", 7, 0, new Tokens(5, 5, 5, 5));
    Totals third = new Totals("", "gemini-x", 0, 3, Tokens.NONE);
    assertThat(ledger.daily().today()).isEqualTo(TOMORROW);
    assertThat(totals(By.DAY))
        .containsExactly(
            named(TODAY.toString(), first),
            named(TODAY.toString(), second),
            named(TOMORROW.toString(), third));
    assertThat(totals(By.PROFILE))
        .containsExactly(named("books", third), named("books", second), named("default", first));
    assertThat(totals(By.MODEL))
        .containsExactly(
            new Totals("gemini-x", "gemini-x", 6, 4, new Tokens(11, 22, 33, 4)),
            named("gemini-y", second));
    assertThat(ledger.daily().totals(By.PROFILE, TOMORROW, TOMORROW))
        .containsExactly(named("books", third));
    assertThat(ledger.daily().totals(By.DAY, TOMORROW.plusDays(1), LocalDate.of(2999, 1, 1)))
        .isEmpty();
  }

  @Test
  void what_was_never_sent_has_not_failed() {
    Job job = withJob(received("a.jsonl"));
    jobs().ended(job, "RUN_CANCELLED", null, "not sent");

    jobs().collected(job, 0, 1, Tokens.NONE);

    assertThat(totals(By.DAY)).extracting(Totals::failed).containsExactly(0L);
  }

  @Test
  void lines_without_an_answer_count_on_the_day_their_run_ends() {
    String run = inspected("a.jsonl");
    assertThat(ledger.daily().unansweredToday()).isZero();

    runs().moveTo(run, RunState.COLLECTED);
    runs().delivered(run, 0);

    assertThat(ledger.daily().unansweredToday()).isEqualTo(run(run).counts().requests());
    clock.forward(Duration.ofDays(1));
    assertThat(ledger.daily().unansweredToday()).isZero();
  }

  private static Totals named(String name, Totals totals) {
    return new Totals(name, totals.model(), totals.answered(), totals.failed(), totals.tokens());
  }

  @Test
  void what_is_collected_twice_counts_once() throws IOException {
    Job job = ended("1", "default", "gemini-x");
    jobs().collected(job, 5, 1, new Tokens(10, 20, 30, 4));
    reopen();

    jobs().collected(job, 5, 1, new Tokens(10, 20, 30, 4));

    assertThat(totals(By.DAY)).extracting(Totals::answered).containsExactly(5L);
  }

  @Test
  void what_may_not_be_collected_does_not_count() {
    Job job = withOpenJob(received("a.jsonl"));

    assertThatThrownBy(() -> jobs().collected(job, 5, 1, new Tokens(10, 20, 30, 4)))
        .hasMessageContaining("cannot become COLLECTED");

    assertThat(totals(By.DAY)).isEmpty();
  }

  @Test
  void it_outlives_the_run() {
    Job job = ended("1", "default", "gemini-x");
    jobs().collected(job, 5, 1, Tokens.NONE);

    ledger.housekeeping().forget(List.of(job.runId()));

    assertThat(totals(By.DAY)).extracting(Totals::answered).containsExactly(5L);
  }

  @Test
  void a_day_begins_at_midnight_where_the_process_is() throws IOException {
    ledger.close();
    ledger = open(Clock.fixed(START, ZoneId.of("Pacific/Honolulu")));

    jobs().collected(ended("1", "default", "gemini-x"), 5, 1, Tokens.NONE);

    assertThat(ledger.daily().today()).isEqualTo(TODAY.minusDays(1));
    assertThat(ledger.daily().totals(By.DAY, LocalDate.EPOCH, TODAY))
        .extracting(Totals::name)
        .containsExactly(TODAY.minusDays(1).toString());
  }
}
