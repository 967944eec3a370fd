package dev.geminibatch.report;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.geminibatch.answer.ShownLine;
import dev.geminibatch.io.Sha256;
import dev.geminibatch.line.LineProblem;
import dev.geminibatch.media.MediaFile;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * The report as one page that needs nothing else, but for the pictures, which it shows from where
 * they are on disk.
 *
 * <p>Lines are written as they come, so that memory does not grow; the page shows so many of each
 * outcome at the most. Everything from outside is escaped, and the page allows no script but its
 * own.
 */
public final class ReportPage implements ShownLine.Taker, Closeable {
  private static final int MOST_LINES = 2000;
  private static final int MOST_CAUSES = 50;
  private static final int MOST_EXAMPLES = 3;
  private static final int LONGEST_TEXT = 5000;

  private final Path page;
  private final Path rows;
  private final Function<String, Optional<MediaFile>> media;
  private final OutputStream out;
  private final Map<String, Cause> causes = new TreeMap<>();
  private int answeredShown;
  private int failedShown;

  /** What failed for one reason, as far as it is shown. */
  private record Cause(LineProblem first, List<String> examples) {}

  /**
   * @param page where it will stand in the end, from where pictures are linked
   * @param rows for lines on their way into the page; removed by {@link #close}
   * @param media finds the file of a tag
   */
  public ReportPage(Path page, Path rows, Function<String, Optional<MediaFile>> media)
      throws IOException {
    this.page = page;
    this.rows = rows;
    this.media = media;
    this.out = new BufferedOutputStream(Files.newOutputStream(rows));
  }

  @Override
  public boolean wants(boolean answered) {
    return (answered ? answeredShown : failedShown) < MOST_LINES;
  }

  @Override
  public void take(ShownLine line) throws IOException {
    if (line.problem().isEmpty()) {
      answeredShown++;
    } else {
      failedShown++;
      LineProblem problem = line.problem().get();
      note(line.number(), problem);
    }
    out.write(row(line).getBytes(UTF_8));
  }

  private void note(long line, LineProblem problem) {
    if (!causes.containsKey(problem.code()) && causes.size() >= MOST_CAUSES) {
      return;
    }
    Cause cause =
        causes.computeIfAbsent(problem.code(), code -> new Cause(problem, new ArrayList<>()));
    if (cause.examples().size() < MOST_EXAMPLES) {
      cause.examples().add("line " + line + ": " + shortened(problem.message()));
    }
  }

  private String row(ShownLine line) {
    String outcome = line.problem().map(LineProblem::code).orElse("answered");
    StringBuilder row = new StringBuilder();
    row.append("<tr data-outcome=\"").append(Html.escape(outcome)).append("\"><td class=\"n\">");
    row.append(line.number()).append("</td><td dir=\"auto\">").append(Html.escape(line.key()));
    row.append("</td><td>").append(tag(outcome, line.problem())).append("</td><td>");
    line.tags().forEach(tag -> row.append(file(tag)));
    row.append("</td><td>");
    line.problem().ifPresent(p -> row.append(Html.escape(shortened(p.message()))));
    if (!line.text().isEmpty()) {
      row.append("<pre dir=\"auto\">").append(Html.escape(shortened(line.text())));
      row.append("</pre>");
    }
    return row.append("</td></tr>\n").toString();
  }

  private static String tag(String outcome, Optional<LineProblem> problem) {
    return "<span class=\"tag "
        + kind(problem.isEmpty(), problem.map(LineProblem::retryable).orElse(false))
        + "\">"
        + Html.escape(outcome)
        + "</span>";
  }

  private static String kind(boolean answered, boolean retryable) {
    if (answered) {
      return "answered";
    }
    return retryable ? "again" : "final";
  }

  private String file(String tag) {
    String name = Html.escape(tag);
    Optional<MediaFile> file = media.apply(tag);
    if (file.isEmpty()) {
      return "<div>" + name + "</div>";
    }
    String address = Html.escape(address(file.get().path()));
    String preview =
        file.get().mimeType().startsWith("image/")
            ? "<img loading=\"lazy\" alt=\"\" src=\"" + address + "\">"
            : "";
    return "<a href=\"" + address + "\">" + preview + name + "</a>";
  }

