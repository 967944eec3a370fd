package dev.geminibatch.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.geminibatch.line.RequestTokens;
import dev.geminibatch.line.TokenCorrection;
import dev.geminibatch.line.TokenEvidence;
import dev.geminibatch.line.TokenKind;
import dev.geminibatch.line.TokensByKind;
import dev.geminibatch.run.Job;
import dev.geminibatch.service.Tokens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the service counts corrects what is estimated next. */
abstract class TokenFactorsContract extends LedgerContract {
  private static final String MODEL = "gemini-x";

  private static RequestTokens request(TokenKind kind, long tokens) {
    return new RequestTokens(kind, tokens, TokenKind.SYNTAX, tokens / 10);
  }

  private static TokenEvidence evidence(TokenKind kind, int requests, long each, double truth) {
    TokenEvidence evidence = new TokenEvidence();
    for (int i = 0; i < requests; i++) {
      RequestTokens request = request(kind, each + i % 7);
      evidence.add(request, Math.round(request.total() * truth));
    }
    return evidence;
  }

  /** Ends a job with answers. */
  private void collect(TokenEvidence evidence) {
    Job job = withOpenJob(received("x.jsonl"));
    jobs().ended(job, "BATCH_STATE_SUCCEEDED", "files/out", null);
    jobs().collected(jobs().job(job.runId(), 1), 1, 0, Tokens.NONE, evidence);
  }

  private TokenCorrection known() {
    return ledger.tokenFactors().of(MODEL);
  }

  @Test
  void without_any_answer_estimates_stay_as_they_are() {
    assertThat(known()).isEqualTo(TokenCorrection.NONE);
  }

  @ParameterizedTest
  @EnumSource(value = TokenKind.class, mode = EnumSource.Mode.EXCLUDE, names = "SYNTAX")
  void after_the_first_job_of_a_kind_the_next_one_is_within_ten_percent(TokenKind kind)
      throws IOException {
    for (double truth : new double[] {0.3, 0.8, 1.7, 4}) {
      collect(evidence(kind, 20, 400, truth));
      RequestTokens next = request(kind, 5_000);

      assertThat((double) known().of(next))
          .isCloseTo(next.total() * truth, Percentage.withPercentage(10));
      startOver();
    }
  }

  /** The ledger is closed; the next one that is opened is a new one. */
  void remove() throws IOException {
    try (var files = Files.list(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.delete(file);
      }
    }
  }

  private void startOver() throws IOException {
    ledger.close();
    remove();
    ledger = open(clock);
  }

  @Test
  void a_million_tokens_of_late_outweigh_what_was_before() {
    collect(evidence(TokenKind.HEBREW, 1000, 5_000, 0.5));
    collect(evidence(TokenKind.HEBREW, 1000, 5_000, 1.5));
    assertThat(known().of(TokenKind.HEBREW)).isCloseTo(1.5, within(0.15));
  }

  @Test
  void what_was_learned_is_there_after_a_restart_and_belongs_to_its_model() throws IOException {
    collect(evidence(TokenKind.LATIN, 10, 1_000, 2));
    reopen();
    assertThat(known().of(TokenKind.LATIN)).isCloseTo(2, within(0.2));
    assertThat(ledger.tokenFactors().of("models/" + MODEL)).isEqualTo(known());
    assertThat(ledger.tokenFactors().of("gemini-y")).isEqualTo(TokenCorrection.NONE);
  }

  @Test
  void jobs_that_wait_are_corrected_and_those_of_other_models_are_not() {
    TokensByKind tokens = TokensByKind.of(TokenKind.LATIN, 1_000);
    Job waiting = assembled(MODEL, tokens);
    Job other = assembled("gemini-y", tokens);

    collect(evidence(TokenKind.LATIN, 10, 1_000, 3));

    Job.Size corrected = jobs().job(waiting.runId(), 1).size();
    assertThat(corrected.tokens()).isCloseTo(3_000, Percentage.withPercentage(10));
    assertThat(corrected.estimated()).isEqualTo(tokens);
    assertThat(jobs().job(other.runId(), 1).size().tokens()).isEqualTo(1_000);
  }

  private Job assembled(String model, TokensByKind tokens) {
    String run = inspected(model + ".jsonl");
    runs().uploaded(run, 0, 0);
    Job.Size size = new Job.Size(1, tokens, tokens.total());
    Job job = Job.assembled(run(run), 1, model, size, model);
    runs().assembled(run, 1, List.of(job), 0);
    return job;
  }

  @Test
  void no_count_of_a_service_gone_mad_makes_a_line_endless_or_nothing() {
    TokenEvidence evidence = new TokenEvidence();
    for (long tokens : new long[] {Long.MAX_VALUE, 1L << 40, 0, -5}) {
      evidence.add(request(TokenKind.LATIN, 1_000), tokens);
    }
    collect(evidence);
    assertThat(known().of(TokenKind.LATIN)).isBetween(0.01, 25.0);
  }

  @Test
  void a_request_of_nothing_teaches_nothing() {
    TokenEvidence evidence = new TokenEvidence();
    evidence.add(RequestTokens.unpacked(0), 100);
    collect(evidence);
    assertThat(known().factors()).isEqualTo(Map.of());
  }
}
