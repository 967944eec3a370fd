package dev.geminibatch.cost;

import dev.geminibatch.job.JobLimits;
import dev.geminibatch.job.JobRules;
import dev.geminibatch.job.LineLimit;
import dev.geminibatch.line.BatchRequest;
import dev.geminibatch.line.FileTokens;
import dev.geminibatch.line.LineProblem;
import dev.geminibatch.line.TokenCorrection;
import dev.geminibatch.line.TokenEstimate;
import dev.geminibatch.line.TokenTally;
import dev.geminibatch.line.TokensByKind;
import dev.geminibatch.service.Tokens;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Adds up what the lines of a run will need; tokens as {@link TokenEstimate} has them, corrected.
 */
public final class PreflightCount {
  private final JobRules rules;
  private final TokenTally ofRequest = new TokenTally();
  private final int outputTokens;
  private final Map<String, Sum> models = new TreeMap<>();

  /**
   * Counts nothing yet.
   *
   * @param outputTokens assumed for a request that sets no limit to its answer
   */
  public PreflightCount(JobRules rules, int outputTokens) {
    this.rules = rules;
    this.outputTokens = outputTokens;
  }

  private static final class Sum {
    private final JobLimits limits;
    private final LineLimit lineLimit;
    private final TokenCorrection correction;
    private long requests;
    private long bytes;
    private final TokenTally tokensIn = new TokenTally();
    private long tokensOut;
    private int jobs = 1;
    private long requestsInJob;
    private long bytesInJob;
    private long tokensInJob;

    Sum(JobLimits limits, LineLimit lineLimit, TokenCorrection correction) {
      this.limits = limits;
      this.lineLimit = lineLimit;
      this.correction = correction;
    }

    private boolean isFull(long size, long corrected) {
      return requestsInJob >= limits.maxRequests()
          || requestsInJob > 0
              && (bytesInJob + size > limits.maxBytes()
                  || corrected > limits.maxTokens() - tokensInJob);
    }
  }

  /**
   * Adds a request for a model, unless it is certain that it cannot be sent.
   *
   * @param tagged tokens of the files that its tags name
   * @return why it cannot be sent
   */
  public Optional<LineProblem> add(String model, BatchRequest request, FileTokens tagged) {
    Sum sum =
        models.computeIfAbsent(
            model,
            name -> new Sum(rules.limits(name), rules.lineLimit(name), rules.correction(name)));
    long size = request.line().size();
    ofRequest.clear();
    TokenEstimate.input(request, model, tagged, ofRequest);
    long corrected = sum.correction.of(ofRequest.request());
    if (sum.lineLimit.isOver(corrected)) {
      return Optional.of(sum.lineLimit.problem(corrected));
    }
    if (sum.isFull(size, corrected)) {
      sum.jobs++;
      sum.requestsInJob = 0;
      sum.bytesInJob = 0;
      sum.tokensInJob = 0;
    }
    sum.requestsInJob++;
    sum.bytesInJob += size;
    sum.tokensInJob += corrected;
    sum.requests++;
    sum.bytes += size;
    sum.tokensIn.add(ofRequest);
    sum.tokensOut += TokenEstimate.output(request, outputTokens);
    return Optional.empty();
  }

  /** What all of them cost. */
  public Cost cost(Prices prices) {
    return sum("", 0, 0, new Preflight.Files(0, 0, 0), prices, null).cost();
  }

  /** The sum of all. */
  public Preflight sum(
      String input,
      long lines,
      long bad,
      Preflight.Files files,
      Prices prices,
      String sameContentAs) {
    List<Preflight.Model> all = new ArrayList<>();
    Map<String, Tokens> tokens = new HashMap<>();
    models.forEach(
        (model, sum) -> {
          TokensByKind estimated = sum.tokensIn.sum();
          long in = sum.correction.of(estimated);
          all.add(
              new Preflight.Model(
                  model,
                  sum.requests,
                  sum.jobs,
                  sum.bytes,
                  in,
                  sum.tokensOut,
                  Preflight.corrected(estimated, sum.correction)));
          tokens.put(model, new Tokens(in, sum.tokensOut, 0, 0));
        });
    return new Preflight(input, lines, bad, all, files, prices.cost(tokens), sameContentAs);
  }
}
