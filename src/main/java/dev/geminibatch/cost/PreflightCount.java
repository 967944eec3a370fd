package dev.geminibatch.cost;

import dev.geminibatch.line.BatchRequest;
import dev.geminibatch.run.Run;
import dev.geminibatch.service.Tokens;
import dev.geminibatch.settings.Settings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Adds up what the lines of a run will need.
 *
 * <p>Tokens are estimated: four bytes of text make one, which holds for English and, since letters
 * take more bytes there, nearly for other scripts; a file counts as a page-sized image does with
 * the newest models; an answer as long as it may become, or as {@code budget.output-tokens} says.
 */
public final class PreflightCount {
  private static final long BYTES_A_TOKEN = 4;
  private static final long TOKENS_A_FILE = 1120;

  private final Settings settings;
  private final Map<String, Sum> models = new TreeMap<>();

  public PreflightCount(Settings settings) {
    this.settings = settings;
  }

  private static final class Sum {
    private long requests;
    private long bytes;
    private long tokensIn;
    private long tokensOut;
    private int jobs = 1;
    private long requestsInJob;
    private long bytesInJob;
  }

  public void add(String model, BatchRequest request) {
    Sum sum = models.computeIfAbsent(model, name -> new Sum());
    long size = request.line().size();
    if (sum.requestsInJob >= settings.jobs().maxRequests()
        || sum.requestsInJob > 0 && sum.bytesInJob + size > settings.jobs().maxBytes()) {
      sum.jobs++;
      sum.requestsInJob = 0;
      sum.bytesInJob = 0;
    }
    sum.requestsInJob++;
    sum.bytesInJob += size;
    sum.requests++;
    sum.bytes += size;
    long files = request.tags().size() + request.inline().files();
    sum.tokensIn += request.textBytes() / BYTES_A_TOKEN + files * TOKENS_A_FILE;
    long most = request.answerFormat().maxOutputTokens();
    sum.tokensOut += most > 0 ? most : settings.costs().outputTokens();
  }

  /** The sum of all. */
  public Preflight sum(
      Run run, long lines, long bad, Preflight.Files files, Prices prices, String sameContentAs) {
    List<Preflight.Model> all = new ArrayList<>();
    Map<String, Tokens> tokens = new HashMap<>();
    models.forEach(
        (model, sum) -> {
          all.add(
              new Preflight.Model(
                  model, sum.requests, sum.jobs, sum.bytes, sum.tokensIn, sum.tokensOut));
          tokens.put(model, new Tokens(sum.tokensIn, sum.tokensOut, 0, 0));
        });
    return new Preflight(run.name(), lines, bad, all, files, prices.cost(tokens), sameContentAs);
  }
}
