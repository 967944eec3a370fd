package dev.geminibatch.report;

import dev.geminibatch.service.RemoteJobState;
import dev.geminibatch.service.Tokens;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** A report in some lines for a person. */
public final class ReportText {
  private ReportText() {}

  /** The lines, the first one the sum of all. */
  public static List<String> lines(Report report) {
    List<String> lines = new ArrayList<>();
    boolean isOver = report.delivered() != null;
    lines.add(
        report.input()
            + ": "
            + count(report.answered())
            + " of "
            + count(report.requests())
            + " requests answered"
            + (report.failed() == 0
                ? ""
                : ", " + count(report.failed()) + (isOver ? " without an answer" : " not yet")));
    if (!report.failures().isEmpty()) {
      lines.add("  by cause: " + causes(report.failures()));
    }
    if (report.answeredBy() != null) {
      lines.add("  answered by run " + report.answeredBy() + ", which has the same content");
    }
    report.jobs().forEach(job -> lines.add("  " + line(job)));
    for (Report.JobReport job : report.jobs()) {
      if (job.oddities() != null) {
        lines.add("  answers to nothing in job " + job.number() + ": " + job.oddities().inWords());
      }
    }
    if (!report.tokens().equals(Tokens.NONE)) {
      lines.add("  tokens: " + tokens(report.tokens()));
      lines.add("  cost: " + report.cost().inWords());
    }
    Report.Uploads uploads = report.uploads();
    if (uploads.sent() + uploads.reused() > 0) {
      lines.add("  files: " + uploads.sent() + " uploaded, " + uploads.reused() + " reused");
    }
    return lines;
  }

  private static String causes(Map<String, Long> failures) {
    return failures.entrySet().stream()
        .map(cause -> cause.getKey() + " " + count(cause.getValue()))
        .collect(Collectors.joining(", "));
  }

  private static String line(Report.JobReport job) {
    StringBuilder line = new StringBuilder();
    line.append(job.name() == null ? "job " + job.number() : job.name());
    line.append(", ").append(job.model());
    line.append(", ").append(count(job.requests())).append(" requests");
    if (job.state() != null) {
      line.append(": ").append(state(job));
    }
    if (job.waitingSeconds() != null) {
      line.append(", waited ").append(time(job.waitingSeconds()));
    }
    if (job.runningSeconds() != null) {
      line.append(", ran ").append(time(job.runningSeconds()));
    }
    if (job.reason() != null) {
      line.append(" (").append(job.reason().lines().findFirst().orElse("")).append(")");
    }
    return line.toString();
  }

  /** The service's word for it without its prefix. */
  static String state(Report.JobReport job) {
    return job.state() == null ? "" : RemoteJobState.word(job.state()).replace('_', ' ');
  }

  static String time(long seconds) {
    Duration time = Duration.ofSeconds(seconds);
    if (time.toHours() > 0) {
      return time.toHours() + " h " + time.toMinutesPart() + " min";
    }
    return time.toMinutes() > 0
        ? time.toMinutes() + " min " + time.toSecondsPart() + " s"
        : seconds + " s";
  }

  private static String tokens(Tokens tokens) {
    return count(tokens.in())
        + " in"
        + (tokens.cached() == 0 ? "" : " (" + count(tokens.cached()) + " cached)")
        + ", "
        + count(tokens.out())
        + " out"
        + (tokens.thought() == 0 ? "" : ", " + count(tokens.thought()) + " thinking");
  }

  public static String size(long bytes) {
    if (bytes < 1_000_000) {
      return String.format(Locale.ROOT, "%.1f KB", bytes / 1e3);
    }
    return bytes < 1_000_000_000
        ? String.format(Locale.ROOT, "%.1f MB", bytes / 1e6)
        : String.format(Locale.ROOT, "%.2f GB", bytes / 1e9);
  }

  public static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }
}
