package dev.geminibatch.report;

import dev.geminibatch.answer.ResultFiles;
import dev.geminibatch.io.Amounts;
import dev.geminibatch.service.Tokens;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A report in some lines for a person. */
public final class ReportText {
  private ReportText() {}

  /** The lines, the first one the sum of all. */
  public static List<String> lines(Report report) {
    boolean isOver = report.delivered() != null;
    List<String> lines = new ArrayList<>();
    lines.add(report.input() + ": " + answered(report, isOver ? "without an answer" : "not yet"));
    lines.addAll(details(report));
    return lines;
  }

  /** The lines for the log, with where the files are. */
  public static List<String> delivered(Report report, ResultFiles files) {
    String where =
        report.failed() == 0
            ? "see " + files.results()
            : "see " + files.results() + " and " + files.errors();
    String sum = report.input() + ": " + answered(report, "without an answer") + "; " + where;
    // The log has each job from when it was over, and a change of the input is a warning of its
    // own.
    List<String> details = new ArrayList<>(causes(report));
    details.addAll(expenses(report));
    String rest = details.stream().map(String::strip).collect(Collectors.joining("; "));
    return rest.isEmpty() ? List.of(sum) : List.of(sum, "  " + rest);
  }

  private static String answered(Report report, String others) {
    return Amounts.count(report.answered())
        + " of "
        + Amounts.count(report.requests())
        + " requests answered"
        + (report.failed() == 0 ? "" : ", " + Amounts.count(report.failed()) + " " + others);
  }

  /** All lines but the first. */
  public static List<String> details(Report report) {
    List<String> lines = new ArrayList<>();
    if (report.inputChange() != null) {
      lines.add("  " + report.inputChange().inWords());
    }
    lines.addAll(causes(report));
    report.jobs().forEach(job -> lines.add("  " + line(job)));
    for (Report.JobReport job : report.jobs()) {
      if (job.oddities() != null) {
        lines.add("  stray answers of job " + job.number() + ": " + job.oddities().inWords());
      }
    }
    lines.addAll(expenses(report));
    return lines;
  }

  private static List<String> causes(Report report) {
    List<String> lines = new ArrayList<>();
    if (!report.failures().isEmpty()) {
      lines.add("  by cause: " + causes(report.failures()));
    }
    if (report.answeredBy() != null) {
      lines.add("  answered by run " + report.answeredBy() + ", which has the same content");
    }
    return lines;
  }

  private static List<String> expenses(Report report) {
    List<String> lines = new ArrayList<>();
    if (!report.tokens().equals(Tokens.NONE)) {
      lines.add(
          "  tokens: "
              + tokens(report.tokens())
              + report
                  .estimatedTokensIn()
                  .map(tokens -> "; estimated " + Amounts.count(tokens) + " in")
                  .orElse(""));
      lines.add("  cost: " + report.cost().inWords());
    }
    Report.Uploads uploads = report.uploads();
    if (uploads.sent() + uploads.reused() > 0) {
      lines.add(
          "  files: "
              + Amounts.count(uploads.sent())
              + " uploaded, "
              + Amounts.count(uploads.reused())
              + " reused");
    }
    return lines;
  }

  private static String causes(Map<String, Long> failures) {
    return failures.entrySet().stream()
        .map(cause -> cause.getKey() + " " + Amounts.count(cause.getValue()))
        .collect(Collectors.joining(", "));
  }

  private static String line(Report.JobReport job) {
    StringBuilder line = new StringBuilder(job.shownName());
    line.append(", ").append(job.model());
    line.append(", ").append(Amounts.count(job.requests(), "request"));
    line.append(job.shared() == null ? "" : ", " + job.shared().inWords());
    line.append(job.state() == null ? "" : ": " + job.stateWords());
    job.waited().ifPresent(time -> line.append(", waited ").append(Amounts.time(time)));
    job.ran().ifPresent(time -> line.append(", ran ").append(Amounts.time(time)));
    line.append(job.reason() == null ? "" : " (" + Amounts.firstLine(job.reason()) + ")");
    return line.toString();
  }

  private static String tokens(Tokens tokens) {
    return Amounts.count(tokens.in())
        + " in"
        + (tokens.cached() == 0 ? "" : " (" + Amounts.count(tokens.cached()) + " cached)")
        + ", "
        + Amounts.count(tokens.out())
        + " out"
        + (tokens.thought() == 0 ? "" : ", " + Amounts.count(tokens.thought()) + " thinking");
  }
}
