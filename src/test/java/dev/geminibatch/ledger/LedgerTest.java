package dev.geminibatch.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.geminibatch.io.AtomicFiles;
import dev.geminibatch.job.JobWriter;
import dev.geminibatch.run.InputArchive;
import dev.geminibatch.run.InputGuard;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.Progress;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunClaims;
import dev.geminibatch.run.RunFailure;
import dev.geminibatch.run.RunFolder;
import dev.geminibatch.run.RunState;
import dev.geminibatch.sandbox.MovableClock;
import dev.geminibatch.service.Connections;
import dev.geminibatch.service.RetryPolicy;
import dev.geminibatch.settings.Profiles;
import dev.geminibatch.settings.PropertySources;
import dev.geminibatch.settings.Settings;
import dev.geminibatch.stage.Itinerary;
import dev.geminibatch.stage.StageContext;
import dev.geminibatch.stage.clean.Retention;
import dev.geminibatch.stage.fail.FailureHandler;
import dev.geminibatch.stage.poll.Poller;
import dev.geminibatch.stage.receive.Receiver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the ledger and those who write in it promise, without Camel and without a service. */
class LedgerTest {
  @TempDir Path folder;
  private final MovableClock clock = new MovableClock(Clock.systemUTC());
  private Settings settings;
  private LedgerDatabase database;
  private Ledger ledger;
  private RunClaims claims;
  private StageContext context;
  private Receiver receiver;

  @BeforeEach
  void open() throws IOException {
    Map<String, String> key = Map.of("gemini.api-key", "some-key");
    settings = Settings.of(PropertySources.read(key, Map.of(), List.of()), folder, folder);
    database = LedgerDatabase.open(settings.folders().state());
    ledger = new Ledger(database, clock);
    claims = new RunClaims(settings.folders().state());
    Connections services = new Connections(RetryPolicy.standard(), clock);
    context = new StageContext(ledger, claims, settings, services, clock, Progress.none());
    receiver = new Receiver(context, new Random(1));
    Files.createDirectories(settings.folders().inbox());
  }

  @AfterEach
  void close() throws IOException {
    claims.close();
    database.close();
  }

  @Test
  void a_run_follows_the_one_with_the_same_content() throws IOException {
    String first = dropped("a.jsonl");
    String second = dropped("b.jsonl");

    assertThat(ledger.inspected(first, "same", 1, 0, true)).isEmpty();
    assertThat(ledger.inspected(second, "same", 1, 0, true)).hasValue(first);
    assertThat(ledger.run(second).state()).isEqualTo(RunState.FOLLOWING);
  }

  @Test
  void those_who_followed_a_failed_run_follow_the_next_and_pay_once() throws IOException {
    String first = dropped("a.jsonl");
    String second = dropped("b.jsonl");
    String third = dropped("c.jsonl");
    for (String run : List.of(first, second, third)) {
      ledger.inspected(run, "same", 1, 0, true);
    }

    ledger.failed(first, "why");
    for (String run : List.of(second, third)) {
      ledger.followAnother(run);
      assertThat(ledger.run(run).state()).as("inspected again").isEqualTo(RunState.RECEIVED);
      ledger.inspected(run, "same", 1, 0, true);
    }

    assertThat(ledger.run(second).state()).isEqualTo(RunState.INSPECTED);
    assertThat(ledger.run(third).leader()).hasValue(second);
  }

  @Test
  void a_run_without_any_answer_leads_nobody() throws IOException {
    String first = dropped("a.jsonl");
    ledger.inspected(first, "same", 1, 0, true);
    ledger.moveTo(first, RunState.COLLECTED);
    ledger.delivered(first, 0);

    assertThat(ledger.inspected(dropped("b.jsonl"), "same", 1, 0, true)).isEmpty();
  }

  @Test
  void a_results_file_is_promised_to_one_run() throws IOException {
    Path output = folder.resolve("x-batch-results.jsonl");
    String first = dropped("a.jsonl");

    assertThat(ledger.promiseOutput(first, output)).isTrue();
    assertThat(ledger.promiseOutput(dropped("b.jsonl"), output)).isFalse();
    assertThat(ledger.run(first).output()).hasValue(output);
  }

  @Test
  void who_answers_a_run_of_ours_is_worked_on_whoever_began_it() throws IOException {
    String abandoned = ordered("a.jsonl");
    String dropped = dropped("b.jsonl");
    ledger.inspected(abandoned, "same", 1, 0, true);
    ledger.inspected(dropped, "same", 1, 0, true);
    claims.end(dropped);
    Poller poller = poller(Run::fromInbox);

    assertThat(poll(poller)).containsExactly(abandoned);
  }

