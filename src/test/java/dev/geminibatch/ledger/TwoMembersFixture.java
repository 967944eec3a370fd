package dev.geminibatch.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.run.Job;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunInput;
import dev.geminibatch.run.RunOptions;
import dev.geminibatch.run.RunState;
import dev.geminibatch.service.ProjectId;
import dev.geminibatch.testkit.Jobs;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;

/** Two members of a shared ledger, of which the first has a run with one job. */
abstract class TwoMembersFixture extends MembersFixture {
  static final String RUN = "run";
  static final ProjectId PROJECT = new ProjectId("0123456789abcdef");

  @BeforeEach
  final void begin() throws IOException {
    claim(one);
    one.runs()
        .add(
            Run.receiving(
                RUN,
                new RunInput("a.jsonl", Path.of("inbox", "a.jsonl"), true, 0, 0),
                new RunOptions("default", "gemini-x", Path.of("media"), RUN, false, 5, false),
                Optional.empty(),
                Instant.EPOCH));
    one.runs().received(RUN, 1, 1);
    one.runs().inspected(RUN, RUN, 2, 0, false);
    one.runs().moveTo(RUN, RunState.UPLOADED);
    Job job = Job.assembled(one.queries().run(RUN), 1, "gemini-x", Jobs.requests(2), "a [run.1]");
    one.runs().assembled(RUN, 1, List.of(job), 0);
  }

  static void claim(Ledger ledger) {
    Members.Claim claim = ledger.members().claim(RUN).orElseThrow();
    assertThat(ledger.fences().hold(RUN, claim.fence(), claim.by())).isTrue();
  }

  /** The first member is taken for gone, and the other one has its run. */
  final void takeOver() {
    other.members().gone("one");
    claim(other);
  }

  static Job job(Ledger ledger) {
    return ledger.jobs().job(RUN, 1);
  }

  static void uploaded(Ledger ledger) {
    ledger.jobs().uploaded(job(ledger), PROJECT, "files/a");
  }
}
