package dev.geminibatch.report;

import dev.geminibatch.io.Amounts;
import dev.geminibatch.report.LineRows.Cause;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The upper part of the page: numbers, causes and jobs. */
final class ReportSummary {
  private final Report report;
  private final Map<String, Cause> causes;

  ReportSummary(Report report, Map<String, Cause> causes) {
    this.report = report;
    this.causes = causes;
  }

  /** A number, and what it counts. */
  record Card(String number, String what) {}

  /**
   * Lines with one outcome.
   *
   * @param kind gives it its colour
   * @param percent of all lines
   */
  record Piece(String kind, String what, long number, String percent) {}

  /** Why lines have no answer. */
  record Reason(String code, String kind, long lines, List<String> examples) {}

  String title() {
    return input() + ": " + Amounts.count(report.answered()) + " answered";
  }

  String input() {
    return report.input();
  }

  String times() {
    return "received "
        + report.received()
        + ", delivered "
        + report.delivered()
        + (report.run() == null ? "" : ", run " + report.run());
  }

  /** What became of the input meanwhile; null if nothing did. */
  String inputChange() {
    return report.inputChange() == null ? null : report.inputChange().inWords();
  }

  List<Card> cards() {
    return List.of(
        new Card(Amounts.count(report.requests()), "requests"),
        new Card(Amounts.count(report.answered()), "answered"),
        new Card(Amounts.count(report.failed()), "without an answer"),
        new Card(Amounts.count(report.tokens().in()), "tokens in"),
        new Card(Amounts.count(report.tokens().out() + report.tokens().thought()), "tokens out"),
        new Card(cost(), "cost, about"));
  }

  private String cost() {
    boolean unknown =
        report.cost().estimate().signum() == 0 && !report.cost().unknownModels().isEmpty();
    return unknown
        ? "unknown"
        : report.cost().estimate().toPlainString() + " " + report.cost().currency();
  }

  /** Outcomes that occur; none if there are no lines. */
  List<Piece> pieces() {
    List<Piece> pieces = new ArrayList<>();
    if (report.requests() > 0) {
      add(pieces, LineRow.kind(true, false), "answered", report.answered());
      report.failures().forEach((code, number) -> add(pieces, kind(code), code, number));
    }
    return pieces;
  }

  private void add(List<Piece> pieces, String kind, String what, long number) {
    if (number > 0) {
      BigDecimal percent =
          BigDecimal.valueOf(100.0 * number / report.requests()).setScale(3, RoundingMode.HALF_UP);
      pieces.add(new Piece(kind, what, number, percent.toPlainString()));
    }
  }

  private String kind(String code) {
    return LineRow.kind(false, causes.containsKey(code) && causes.get(code).first().retryable());
  }

  List<Reason> reasons() {
    return causes.entrySet().stream()
        .map(
            each ->
                new Reason(
                    each.getKey(),
                    kind(each.getKey()),
                    report.failures().getOrDefault(each.getKey(), 0L),
                    each.getValue().examples()))
        .toList();
  }

  List<Report.JobReport> jobs() {
    return report.jobs();
  }
}
