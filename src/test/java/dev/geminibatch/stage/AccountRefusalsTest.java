package dev.geminibatch.stage;

import static dev.geminibatch.testkit.FakeService.failure;
import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.run.RunState;
import dev.geminibatch.service.ProjectId;
import dev.geminibatch.service.ServiceFailure;
import dev.geminibatch.service.ServiceFailure.Kind;
import dev.geminibatch.stage.fail.FailureHandler;
import dev.geminibatch.stage.poll.Poller;
import dev.geminibatch.testkit.FakeService;
import dev.geminibatch.testkit.FakeService.Call;
import dev.geminibatch.testkit.Samples;
import dev.geminibatch.testkit.StageFixture;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of the runs of an account that the service refuses. */
class AccountRefusalsTest {
  private static final ServiceFailure DISABLED =
      failure(Kind.ACCOUNT, "Generative Language API has not been used in project 12 before.");

  @TempDir Path folder;
  private final FakeService service = new FakeService();
  private StageFixture fixture;
  private Poller poller;

  @BeforeEach
  void open() throws IOException {
    fixture = StageFixture.open(folder, service);
    poller = new Poller(fixture.context(), fixture.queue(90), run -> true);
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
  }

  @Test
  void all_runs_of_the_key_wait_with_the_words_of_the_service() throws IOException {
    String first = inspected("a.jsonl");
    String second = inspected("b.jsonl");
    String sent = assembled("c.jsonl");
    fixture.submit(sent);

    fail(first, DISABLED);

    assertThat(List.of(first, second, sent))
        .allSatisfy(
            run ->
                assertThat(fixture.run(run).reason().orElseThrow())
                    .contains("refuses this account", DISABLED.getMessage()));
  }

  @Test
  void runs_of_another_key_and_those_that_need_no_service_do_not_wait() throws IOException {
    String needsService = inspected("a.jsonl");
    String needsNone = fixture.dropped("b.jsonl");

    fixture.context().accounts().refused(new ProjectId("another"), DISABLED);
    assertThat(fixture.run(needsService).reason()).isEmpty();
    fail(needsService, DISABLED);

    assertThat(fixture.run(needsNone).reason()).isEmpty();
  }

  @Test
  void one_run_tries_and_the_others_do_not_until_it_has_succeeded() throws IOException {
    List<String> runs = new ArrayList<>();
    for (String name : List.of("a", "b", "c")) {
      runs.add(inspected(name + ".jsonl"));
      fixture.busy().end(runs.get(runs.size() - 1));
    }
    fail(runs.get(0), DISABLED);
    assertThat(due()).as("at once").isEmpty();

    fixture.clock().forward(Duration.ofSeconds(11));
    List<String> trying = due();
    assertThat(trying).hasSize(1);
    assertThat(due()).as("while one tries").isEmpty();

    fixture.context().accounts().accepted(project());
    trying.forEach(fixture.busy()::end);
    assertThat(due()).containsExactlyInAnyOrderElementsOf(runs);
    assertThat(runs).allSatisfy(run -> assertThat(fixture.run(run).reason()).isEmpty());
  }

  @Test
  void an_account_that_stays_refused_is_tried_less_often_but_once_a_minute() throws IOException {
    String run = inspected("a.jsonl");
    fixture.busy().end(run);
    fail(run, DISABLED);
    int tries = 0;
    for (int second = 0; second < 600; second++) {
      fixture.clock().forward(Duration.ofSeconds(1));
      for (String trying : due()) {
        tries++;
        fail(trying, DISABLED);
        fixture.busy().end(trying);
      }
    }

    assertThat(tries).isBetween(9, 14);
  }

  @Test
  void a_job_is_created_once_the_account_is_accepted_again() throws IOException {
    String run = assembled("a.jsonl");
    service.fail(Call.CREATE, DISABLED);
    submitOrFail(run);
    assertThat(fixture.run(run).state()).isEqualTo(RunState.ASSEMBLED);
    assertThat(fixture.context().accounts().of(project())).isPresent();

    submitOrFail(run);

    assertThat(fixture.run(run).state()).isEqualTo(RunState.SUBMITTED);
    assertThat(service.made()).hasSize(1);
    assertThat(fixture.context().accounts().of(project())).isEmpty();
  }

  @Test
  void a_listing_that_works_does_not_end_a_refusal_to_create_jobs() throws IOException {
    String sent = assembled("a.jsonl");
    fixture.submit(sent);
    String refused = assembled("b.jsonl");
    service.fail(Call.CREATE, failure(Kind.ACCOUNT, "Your prepayment credits are depleted."));
    submitOrFail(refused);

    fixture.clock().forward(Duration.ofMinutes(2));
    poller.poll();

    assertThat(fixture.context().accounts().of(project())).isPresent();
    assertThat(fixture.run(refused).reason().orElseThrow()).contains("credits are depleted");
    assertThat(fixture.run(sent).reason()).as("its job runs").isEmpty();
  }

  @Test
  void a_run_that_another_process_works_on_does_not_use_up_the_turn() throws IOException {
    String busy = inspected("a.jsonl");
    String free = inspected("b.jsonl");
    fixture.busy().end(free);
    fail(free, DISABLED);

    fixture.clock().forward(Duration.ofSeconds(11));

    assertThat(due()).as("not " + busy).containsExactly(free);
  }

  @Test
  void a_job_is_not_given_up_when_the_account_is_refused_while_its_file_is_searched()
      throws IOException {
    String run = assembled("a.jsonl");
    service.fail(Call.CREATE, failure(Kind.NOT_FOUND, "files/x is not found"));
    service.fail(Call.FILE, DISABLED);
    submitOrFail(run);

    submitOrFail(run);

    assertThat(service.made()).hasSize(1);
  }

  @Test
  void a_refusal_that_an_earlier_process_saw_is_forgotten_when_the_service_answers()
      throws IOException {
    String run = assembled("a.jsonl");
    fixture.submit(run);
    new AccountRefusals(fixture.ledger(), fixture.context().settings().profiles(), fixture.clock())
        .refused(project(), DISABLED);
    assertThat(fixture.run(run).reason()).isPresent();

    new AccountRefusals(fixture.ledger(), fixture.context().settings().profiles(), fixture.clock())
        .accepted(project());

    assertThat(fixture.run(run).reason()).isEmpty();
  }

  private void submitOrFail(String run) throws IOException {
    try {
      fixture.submit(run);
    } catch (ServiceFailure refused) {
      fail(run, refused);
    }
  }

  private void fail(String run, ServiceFailure failure) throws IOException {
    new FailureHandler(fixture.context()).take(run, new RuntimeException(failure), null);
  }

  private List<String> due() {
    Poller.Turns turns = poller.poll();
    List<String> all = new ArrayList<>(turns.near());
    all.addAll(turns.others());
    return all;
  }

  private ProjectId project() {
    return fixture.context().settings().service().project();
  }

  private String inspected(String name) throws IOException {
    String run = fixture.dropped(name);
    fixture.runs().inspected(run, run, 1, 0, false);
    return run;
  }

  private String assembled(String name) throws IOException {
    return fixture.assembled(name, Samples.nativeLine(name, "hi"));
  }
}