  /** Relative where that is possible, so that folders may be moved together. */
  private String address(Path file) {
    Path folder = page.toAbsolutePath().normalize().getParent();
    if (!folder.getRoot().equals(file.getRoot())) {
      return file.toUri().toString();
    }
    StringBuilder address = new StringBuilder("."); // else "a:b.png" would be of a scheme "a"
    for (Path part : folder.relativize(file)) {
      address.append('/').append(encoded(part.toString()));
    }
    return address.toString();
  }

  private static String encoded(String name) {
    try {
      return new URI(null, null, "/" + name, null).toASCIIString().substring(1);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static String shortened(String text) {
    return text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT) + " ...";
  }

  /** Writes the page. */
  public void write(Report report, Path target) throws IOException {
    out.close();
    String script = resource("report.js");
    String hash =
        Base64.getEncoder().encodeToString(Sha256.digest().digest(script.getBytes(UTF_8)));
    String[] halves =
        resource("report.html")
            .replace("{{script-hash}}", "sha256-" + hash)
            .split("\\{\\{rows}}", 2);
    Map<String, String> values =
        Map.of(
            "title", Html.escape(report.input()) + ": " + report.answered() + " answered",
            "summary", summary(report),
            "shown", shown(report),
            "outcomes", outcomes());
    try (OutputStream to = new BufferedOutputStream(Files.newOutputStream(target))) {
      to.write(filled(halves[0], values).getBytes(UTF_8));
      Files.copy(rows, to);
      to.write(halves[1].replace("{{script}}", script).getBytes(UTF_8));
    }
  }

  /** Each value is put in once, so that nothing in a value is taken for a place of another. */
  private static String filled(String template, Map<String, String> values) {
    StringBuilder page = new StringBuilder();
    int from = 0;
    while (true) {
      int open = template.indexOf("{{", from);
      if (open < 0) {
        return page.append(template, from, template.length()).toString();
      }
      int close = template.indexOf("}}", open);
      page.append(template, from, open).append(values.get(template.substring(open + 2, close)));
      from = close + 2;
    }
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = ReportPage.class.getResourceAsStream("/report/" + name)) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }

  private String outcomes() {
    StringBuilder options = new StringBuilder("<option>answered</option>");
    causes.keySet().forEach(code -> options.append("<option>" + Html.escape(code) + "</option>"));
    return options.toString();
  }

  private String shown(Report report) {
    boolean all = answeredShown == report.answered() && failedShown == report.failed();
    return all
        ? "All of them, in the order of the input."
        : String.format(
            Locale.ROOT,
            "The first %,d answered and the first %,d others, in the order of the input; all are in"
                + " the results and errors files.",
            answeredShown,
            failedShown);
  }

  private String summary(Report report) {
    StringBuilder html = new StringBuilder();
    html.append("<h1>").append(Html.escape(report.input())).append("</h1>\n<p class=\"pale\">");
    html.append("received ").append(Html.escape(String.valueOf(report.received())));
    html.append(", delivered ").append(Html.escape(String.valueOf(report.delivered())));
    html.append(report.run() == null ? "" : ", run " + Html.escape(report.run())).append("</p>\n");
    html.append("<div class=\"cards\">");
    card(html, ReportText.count(report.requests()), "requests");
    card(html, ReportText.count(report.answered()), "answered");
    card(html, ReportText.count(report.failed()), "without an answer");
    card(html, ReportText.count(report.tokens().in()), "tokens in");
    card(html, ReportText.count(report.tokens().out() + report.tokens().thought()), "tokens out");
    card(html, cost(report), "cost, about");
    html.append("</div>\n");
    bar(html, report);
    causes(html, report);
    jobs(html, report);
    return html.toString();
  }

  private static void card(StringBuilder html, String number, String what) {
    html.append("<div class=\"card\"><b>").append(Html.escape(number)).append("</b>");
    html.append(Html.escape(what)).append("</div>");
  }

