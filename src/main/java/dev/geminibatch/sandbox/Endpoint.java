package dev.geminibatch.sandbox;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Where the sandbox can misbehave: at a request of a client, or at something that it makes. */
public enum Endpoint {
  UPLOAD_START(true),
  UPLOAD_CHUNK(true),
  FILE_GET(true),
  FILE_LIST(true),
  FILE_DELETE(true),
  DOWNLOAD(true),
  BATCH_CREATE(true),
  BATCH_GET(true),
  BATCH_LIST(true),
  BATCH_CANCEL(true),
  BATCH_DELETE(true),
  MODEL_LIST(true),
  MODEL_GET(true),
  COUNT_TOKENS(true),
  GENERATE(true),
  OTHER(true),
  /** The end of an upload, decided when its last byte has arrived. */
  UPLOAD_FINISH(false),
  /** A job, decided when it is created. */
  JOB(false),
  /** The file with a job's answers, decided when it is written. */
  ANSWERS(false),
  /** One line of a job's answers. */
  ANSWER_LINE(false),
  /** One showing of a stored file. */
  FILE_SHOWN(false);

  private final boolean request;

  Endpoint(boolean request) {
    this.request = request;
  }

  /** Whether it is a request that a client makes. */
  public boolean isRequest() {
    return request;
  }

  /** {@code batch-create} for {@code BATCH_CREATE}. */
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  static Optional<Endpoint> of(String word) {
    return Arrays.stream(values()).filter(endpoint -> endpoint.word().equals(word)).findFirst();
  }
}
