package dev.geminibatch.cost;

import dev.geminibatch.job.JobLimits;
import dev.geminibatch.line.BatchRequest;
import dev.geminibatch.line.FileTokens;
import dev.geminibatch.line.TokenEstimate;
import dev.geminibatch.line.TokenTally;
import dev.geminibatch.service.Tokens;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Adds up what the lines of a run will need; tokens as {@link TokenEstimate} has them. */
public final class PreflightCount {
  private final JobLimits limits;
  private final int outputTokens;
  private final Map<String, Sum> models = new TreeMap<>();

  /**
   * Counts nothing yet.
   *
   * @param outputTokens assumed for a request that sets no limit to its answer
   */
  public PreflightCount(JobLimits limits, int outputTokens) {
    this.limits = limits;
    this.outputTokens = outputTokens;
  }

  private static final class Sum {
    private long requests;
    private long bytes;
    private final TokenTally tokensIn = new TokenTally();
    private long tokensOut;
    private int jobs = 1;
    private long requestsInJob;
    private long bytesInJob;
  }

  /**
   * Adds a request for a model.
   *
   * @param tagged tokens of the files that its tags name
   */
  public void add(String model, BatchRequest request, FileTokens tagged) {
    Sum sum = models.computeIfAbsent(model, name -> new Sum());
    long size = request.line().size();
    if (sum.requestsInJob >= limits.maxRequests()
        || sum.requestsInJob > 0 && sum.bytesInJob + size > limits.maxBytes()) {
      sum.jobs++;
      sum.requestsInJob = 0;
      sum.bytesInJob = 0;
    }
    sum.requestsInJob++;
    sum.bytesInJob += size;
    sum.requests++;
    sum.bytes += size;
    TokenEstimate.input(request, model, tagged, sum.tokensIn);
    sum.tokensOut += TokenEstimate.output(request, outputTokens);
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
          all.add(
              new Preflight.Model(
                  model, sum.requests, sum.jobs, sum.bytes, sum.tokensIn.total(), sum.tokensOut));
          tokens.put(model, new Tokens(sum.tokensIn.total(), sum.tokensOut, 0, 0));
        });
    return new Preflight(input, lines, bad, all, files, prices.cost(tokens), sameContentAs);
  }
}
