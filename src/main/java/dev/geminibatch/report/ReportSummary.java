package dev.geminibatch.report;

import dev.geminibatch.io.Amounts;
import dev.geminibatch.report.LineRows.Cause;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** The upper part of the page: numbers, causes and jobs. */
final class ReportSummary {
  private final Report report;
  private final Map<String, Cause> causes;
  private final StringBuilder html = new StringBuilder();

  ReportSummary(Report report, Map<String, Cause> causes) {
    this.report = report;
    this.causes = causes;
  }

  String html() {
    heading();
    cards();
    bar();
    causes();
    jobs();
    return html.toString();
  }

  private void heading() {
    html.append("<h1>").append(Html.escape(report.input())).append("</h1>\n<p class=\"pale\">");
    html.append("received ").append(Html.escape(String.valueOf(report.received())));
    html.append(", delivered ").append(Html.escape(String.valueOf(report.delivered())));
    html.append(report.run() == null ? "" : ", run " + Html.escape(report.run())).append("</p>\n");
    if (report.inputChange() != null) {
      html.append("<p class=\"alarm\">").append(Html.escape(report.inputChange().inWords()));
      html.append("</p>\n");
    }
  }

  private void cards() {
    html.append("<div class=\"cards\">");
    card(Amounts.count(report.requests()), "requests");
    card(Amounts.count(report.answered()), "answered");
    card(Amounts.count(report.failed()), "without an answer");
    card(Amounts.count(report.tokens().in()), "tokens in");
    card(Amounts.count(report.tokens().out() + report.tokens().thought()), "tokens out");
    card(cost(), "cost, about");
    html.append("</div>\n");
  }

  private void card(String number, String what) {
    html.append("<div class=\"card\"><b>").append(Html.escape(number)).append("</b>");
    html.append(Html.escape(what)).append("</div>");
  }

  private String cost() {
    boolean unknown =
        report.cost().estimate().signum() == 0 && !report.cost().unknownModels().isEmpty();
    return unknown
        ? "unknown"
        : report.cost().estimate().toPlainString() + " " + report.cost().currency();
  }

  private void bar() {
    if (report.requests() == 0) {
      return;
    }
    StringBuilder legend = new StringBuilder("<ul class=\"legend\">");
    html.append("<div class=\"bar\" aria-hidden=\"true\">");
    piece(legend, "answered", "answered", report.answered());
    report
        .failures()
        .forEach(
            (code, number) -> piece(legend, LineRows.kind(false, isRetryable(code)), code, number));
    html.append("</div>").append(legend).append("</ul>\n");
  }

  private boolean isRetryable(String code) {
    return causes.containsKey(code) && causes.get(code).first().retryable();
  }

  private void piece(StringBuilder legend, String kind, String what, long number) {
    if (number == 0) {
      return;
    }
    BigDecimal percent =
        BigDecimal.valueOf(100.0 * number / report.requests()).setScale(3, RoundingMode.HALF_UP);
    html.append("<i class=\"").append(kind).append("\" style=\"width:");
    html.append(percent.toPlainString()).append("%\"></i>");
    legend.append("<li><i class=\"").append(kind).append("\"></i>").append(Html.escape(what));
    legend.append(" ").append(Amounts.count(number)).append("</li>");
  }

  private void causes() {
    if (causes.isEmpty()) {
      return;
    }
    html.append("<h2>Why some have no answer</h2>\n<div class=\"wide\"><table><thead><tr>");
    html.append("<th>Cause</th><th class=\"n\">Lines</th><th>For example</th></tr></thead><tbody>");
    causes.forEach(this::cause);
    html.append("</tbody></table></div>\n<p class=\"pale\">The errors file has these lines with");
    html.append(
        " their requests. Fix them where needed and drop the file into the inbox: it sends");
    html.append(" only those lines again.</p>\n");
  }

  private void cause(String code, Cause cause) {
    html.append("<tr><td>").append(LineRows.tag(code, Optional.of(cause.first())));
    html.append("</td><td class=\"n\">");
    html.append(Amounts.count(report.failures().getOrDefault(code, 0L))).append("</td><td>");
    for (String example : cause.examples()) {
      html.append("<div>").append(Html.escape(example)).append("</div>");
    }
    html.append("</td></tr>\n");
  }

  private void jobs() {
    html.append("<h2>Jobs</h2>\n<div class=\"wide\"><table><thead><tr><th>Job</th><th>Model</th>");
    html.append("<th>State</th><th class=\"n\">Requests</th><th class=\"n\">Answered</th>");
    html.append("<th class=\"n\">Tokens in</th><th class=\"n\">Estimated</th>");
    html.append("<th class=\"n\">Waited</th><th class=\"n\">Ran</th></tr></thead><tbody>");
    for (Report.JobReport job : report.jobs()) {
      html.append("<tr><td>").append(Html.escape(job.name() == null ? "-" : job.name()));
      html.append(job.attempt() > 1 ? " (attempt " + job.attempt() + ")" : "");
      html.append(job.shared() == null ? "" : "<br>" + job.shared().inWords()).append("</td><td>");
      html.append(Html.escape(job.model())).append("</td><td>");
      html.append(Html.escape(job.stateWords()));
      if (job.reason() != null) {
        String reason = Amounts.shortened(job.reason(), LineRows.LONGEST_TEXT);
        html.append("<br>").append(Html.escape(reason));
      }
      html.append("</td><td class=\"n\">").append(Amounts.count(job.requests()));
      html.append(job.shared() == null ? "" : "<br>of " + Amounts.count(job.shared().requests()));
      html.append("</td><td class=\"n\">").append(Amounts.count(job.answered()));
      html.append("</td><td class=\"n\">").append(Amounts.count(job.tokens().in()));
      html.append("</td><td class=\"n\">");
      html.append(job.estimatedTokensIn() == null ? "" : Amounts.count(job.estimatedTokensIn()));
      html.append("</td><td class=\"n\">").append(time(job.waited()));
      html.append("</td><td class=\"n\">").append(time(job.ran()));
      html.append("</td></tr>\n");
    }
    html.append("</tbody></table></div>\n");
  }

  private static String time(Optional<Duration> time) {
    return time.map(Amounts::time).orElse("");
  }
}
