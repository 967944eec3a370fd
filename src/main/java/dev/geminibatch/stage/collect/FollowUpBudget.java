package dev.geminibatch.stage.collect;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.geminibatch.cost.Cost;
import dev.geminibatch.cost.Preflight;
import dev.geminibatch.cost.PreflightCount;
import dev.geminibatch.cost.Prices;
import dev.geminibatch.io.PrivateFiles;
import dev.geminibatch.job.Rejection;
import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.line.BatchRequest;
import dev.geminibatch.line.FileTag;
import dev.geminibatch.line.Line;
import dev.geminibatch.line.LineNumberSet;
import dev.geminibatch.line.LineProblem;
import dev.geminibatch.line.LineReader;
import dev.geminibatch.line.ProblemCode;
import dev.geminibatch.line.RequestReader;
import dev.geminibatch.line.TokenEstimate;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunFolder;
import dev.geminibatch.service.Tokens;
import dev.geminibatch.settings.Settings;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
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

  private final Ledger ledger;
  private final Settings settings;
  private final Run run;
  private final RunFolder folder;

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
    Prices prices = Prices.read(settings.costs().prices());
    BigDecimal most = settings.costs().maxPerFile().get();
    BigDecimal spent = spent(jobs, prices);
    Cost more = another(lines, prices);
    boolean isKnown = more.unknownModels().isEmpty();
    if (isKnown && spent.add(more.estimate()).compareTo(most) <= 0) {
      return Optional.empty();
    }
    return Optional.of(
        ProblemCode.OVER_BUDGET.problem(
            "not sent again: what was sent has cost about "
                + shown(spent)
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

  /** By the service's own counts; by the estimate for a job of which it has given none. */
  private BigDecimal spent(List<Job> jobs, Prices prices) throws IOException {
    Map<String, Tokens> tokens = new HashMap<>();
    for (Job job : jobs) {
      if (RetryPlanner.wasSent(job)) {
        Tokens counted = job.outcome().tokens();
        Tokens used = counted.equals(Tokens.NONE) ? estimated(job) : counted;
        tokens.merge(job.model(), used, Tokens::plus);
      }
    }
    return prices.cost(tokens).estimate();
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
        new PreflightCount(settings.jobs().limits(), settings.costs().outputTokens());
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

  private long fileTokens(BatchRequest request) {
    return request.tags().stream()
        .map(FileTag::path)
        .mapToLong(
            tag ->
                ledger
                    .media()
                    .file(run.id(), tag)
                    .map(file -> TokenEstimate.file(file.mimeType(), file.size()))
                    .orElse(TokenEstimate.MOST_INPUT))
        .sum();
  }

  /** Has the lines end with a problem, as if they had been refused at the next attempt. */
  void endWith(LineProblem problem, LineNumberSet wanted) throws IOException {
    try (LineReader lines = LineReader.open(folder.input(), settings.lines().maxBytes());
        OutputStream out =
            new BufferedOutputStream(PrivateFiles.output(folder.rejected(run.attempt() + 1)))) {
      while (lines.hasNext()) {
        Line line = lines.next();
        if (wanted.contains(line.number())) {
          Rejection ended = new Rejection(line.number(), line.offset(), line.size(), problem);
          out.write(MAPPER.writeValueAsBytes(ended));
          out.write('\n');
        }
      }
    }
  }
}