  @Test
  void a_run_is_handed_out_once_until_its_work_ends() throws IOException {
    String run = ordered("a.jsonl");
    Poller poller = poller(each -> true);

    assertThat(poll(poller)).containsExactly(run);
    assertThat(poll(poller)).isEmpty();
    claims.end(run);
    assertThat(poll(poller)).containsExactly(run);
  }

  @Test
  void a_dropped_file_is_begun_before_a_tick_can_see_its_run() throws IOException {
    Poller poller = poller(each -> true);

    String run = dropped("a.jsonl");

    assertThat(poll(poller)).isEmpty();
    claims.end(run);
    assertThat(poll(poller)).containsExactly(run);
  }

  @Test
  void only_one_may_create_a_job() throws IOException {
    String run = dropped("a.jsonl");
    Job job = withJob(run);

    assertThat(ledger.jobCreating(job, 90)).isTrue();
    assertThat(ledger.jobCreating(job, 90)).isFalse();
  }

  @Test
  void no_more_jobs_are_created_than_may_be_open() throws IOException {
    Job first = withJob(dropped("a.jsonl"));
    Job second = withJob(dropped("b.jsonl"));

    assertThat(ledger.jobCreating(first, 1)).isTrue();
    assertThat(ledger.jobCreating(second, 1)).isFalse();
    ledger.jobOpen(first, "batches/a", "BATCH_STATE_PENDING");
    assertThat(ledger.jobCreating(second, 1)).isFalse();
    ledger.jobEnded(first, "BATCH_STATE_SUCCEEDED", "files/a", null);
    assertThat(ledger.jobCreating(second, 1)).isTrue();
  }

  @Test
  void who_came_first_is_the_first_to_get_room_and_the_others_say_whom_they_wait_for()
      throws IOException {
    CreationQueue queue = queue(1);
    ledger.jobCreating(withJob(dropped("open.jsonl")), 1);
    Run older = ledger.run(withJob(dropped("older.jsonl")).runId());
    clock.forward(Duration.ofSeconds(1));
    Run younger = ledger.run(withJob(dropped("younger.jsonl")).runId());

    CreationQueue.Place place = queue.placeFor(older, "gemini-x", "project").orElseThrow();
    assertThat(place.reason()).contains("1 of our jobs are open", "job.max-open");
    ledger.queued(older.id(), place);
    assertThat(queue.placeFor(younger, "gemini-x", "project").orElseThrow().reason())
        .contains("older.jsonl");
    ledger.moveTo(older.id(), RunState.SUBMITTED);
    assertThat(queue(2).placeFor(younger, "gemini-x", "project")).isEmpty();
  }

  @Test
  void as_many_as_there_is_room_for_need_not_wait_for_each_other() throws IOException {
    ledger.jobCreating(withJob(dropped("open.jsonl")), 90);
    List<Run> runs = new ArrayList<>();
    for (String name : List.of("first.jsonl", "second.jsonl", "third.jsonl")) {
      clock.forward(Duration.ofSeconds(1));
      Run run = ledger.run(withJob(dropped(name)).runId());
      ledger.queued(run.id(), queue(1).placeFor(run, "gemini-x", "project").orElseThrow());
      runs.add(run);
    }

    CreationQueue twoMore = queue(3);
    assertThat(twoMore.placeFor(runs.get(0), "gemini-x", "project")).isEmpty();
    assertThat(twoMore.placeFor(runs.get(1), "gemini-x", "project")).isEmpty();
    assertThat(twoMore.placeFor(runs.get(2), "gemini-x", "project").orElseThrow().reason())
        .contains("first.jsonl");
  }

  @Test
  void a_tick_hands_out_as_many_waiting_runs_as_there_is_room_for() throws IOException {
    List<String> waiting = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      clock.forward(Duration.ofSeconds(1));
      String run = withJob(dropped("x" + i + ".jsonl")).runId();
      ledger.queued(run, queue(2).full("gemini-x", "project"));
      claims.end(run);
      waiting.add(run);
    }
    clock.forward(Duration.ofMinutes(1));

