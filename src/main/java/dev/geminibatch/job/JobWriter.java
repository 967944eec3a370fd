package dev.geminibatch.job;

import dev.geminibatch.line.BatchRequest;
import dev.geminibatch.line.FileReference;
import dev.geminibatch.line.FileTag;
import dev.geminibatch.line.FileTokens;
import dev.geminibatch.line.LineProblem;
import dev.geminibatch.line.RequestKey;
import dev.geminibatch.line.RequestTokens;
import dev.geminibatch.line.TokenCorrection;
import dev.geminibatch.line.TokenEstimate;
import dev.geminibatch.line.TokenTally;
import dev.geminibatch.line.WireLine;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunFolder;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Writes down what the file of one batch job is made of, and the index that leads from its answers
 * back to the input.
 */
final class JobWriter implements Closeable {
  private final int number;
  private final String model;
  private final JobLimits limits;
  private final LineLimit lineLimit;
  private final JobBodyWriter body;
  private final JobIndex.Writer index;
  private final AnswerFormats.Writer formats;
  private final JobTokens.Writer tokens;
  private final TokenCorrection correction;
  private final TokenTally estimated = new TokenTally();
  private final TokenTally ofRequest = new TokenTally();
  private long corrected;
  private KeyTable keys = new KeyTable();
  private long requests;

  public JobWriter(RunFolder folder, int number, String model, JobRules rules) throws IOException {
    this.number = number;
    this.model = model;
    this.limits = rules.limits(model);
    this.lineLimit = rules.lineLimit(model);
    this.correction = rules.correction(model);
    this.body = new JobBodyWriter(folder.jobBody(number));
    this.index = new JobIndex.Writer(folder.jobIndex(number));
    this.formats = new AnswerFormats.Writer(folder.formats(number));
    this.tokens = new JobTokens.Writer(folder.jobTokens(number));
  }

  /**
   * Adds a request.
   *
   * @return false if the job is full
   */
  public boolean add(BatchRequest request, Map<FileTag, FileReference> references)
      throws IOException {
    if (requests >= limits.maxRequests()) {
      return false;
    }
    RequestTokens itsTokens = tokens(request, references);
    long itsCorrected = correction.of(itsTokens);
    if (requests > 0 && itsCorrected > limits.maxTokens() - corrected) {
      return false;
    }
    RequestKey key = request.key();
    String wireKey = key.text();
    long hash = KeyTable.hash(wireKey);
    boolean changed = !key.isString();
    String wireJson = key.wireJson();
    long length = WireLine.length(request, wireJson, references::get);
    if (body.size() + length > limits.maxBytes()) {
      return false;
    }
    while (!keys.add(hash)) {
      // The line's number makes it unique, unless another key happens to look just like that.
      wireKey = wireKey + "~" + request.line().number();
      hash = KeyTable.hash(wireKey);
      changed = true;
      wireJson = WireLine.quote(wireKey);
    }
    WireLine.write(request, wireJson, references::get, body);
    int format = formats.add(request.answerFormat());
    index.add(
        new JobIndex.Entry(
            request.line().number(), request.line().offset(), hash, changed, format));
    tokens.add(itsTokens);
    estimated.add(ofRequest);
    corrected += itsCorrected;
    requests++;
    return true;
  }

  /** What is wrong with a request that is certainly too large, even if it is alone. */
  Optional<LineProblem> overQuota(BatchRequest request, Map<FileTag, FileReference> references) {
    // Most lines are far too short for that, which is seen without counting their tokens.
    if (lineLimit.refusedFrom() == JobLimits.ANY
        || references.isEmpty() && !lineLimit.mayBeOver(request.line().size())) {
      return Optional.empty();
    }
    long itsCorrected = correction.of(tokens(request, references));
    return lineLimit.isOver(itsCorrected)
        ? Optional.of(lineLimit.problem(itsCorrected))
        : Optional.empty();
  }

  private RequestTokens tokens(BatchRequest request, Map<FileTag, FileReference> references) {
    FileTokens tagged = FileTokens.NONE;
    for (FileTag tag : references.isEmpty() ? List.<FileTag>of() : request.tags()) {
      tagged = tagged.plus(references.get(tag).tokens());
    }
    ofRequest.clear();
    TokenEstimate.input(request, model, tagged, ofRequest);
    return ofRequest.request();
  }

  /** The lines of the input that the job consists of; empty if it consists of anything else. */
  Optional<InputPiece> piece() {
    return body.piece();
  }

  /** How large it may become. */
  JobLimits limits() {
    return limits;
  }

  /** How many tokens its requests have, as the limit counts them. */
  long tokens() {
    return corrected;
  }

  public int number() {
    return number;
  }

  public long requests() {
    return requests;
  }

  /** The job as the ledger will know it. Its display name ends with what makes it unique. */
  public Job toJob(Run run) {
    String displayName = JobPacker.displayName(run, number);
    Job.Size size = new Job.Size(requests, estimated.sum(), correction.of(estimated.sum()));
    return Job.assembled(run, number, model, size, displayName);
  }

  @Override
  public void close() throws IOException {
    keys = new KeyTable(); // the next job of this model has its own
    body.close();
    index.close();
    formats.close();
    tokens.close();
  }
}