  private static String cost(Report report) {
    boolean unknown =
        report.cost().estimate().signum() == 0 && !report.cost().unknownModels().isEmpty();
    return unknown
        ? "unknown"
        : report.cost().estimate().toPlainString() + " " + report.cost().currency();
  }

  private void bar(StringBuilder html, Report report) {
    if (report.requests() == 0) {
      return;
    }
    StringBuilder legend = new StringBuilder("<ul class=\"legend\">");
    html.append("<div class=\"bar\" aria-hidden=\"true\">");
    piece(html, legend, "answered", "answered", report.answered(), report.requests());
    report
        .failures()
        .forEach(
            (code, number) ->
                piece(
                    html,
                    legend,
                    kind(false, mayComeLater(code)),
                    code,
                    number,
                    report.requests()));
    html.append("</div>").append(legend).append("</ul>\n");
  }

  private boolean mayComeLater(String code) {
    return causes.containsKey(code) && causes.get(code).first().retryable();
  }

  private static void piece(
      StringBuilder bar, StringBuilder legend, String kind, String what, long number, long of) {
    if (number == 0) {
      return;
    }
    bar.append("<i class=\"").append(kind).append("\" style=\"width:");
    bar.append(String.format(Locale.ROOT, "%.3f", 100.0 * number / of)).append("%\"></i>");
    legend.append("<li><i class=\"").append(kind).append("\"></i>").append(Html.escape(what));
    legend.append(" ").append(ReportText.count(number)).append("</li>");
  }

  private void causes(StringBuilder html, Report report) {
    if (causes.isEmpty()) {
      return;
    }
    html.append("<h2>Why some have no answer</h2>\n<div class=\"wide\"><table><thead><tr>");
    html.append("<th>Cause</th><th class=\"n\">Lines</th><th>For example</th></tr></thead><tbody>");
    causes.forEach(
        (code, cause) -> {
          html.append("<tr><td>").append(tag(code, Optional.of(cause.first())));
          html.append("</td><td class=\"n\">");
          html.append(ReportText.count(report.failures().getOrDefault(code, 0L)))
              .append("</td><td>");
          for (String example : cause.examples()) {
            html.append("<div>").append(Html.escape(example)).append("</div>");
          }
          html.append("</td></tr>\n");
        });
    html.append("</tbody></table></div>\n<p class=\"pale\">The errors file has these lines with");
    html.append(
        " their requests; mended where it needs it and dropped into the inbox, it sends just them"
            + " again.</p>\n");
  }

  private static void jobs(StringBuilder html, Report report) {
    html.append("<h2>Jobs</h2>\n<div class=\"wide\"><table><thead><tr><th>Job</th><th>Model</th>");
    html.append("<th>State</th><th class=\"n\">Requests</th><th class=\"n\">Answered</th>");
    html.append("<th class=\"n\">Waited</th><th class=\"n\">Ran</th></tr></thead><tbody>");
    for (Report.JobReport job : report.jobs()) {
      html.append("<tr><td>").append(Html.escape(job.name() == null ? "-" : job.name()));
      html.append(job.attempt() > 1 ? " (attempt " + job.attempt() + ")" : "").append("</td><td>");
      html.append(Html.escape(job.model())).append("</td><td>");
      html.append(Html.escape(ReportText.state(job)));
      html.append(job.reason() == null ? "" : "<br>" + Html.escape(shortened(job.reason())));
      html.append("</td><td class=\"n\">").append(ReportText.count(job.requests()));
      html.append("</td><td class=\"n\">").append(ReportText.count(job.answered()));
      html.append("</td><td class=\"n\">").append(seconds(job.waitingSeconds()));
      html.append("</td><td class=\"n\">").append(seconds(job.runningSeconds()));
      html.append("</td></tr>\n");
    }
    html.append("</tbody></table></div>\n");
  }

  private static String seconds(Long seconds) {
    return seconds == null ? "" : ReportText.time(seconds);
  }

  @Override
  public void close() throws IOException {
    out.close();
    Files.deleteIfExists(rows);
  }
}