    assertThat(poller(each -> true, 2).poll().near())
        .containsExactlyElementsOf(waiting.subList(0, 2));
  }

  @Test
  void the_newest_migration_is_known_so_that_a_start_can_skip_them() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("src/main/resources/db/migration"))) {
      assertThat(files.map(file -> file.getFileName().toString().replaceFirst("__.*", "")))
          .contains("V" + LedgerDatabase.NEWEST)
          .doesNotContain("V" + (Integer.parseInt(LedgerDatabase.NEWEST) + 1));
    }
  }

  @Test
  void a_quota_that_is_used_up_holds_back_its_model_and_its_project_only() throws IOException {
    Run older = ledger.run(withJob(dropped("older.jsonl")).runId());
    clock.forward(Duration.ofSeconds(1));
    Run younger = ledger.run(withJob(dropped("younger.jsonl")).runId());
    Job job = ledger.job(older.id(), 1);
    CreationQueue queue = queue(90);
    ledger.queued(older.id(), CreationQueue.afterFailure(job, "no tokens left", clock.instant()));

    assertThat(ledger.run(older.id()).reason().orElseThrow()).contains("no tokens left");
    assertThat(queue.placeFor(younger, "gemini-x", "project")).isPresent();
    assertThat(queue.placeFor(younger, "gemini-y", "project")).isEmpty();
    assertThat(queue.placeFor(younger, "gemini-x", "another")).isEmpty();
    clock.forward(Duration.ofHours(7));
    queue.keep(() -> List.of(older.id()));
    assertThat(queue.placeFor(younger, "gemini-x", "project")).as("however long").isPresent();
    clock.forward(Duration.ofMinutes(6));
    assertThat(queue.placeFor(younger, "gemini-x", "project"))
        .as("nobody works on the older one any more")
        .isEmpty();
  }

  @Test
  void a_run_is_not_submitted_while_one_of_its_jobs_has_come_back() throws IOException {
    Job job = withJob(dropped("a.jsonl"));
    ledger.jobCreating(job, 90);
    ledger.jobOpen(job, "batches/x", "PENDING");
    ledger.jobToBeCreatedAgain(
        job, CreationQueue.afterFailure(job, "no tokens left", clock.instant()));

    ledger.submitted(job.runId());

    assertThat(ledger.run(job.runId()).state()).isEqualTo(RunState.ASSEMBLED);
    assertThat(ledger.run(job.runId()).isQueued()).isTrue();
  }

  @Test
  void the_name_of_a_job_that_was_created_before_does_not_come_again() throws IOException {
    Job job = withJob(dropped("a.jsonl"));
    ledger.jobCreating(job, 90);
    ledger.jobOpen(job, "batches/x", "PENDING");
    ledger.jobToBeCreatedAgain(
        job, CreationQueue.afterFailure(job, "no tokens left", clock.instant()));
    ledger.moveTo(job.runId(), RunState.INSPECTED); // its files have died while it waited

    Job again = withJob(job.runId());

    assertThat(again.displayName()).isNotEqualTo(job.displayName()).endsWith("-3]");
  }

  @Test
  void a_run_makes_no_move_that_its_state_does_not_know() throws IOException {
    String run = dropped("a.jsonl");

    assertThatThrownBy(() -> ledger.moveTo(run, RunState.SUBMITTED))
        .hasMessageContaining("is RECEIVED and cannot become SUBMITTED");
    Job job = withJob(run);
    assertThatThrownBy(() -> ledger.jobOpen(job, "batches/x", "PENDING"))
        .hasMessageContaining("cannot become OPEN");
  }

  @Test
  void every_state_but_the_last_two_leads_on_to_one_of_these() {
    for (RunState state : RunState.values()) {
      Set<RunState> reached = EnumSet.of(state);
      for (int i = 0; i < RunState.values().length; i++) {
        EnumSet.copyOf(reached).forEach(from -> reached.addAll(from.next()));
      }
      assertThat(reached).as(state.name()).containsAnyOf(RunState.DELIVERED, RunState.FAILED);
      assertThat(state.next().isEmpty()).isEqualTo(state.isFinished());
    }
  }

  @Test
  void a_parked_run_waits_its_time_and_not_over_a_restart() throws IOException {
    String run = ordered("a.jsonl");
    Poller poller = poller(each -> true);
    clock.forward(Duration.ofSeconds(1));
    new FailureHandler(context).take(run, new IOException("disk full"), null);

    assertThat(poll(poller)).isEmpty();
    assertThat(ledger.run(run).reason()).hasValue("IOException: disk full");
    clock.forward(Duration.ofSeconds(11));
    assertThat(poll(poller)).containsExactly(run);

    claims.end(run);
    new FailureHandler(context).take(run, new IOException("disk full"), null);
    clock.forward(Duration.ofSeconds(1));
    assertThat(poll(poller(each -> true))).containsExactly(run);
  }

  @Test
  void a_full_disk_is_named_with_what_to_do() throws IOException {
    String run = ordered("a.jsonl");

    new FailureHandler(context).take(run, new IOException("No space left on device"), null);

    assertThat(ledger.run(run).reason().orElseThrow())
        .startsWith("The disk of " + folder)
        .contains("is full (", "Make room; it is tried again by itself, and nothing is lost");
  }

  @Test
  void the_same_failure_waits_longer_each_time() throws IOException {
    String run = ordered("a.jsonl");
    FailureHandler desk = new FailureHandler(context);

    desk.take(run, new IOException("disk full"), null);
    Duration first = Duration.between(clock.instant(), ledger.run(run).nextTry());
    desk.take(run, new IOException("disk full"), null);
    Duration second = Duration.between(clock.instant(), ledger.run(run).nextTry());

    assertThat(second).isGreaterThan(first.multipliedBy(3).dividedBy(2));
  }

  @Test
  void a_run_goes_on_where_the_settings_say_and_a_dry_run_does_not() throws IOException {
    Itinerary itinerary = new Itinerary(ledger, settings.routes().stages());
    String run = dropped("a.jsonl");
    Path file = Files.writeString(folder.resolve("b.jsonl"), "any");
    String dry =
        receiver.receive(
            new Receiver.Order(file, folder.resolve("o.jsonl"), Optional.empty(), false, true));
    assertThat(itinerary.next(run)).isEqualTo("direct:inspect");
    assertThat(itinerary.next(dry)).isEqualTo("direct:inspect");

    ledger.inspected(run, "a", 1, 0, false);
    ledger.inspected(dry, "b", 1, 0, false);
    assertThat(itinerary.next(run)).isEqualTo("direct:upload");
    assertThat(itinerary.next(dry)).isNull();

    ledger.hold(run, "for a reason");
    assertThat(itinerary.next(run)).isNull();
    ledger.release();
    assertThat(itinerary.next(run)).isEqualTo("direct:upload");
  }

  @Test
  void what_can_never_work_goes_to_the_failed_folder_once() throws IOException {
    String run = dropped("a.jsonl");
    Path input = RunFolder.of(settings, run).input();

    // As if the process had ended between the two steps of a failure.
    InputArchive.link(settings.folders().failed(), ledger.run(run), folderOf(run));
    new FailureHandler(context)
        .take(run, new RuntimeException("wrapped", new RunFailure("No line can be sent.")), null);

    assertThat(settings.folders().failed())
        .isDirectoryContaining("glob:**/a.jsonl")
        .isDirectoryContaining("glob:**/a.jsonl.why.txt");
    assertThat(Files.list(settings.folders().failed())).hasSize(2);
    assertThat(ledger.run(run).state()).isEqualTo(RunState.FAILED);
    assertThat(input).doesNotExist();
  }

  @Test
  void a_failed_file_that_comes_back_needs_no_explanation() throws IOException {
    new FailureHandler(context)
        .take(dropped("a.jsonl"), new RunFailure("No line can be sent."), null);

    Files.move(
        settings.folders().failed().resolve("a.jsonl"),
        settings.folders().inbox().resolve("a.jsonl"));
    receiver.receive(Profiles.DEFAULT, settings.folders().inbox().resolve("a.jsonl"));

    assertThat(settings.folders().failed()).isEmptyDirectory();
  }

  @Test
  void a_file_that_cannot_be_taken_leaves_no_run_and_is_left_alone_for_a_while()
      throws IOException {
    Files.writeString(settings.folders().state().resolve("runs"), "in the way");
    Path file = Files.writeString(settings.folders().inbox().resolve("a.jsonl"), "x");

    assertThatThrownBy(() -> receiver.receive(Profiles.DEFAULT, file))
        .isInstanceOf(IOException.class);
    assertThat(ledger.unfinished()).isEmpty();
    assertThat(file).exists();
    assertThat(receiver.receive(Profiles.DEFAULT, file)).isNull();

    Files.delete(settings.folders().state().resolve("runs"));
    clock.forward(Duration.ofMinutes(2));
    assertThat(receiver.receive(Profiles.DEFAULT, file)).isNotNull();
  }

  @Test
  void a_run_whose_receiving_was_cut_short_is_sorted_out() throws IOException {
    Path source = Files.writeString(settings.folders().inbox().resolve("a.jsonl"), "x");
    String run = receiver.receive(Profiles.DEFAULT, source);
    database.jdbi().useHandle(each -> each.execute("UPDATE run SET state = 'RECEIVING'"));
    AtomicFiles.copy(
        RunFolder.of(settings, run).input(), source); // as a move between file systems begins

    receiver.recover();

    assertThat(ledger.run(run).state()).isEqualTo(RunState.RECEIVED);
    assertThat(source).as("would be received again").doesNotExist();
  }

  @Test
  void the_same_order_goes_on_with_its_run() throws IOException {
    Path file = Files.writeString(folder.resolve("a.jsonl"), "x");
    Receiver.Order order = order(file);
    String run = receiver.receive(order);

    assertThat(receiver.unfinished(order)).hasValue(run);
    Files.writeString(file, "other content");
    assertThat(receiver.unfinished(order)).isEmpty();
  }

  @Test
  void an_input_from_the_command_line_may_change_afterwards() throws IOException {
    Path file = Files.writeString(folder.resolve("a.jsonl"), "before");
    String run = receiver.receive(order(file));

    Files.writeString(file, "after");

    assertThat(RunFolder.of(settings, run).input()).hasContent("before");
    InputGuard.check(ledger.run(run), RunFolder.of(settings, run));
  }

  private String dropped(String name) throws IOException {
    return receiver.receive(
        Profiles.DEFAULT, Files.writeString(settings.folders().inbox().resolve(name), name));
  }

  private String ordered(String name) throws IOException {
    return receiver.receive(order(Files.writeString(folder.resolve(name), name)));
  }

  private Receiver.Order order(Path file) {
    return new Receiver.Order(file, folder.resolve("o.jsonl"), Optional.empty(), false, false);
  }

  @Test
  void what_was_finished_long_ago_is_forgotten_with_its_files() throws IOException {
    String old = delivered("old.jsonl");
    Path archived = settings.folders().archive().resolve("old.jsonl");
    InputArchive.link(settings.folders().archive(), ledger.run(old), folderOf(old));
    String leader = delivered("leader.jsonl");
    String follower = dropped("follower.jsonl");
    ledger.inspected(follower, leader, 1, 0, true);
    String unfinished = dropped("unfinished.jsonl");
    Path strange = Files.writeString(settings.folders().archive().resolve("strange.jsonl"), "x");
    clock.forward(Duration.ofDays(31));
    String recent = delivered("recent.jsonl");

    new Retention(context).clean();

    assertThat(ledger.find(old)).isEmpty();
    assertThat(ledger.jobs(old)).isEmpty();
    assertThat(folderOf(old).input()).doesNotExist();
    assertThat(archived).doesNotExist();
    assertThat(strange).as("not ours").exists();
    for (String kept : List.of(leader, follower, unfinished, recent)) {
      assertThat(ledger.find(kept)).as(kept).isPresent();
      assertThat(folderOf(kept).input()).exists();
    }
  }

  private RunFolder folderOf(String run) {
    return RunFolder.of(settings, run);
  }

  /** Its fingerprint is its id. */
  private String delivered(String name) throws IOException {
    String run = dropped(name);
    withJob(run);
    ledger.moveTo(run, RunState.SUBMITTED);
    ledger.moveTo(run, RunState.COLLECTED);
    ledger.delivered(run, 1);
    return run;
  }

  private Poller poller(Predicate<Run> runs) {
    return poller(runs, 90);
  }

  private Poller poller(Predicate<Run> runs, int maxOpen) {
    return new Poller(context, queue(maxOpen), runs);
  }

  private CreationQueue queue(int maxOpen) {
    return new CreationQueue(database.jdbi(), clock, maxOpen, Duration.ofSeconds(10));
  }

  /** A run with one job whose file is with the service. */
  private Job withJob(String run) throws IOException {
    if (ledger.run(run).state() == RunState.RECEIVED) {
      ledger.inspected(run, run, 1, 0, false);
    }
    ledger.uploaded(run, 0, 0);
    Job job;
    try (JobWriter writer = new JobWriter(RunFolder.of(settings, run), 1, "gemini-x", 10, 1000)) {
      job = writer.toJob(ledger.run(run));
    }
    ledger.assembled(run, 1, List.of(job), 0);
    ledger.jobUploaded(job, "project", "files/x");
    return ledger.job(run, 1);
  }

  private static List<String> poll(Poller poller) {
    Poller.Turns turns = poller.poll();
    return Stream.concat(turns.near().stream(), turns.others().stream()).toList();
  }
}
