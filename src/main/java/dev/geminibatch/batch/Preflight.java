package dev.geminibatch.batch;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import dev.geminibatch.result.Cost;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What is known of a run before anything is sent.
 *
 * @param lines that are not blank
 * @param bad of them, which cannot be sent
 * @param cost an estimate for one attempt at each line
 * @param sameContentAs a run that has answered the same; null if there is none
 */
@JsonPropertyOrder({"input", "lines", "bad", "models", "files", "cost", "sameContentAs"})
public record Preflight(
    String input,
    long lines,
    long bad,
    List<Model> models,
    Files files,
    Cost cost,
    String sameContentAs) {

  /**
   * The requests for one model.
   *
   * @param tokensIn estimated, see {@link PreflightCount}
   * @param tokensOut assumed
   */
  public record Model(
      String model, long requests, int jobs, long bytes, long tokensIn, long tokensOut) {}

  /**
   * Files that lines name.
   *
   * @param distinct contents
   * @param bytesToUpload those that the service does not have yet
   */
  public record Files(long distinct, long bytes, long bytesToUpload) {}

  /** Some lines for a person. */
  public List<String> inWords() {
    List<String> words = new ArrayList<>();
    words.add(
        input
            + ": "
            + count(lines)
            + " requests"
            + (bad == 0 ? "" : ", " + bad + " cannot be sent"));
    for (Model model : models) {
      words.add(
          String.format(
              Locale.ROOT,
              "  %s: %,d requests in %d job%s, %.1f MB, about %,d tokens in and %,d out",
              model.model(),
              model.requests(),
              model.jobs(),
              model.jobs() == 1 ? "" : "s",
              model.bytes() / 1e6,
              model.tokensIn(),
              model.tokensOut()));
    }
    if (files.distinct() > 0) {
      words.add(
          String.format(
              Locale.ROOT,
              "  %,d files, %.1f MB, of which %.1f MB are to be uploaded",
              files.distinct(),
              files.bytes() / 1e6,
              files.bytesToUpload() / 1e6));
    }
    words.add("  cost: " + cost.inWords());
    if (sameContentAs != null) {
      words.add("  run " + sameContentAs + " has answered the same content: it would cost nothing");
    }
    return words;
  }

  private static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }
}
