package dev.geminibatch.job;

import dev.geminibatch.line.BatchRequest;
import dev.geminibatch.line.FileReference;
import dev.geminibatch.line.FileTag;
import dev.geminibatch.line.RequestKey;
import dev.geminibatch.line.TokensByKind;
import dev.geminibatch.line.WireLine;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunFolder;
import java.io.Closeable;
import java.io.IOException;
import java.util.Map;

/**
 * Writes down what the file of one batch job is made of, and the index that leads from its answers
 * back to the input.
 */
final class JobWriter implements Closeable {
  private final int number;
  private final String model;
  private final JobLimits limits;
  private final JobBodyWriter body;
  private final JobIndex.Writer index;
  private final AnswerFormats.Writer formats;
  private KeyTable keys = new KeyTable();
  private long requests;

  public JobWriter(RunFolder folder, int number, String model, JobLimits limits)
      throws IOException {
    this.number = number;
    this.model = model;
    this.limits = limits;
    this.body = new JobBodyWriter(folder.jobBody(number));
    this.index = new JobIndex.Writer(folder.jobIndex(number));
    this.formats = new AnswerFormats.Writer(folder.formats(number));
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
    requests++;
    return true;
  }

  public int number() {
    return number;
  }

  public long requests() {
    return requests;
  }

  /** The job as the ledger will know it. Its display name ends with what makes it unique. */
  public Job toJob(Run run) {
    String displayName = run.options().displayName() + " [" + run.id() + "." + number + "]";
    return Job.assembled(
        run, number, model, new Job.Size(requests, TokensByKind.NONE, 0), displayName);
  }

  @Override
  public void close() throws IOException {
    keys = new KeyTable(); // the next job of this model has its own
    body.close();
    index.close();
    formats.close();
  }
}
