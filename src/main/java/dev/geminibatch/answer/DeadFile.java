package dev.geminibatch.answer;

import dev.geminibatch.line.BatchRequest;
import dev.geminibatch.line.CheckedLine;
import dev.geminibatch.line.LineProblem;
import dev.geminibatch.line.ProblemCode;
import dev.geminibatch.service.ServiceWords;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Whose the file is that is gone by the service's answer to a request. A file that we uploaded is
 * uploaded again; one that the line itself names, as a {@code fileUri}, only its owner can replace.
 */
public final class DeadFile {
  private static final String REMEDY =
      " (the request names this file itself: upload it again, and write its new name into fileUri)";

  private DeadFile() {}

  /** The problem of a request, not retryable if no upload of ours can replace the file. */
  public static LineProblem judged(LineProblem problem, CheckedLine line) {
    if (!problem.is(ProblemCode.FILE_GONE) || !(line instanceof BatchRequest request)) {
      return problem;
    }
    boolean isNamed = isNamed(problem, line);
    if (!isNamed && !request.tags().isEmpty()) {
      return problem; // one of those that were uploaded for it
    }
    return ProblemCode.FILE_GONE.problem(problem.message() + (isNamed ? REMEDY : ""), false);
  }

  /** Whether the line itself names the file that a problem is about. */
  public static boolean isNamed(LineProblem problem, CheckedLine line) {
    String text = new String(line.line().bytes(), StandardCharsets.UTF_8);
    List<String> named = ServiceWords.fileIds(text);
    return ServiceWords.fileIds(problem.message()).stream().anyMatch(named::contains);
  }
}
