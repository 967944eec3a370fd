package dev.geminibatch.cost;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import dev.geminibatch.io.Amounts;
import dev.geminibatch.line.TokenCorrection;
import dev.geminibatch.line.TokenKind;
import dev.geminibatch.line.TokensByKind;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

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
  /** Of how many models the log tells. */
  private static final int SHOWN_MODELS = 3;

  /**
   * The requests for one model.
   *
   * @param tokensIn estimated, see {@link PreflightCount}
   * @param tokensOut assumed
   * @param tokensByKind what the tokens in are made of; null in files of older versions
   */
  public record Model(
      String model,
      long requests,
      int jobs,
      long bytes,
      long tokensIn,
      long tokensOut,
      Map<String, Long> tokensByKind) {
    String inWords() {
      return model
          + ": "
          + Amounts.count(requests, "request")
          + " in "
          + Amounts.count(jobs, "job")
          + ", "
          + Amounts.size(bytes)
          + ", about "
          + Amounts.count(tokensIn)
          + " tokens in and "
          + Amounts.count(tokensOut)
          + " out";
    }
  }

  static Map<String, Long> corrected(TokensByKind estimated, TokenCorrection correction) {
    Map<String, Long> corrected = new LinkedHashMap<>();
    estimated
        .counts()
        .forEach(
            (kind, tokens) ->
                corrected.put(kind.word(), correction.of(TokensByKind.of(kind, tokens))));
    return corrected;
  }

  /**
   * Files that lines name.
   *
   * @param distinct contents
   * @param bytesToUpload those that the service does not have yet
   */
  public record Files(long distinct, long bytes, long bytesToUpload) {
    String inWords() {
      return String.format(
          Locale.ROOT,
          "%s, %s, of which %s to upload",
          Amounts.count(distinct, "file"),
          Amounts.size(bytes),
          Amounts.size(bytesToUpload));
    }
  }

  /** The same for the log, with as few lines as can be read. */
  public List<String> inFewWords() {
    List<String> words = new ArrayList<>();
    words.add(input + ": " + requests() + (files.distinct() > 0 ? "; " + files.inWords() : ""));
    models.stream().limit(SHOWN_MODELS).forEach(model -> words.add("  " + model.inWords()));
    int others = models.size() - SHOWN_MODELS;
    String more = others > 0 ? "; and " + Amounts.count(others, "more model") : "";
    int last = words.size() - 1;
    words.set(last, words.get(last) + more + "; cost: " + cost.inWords());
    if (sameContentAs != null) {
      words.add("  this costs nothing: run " + sameContentAs + " has the same content");
    }
    return words;
  }

  private String requests() {
    return Amounts.count(lines, "request")
        + (bad == 0 ? "" : ", " + Amounts.count(bad) + " cannot be sent");
  }

  /**
   * Why it must not be sent with a limit to its cost; empty if it may be. What has no known price
   * is over any limit.
   */
  public Optional<String> overBudget(BigDecimal most) {
    boolean isTooDear = cost.estimate().compareTo(most) > 0;
    if (!isTooDear && cost.unknownModels().isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        "It would cost "
            + cost.inWords()
            + ", and budget.max-cost-per-file allows "
            + most.toPlainString()
            + "; nothing was sent. "
            + (isTooDear
                ? "Split the file, or raise the limit."
                : "Put the price of "
                    + String.join(", ", cost.unknownModels())
                    + " into the table that prices.file names, or take the limit away."));
  }

  /** The part of the tokens that is of files. */
  private static Optional<String> media(Model model) {
    String parts =
        model.tokensByKind().entrySet().stream()
            .filter(each -> TokenKind.of(each.getKey()).filter(kind -> !kind.isText()).isPresent())
            .map(each -> each.getKey() + " " + Amounts.count(each.getValue()))
            .collect(Collectors.joining(", "));
    return parts.isEmpty() ? Optional.empty() : Optional.of("    of these in files: " + parts);
  }

  /** Some lines for a person. */
  public List<String> inWords() {
    List<String> words = new ArrayList<>();
    words.add(input + ": " + requests());
    for (Model model : models) {
      words.add("  " + model.inWords());
      media(model).ifPresent(words::add);
    }
    if (files.distinct() > 0) {
      words.add("  " + files.inWords());
    }
    words.add("  cost: " + cost.inWords());
    if (sameContentAs != null) {
      words.add(
          "  run " + sameContentAs + " has the same content and answers it: this costs nothing");
    }
    return words;
  }
}
