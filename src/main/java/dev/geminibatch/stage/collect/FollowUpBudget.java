package dev.geminibatch.stage.collect;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.geminibatch.answer.JobProblem;
import dev.geminibatch.cost.Cost;
import dev.geminibatch.cost.Preflight;
import dev.geminibatch.cost.PreflightCount;
import dev.geminibatch.cost.Prices;
import dev.geminibatch.io.LruMap;
import dev.geminibatch.job.JobRules;
import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.line.BatchRequest;
import dev.geminibatch.line.FileTokens;
import dev.geminibatch.line.Line;
import dev.geminibatch.line.LineNumberSet;
import dev.geminibatch.line.LineProblem;
import dev.geminibatch.line.LineReader;
import dev.geminibatch.line.MediaTokens;
import dev.geminibatch.line.ProblemCode;
import dev.geminibatch.line.RequestReader;
import dev.geminibatch.media.MediaFile;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunFolder;
import dev.geminibatch.service.Tokens;
import dev.geminibatch.settings.Settings;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Whether a run may spend more: what its attempts have cost, and what another one may cost, counts
 * against its limit.
 */
final class FollowUpBudget {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final int REMEMBERED = 10_000;

  private final Ledger ledger;
  private final Settings settings;
  private final Run run;
  private final RunFolder folder;

  /** Many lines may name the same files. */
  private final Map<String, FileTokens> tokensOfTags = new LruMap<>(REMEMBERED);

  /**
   * The budget of a run.
   *
   * @param settings of the run
   */
  FollowUpBudget(Ledger ledger, Settings settings, Run run, RunFolder folder) {
    this.ledger = ledger;
    this.settings = settings;
    this.run = run;
    this.folder = folder;
  }

  /**
   * Why some lines are not sent again; empty if they may be.
   *
   * @param jobs of the run so far, which are collected
   * @param lines in their order
   */
  Optional<LineProblem> exceeded(List<Job> jobs, LineNumberSet lines) throws IOException {
    if (settings.costs().maxPerFile().isEmpty()) {
      return Optional.empty();
    }
    Prices prices = settings.profiles().prices(settings.costs().prices());
    BigDecimal most = settings.costs().maxPerFile().get();
    Spent spent = spent(jobs, prices);
    Cost more = another(lines, prices);
    boolean isKnown = more.unknownModels().isEmpty();
    if (isKnown && spent.amount().add(more.estimate()).compareTo(most) <= 0) {
      return Optional.empty();
    }
    return Optional.of(
        ProblemCode.OVER_BUDGET.problem(
            "not sent again: what was sent "
                + (spent.isCounted() ? "has" : "may have")
                + " cost about "
                + shown(spent.amount())
                + " "
                + prices.currency()
                + ", another attempt would cost "
                + more.inWords()
                + ", and budget.max-cost-per-file allows "
                + most.toPlainString()
                + "; raise the limit, or drop the errors file, which has a budget of its own"));
  }

  private static String shown(BigDecimal amount) {
    return amount.round(new MathContext(4)).stripTrailingZeros().toPlainString();
  }

  /**
   * What the attempts have cost.
   *
   * @param isCounted whether all of it is by the service's own counts
   */
  private record Spent(BigDecimal amount, boolean isCounted) {}

  /** By the service's own counts; by the estimate for a job of which it has given none. */
  private Spent spent(List<Job> jobs, Prices prices) throws IOException {
    Map<String, Tokens> tokens = new HashMap<>();
    boolean isCounted = true;
    for (Job job : jobs) {
      if (!RetryPlanner.wasSent(job) || isFree(job)) {
        continue;
      }
      Tokens counted = job.outcome().tokens();
      boolean isEstimate = counted.equals(Tokens.NONE);
      tokens.merge(job.model(), isEstimate ? estimated(job) : counted, Tokens::plus);
      isCounted &= !isEstimate;
    }
    return new Spent(prices.cost(tokens).estimate(), isCounted);
  }

  /** A job that failed as a whole costs nothing. One that was stopped may have. */
  private static boolean isFree(Job job) {
    return job.outcome().tokens().equals(Tokens.NONE)
        && job.responsesFile().isEmpty()
        && JobProblem.of(job).is(ProblemCode.JOB_FAILED);
  }

  private Tokens estimated(Job job) throws IOException {
    if (!Files.exists(folder.preflight())) {
      return Tokens.NONE;
    }
    Preflight preflight = MAPPER.readValue(folder.preflight().toFile(), Preflight.class);
    return preflight.models().stream()
        .filter(model -> model.requests() > 0)
        .filter(model -> preflight.models().size() == 1 || model.model().equals(job.model()))
        .findFirst()
        .map(
            model ->
                new Tokens(
                    Math.round((double) model.tokensIn() / model.requests() * job.requests()),
                    Math.round((double) model.tokensOut() / model.requests() * job.requests()),
                    0,
                    0))
        .orElse(Tokens.NONE);
  }

  private Cost another(LineNumberSet wanted, Prices prices) throws IOException {
    PreflightCount count =
        new PreflightCount(
            JobRules.of(settings.jobs().limits(), ledger.tokenFactors()::of),
            settings.costs().outputTokens());
    RequestReader requests =
        new RequestReader(settings.lines().maxBytes(), settings.requests().defaults());
    try (LineReader lines = LineReader.open(folder.input(), settings.lines().maxBytes())) {
      while (lines.hasNext()) {
        Line line = lines.next();
        if (wanted.contains(line.number()) && requests.read(line) instanceof BatchRequest request) {
          String model = request.model() == null ? run.model() : request.model();
          count.add(model, request, fileTokens(request));
        }
      }
    }
    return count.cost(prices);
  }

  private FileTokens fileTokens(BatchRequest request) {
    return request.tags().stream()
        .map(tag -> tokensOfTags.computeIfAbsent(tag.path(), this::tokensOf))
        .reduce(FileTokens.NONE, FileTokens::plus);
  }

  private FileTokens tokensOf(String tag) {
    return ledger
        .media()
        .file(run.id(), tag)
        .map(MediaFile::tokens)
        .orElseGet(MediaTokens::unknown);
  }
}
