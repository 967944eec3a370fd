package dev.geminibatch.sandbox;

import static dev.geminibatch.sandbox.Endpoint.ANSWERS;
import static dev.geminibatch.sandbox.Endpoint.ANSWER_LINE;
import static dev.geminibatch.sandbox.Endpoint.BATCH_LIST;
import static dev.geminibatch.sandbox.Endpoint.DOWNLOAD;
import static dev.geminibatch.sandbox.Endpoint.FILE_LIST;
import static dev.geminibatch.sandbox.Endpoint.FILE_SHOWN;
import static dev.geminibatch.sandbox.Endpoint.GENERATE;
import static dev.geminibatch.sandbox.Endpoint.JOB;
import static dev.geminibatch.sandbox.Endpoint.UPLOAD_FINISH;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** What can go wrong. Each was seen with the real service, or is to be expected of it. */
enum Misbehaviour {
  /** An error answer; nothing is done. */
  STATUS("503", withFinish(anyRequest())),
  /** The same as an HTML page, as a proxy gives it. */
  HTML("503", anyRequest()),
  /** The key is refused with a message that has the key in it. */
  SUSPENDED_KEY(null, anyRequest()),
  /** The account is refused, for a reason of {@link AccountRefusal}. */
  ACCOUNT("SERVICE_DISABLED", anyRequest()),
  /** Files of this MIME type are refused, as the service does it: with the upload's last answer. */
  REFUSE_TYPE("application/jsonl", EnumSet.of(UPLOAD_FINISH)),
  /** The connection is cut; nothing is done. */
  CUT(null, anyRequest()),
  /** What was asked is done, and the connection cut. */
  LOST_ANSWER(null, anyRequest()),
  /** Half of the announced answer, then the connection is cut. */
  HALF_ANSWER(null, anyRequest()),
  /** Half of an answer whose length was not announced, ended in good order. */
  SHORT_ANSWER(null, anyRequest()),
  /** The answer takes this long; it may go wrong as well. */
  DELAY("2s", anyRequest()),
  /** The last page names a next one, which is empty. */
  EMPTY_PAGE(null, EnumSet.of(BATCH_LIST, FILE_LIST)),
  /** The last page has an empty token instead of none. */
  EMPTY_TOKEN(null, EnumSet.of(BATCH_LIST, FILE_LIST)),
  /** A part was asked for, the whole is sent. */
  NO_RANGE(null, EnumSet.of(DOWNLOAD)),
  /** The job fails with this code; {@code answered=0.5} of it is answered before. */
  FAIL("8", EnumSet.of(JOB)),
  /** The job expires; {@code answered=0.5} of it is answered before. */
  EXPIRE(null, EnumSet.of(JOB)),
  /** The job stays pending until it is cancelled or two days old. */
  HANG(null, EnumSet.of(JOB)),
  /** The file with the answers is named this long after the job has succeeded. */
  LATE_FILE("5s", EnumSet.of(JOB)),
  /** Shown instead of the state while the job is not over; for a file, instead of ACTIVE. */
  STATE("BATCH_STATE_QUEUED", EnumSet.of(JOB, FILE_SHOWN)),
  /** The job fails and names the lines that have this text; without such a line it succeeds. */
  POISON("text", EnumSet.of(JOB)),
  /** The state that an ended job has; {@code none} leaves it out. */
  END_STATE("BATCH_STATE_PARTIALLY_SUCCEEDED", EnumSet.of(JOB)),
  /** An ended job names its answers in the response only, not in the metadata. */
  NO_OUTPUT(null, EnumSet.of(JOB)),
  /** An ended job names its answers in the metadata only. */
  NO_RESPONSE(null, EnumSet.of(JOB)),
  /** An ended job does not say that it is done. */
  NO_DONE(null, EnumSet.of(JOB)),
  /** The answers to a job's file come inlined, as those to inline requests do. */
  INLINE(null, EnumSet.of(JOB)),
  /** The answers come in another order. */
  SHUFFLE(null, EnumSet.of(ANSWERS)),
  /** A line among the answers that is not JSON. */
  ODD_LINE(null, EnumSet.of(ANSWERS)),
  /** An answer to a key that was never asked. */
  STRANGER(null, EnumSet.of(ANSWERS)),
  /** An error in place of an answer, by its google.rpc code. */
  ERROR("13", EnumSet.of(ANSWER_LINE)),
  /** No line at all. */
  MISSING(null, EnumSet.of(ANSWER_LINE)),
  /** The line comes twice. */
  TWICE(null, EnumSet.of(ANSWER_LINE)),
  /** The answer carries the key of the line before. */
  WRONG_KEY(null, EnumSet.of(ANSWER_LINE)),
  /** The prompt was blocked. */
  BLOCKED(null, EnumSet.of(ANSWER_LINE, GENERATE)),
  /** The answer ends for this reason, after half of its text. */
  FINISH("MAX_TOKENS", EnumSet.of(ANSWER_LINE, GENERATE)),
  /** A response without a candidate. */
  NO_CANDIDATE(null, EnumSet.of(ANSWER_LINE, GENERATE)),
  /** A candidate without text. */
  EMPTY_TEXT(null, EnumSet.of(ANSWER_LINE, GENERATE)),
  /** This text in place of the made-up one: broken JSON, JSON that does not fit, a script. */
  TEXT("{\"a\":", EnumSet.of(ANSWER_LINE, GENERATE));

  private final String example;
  private final Set<Endpoint> places;

  Misbehaviour(String example, Set<Endpoint> places) {
    this.example = example;
    this.places = places;
  }

  private static Set<Endpoint> anyRequest() {
    Set<Endpoint> requests = EnumSet.noneOf(Endpoint.class);
    Arrays.stream(Endpoint.values()).filter(Endpoint::isRequest).forEach(requests::add);
    return requests;
  }

  private static Set<Endpoint> withFinish(Set<Endpoint> requests) {
    requests.add(UPLOAD_FINISH);
    return requests;
  }

  /** Whether it is about how an ended job is shown; such rules apply together with others. */
  boolean isShape() {
    return switch (this) {
      case END_STATE, NO_OUTPUT, NO_RESPONSE, NO_DONE, INLINE -> true;
      default -> false;
    };
  }

  /** Whether it answers with an error in JSON. */
  boolean isError() {
    return this == STATUS || this == SUSPENDED_KEY || this == ACCOUNT || this == REFUSE_TYPE;
  }

  boolean isPossibleAt(Endpoint endpoint) {
    return places.contains(endpoint);
  }

  boolean needsValue() {
    return example != null;
  }

  String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** As it is written in a rule. */
  String form() {
    return needsValue() ? word() + "=" + example : word();
  }

  static Optional<Misbehaviour> of(String word) {
    return Arrays.stream(values()).filter(each -> each.word().equals(word)).findFirst();
  }
}
