package dev.geminibatch.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.geminibatch.answer.ResultFiles;
import dev.geminibatch.io.Amounts;
import dev.geminibatch.report.Report;
import dev.geminibatch.report.ReportText;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.JobState;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunState;
import dev.geminibatch.service.JobName;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** What a person reads when the waiting for a run is over. */
final class RunEnd {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final Session session;
  private final RunWatch.End end;
  private final String resume;

  RunEnd(Session session, RunWatch.End end, String resume) {
    this.session = session;
    this.end = end;
    this.resume = resume;
  }

  /**
   * Tells it.
   *
   * @return the exit code
   */
  int tell() {
    if (session.options().json) {
      session.terminal().printJson(json());
    }
    return inWords(session.terminal()::tell, !session.options().quiet);
  }

  /**
   * Tells of several runs that share a job, without the details of each.
   *
   * @return the exit code that says most
   */
  static int tell(Session session, List<RunWatch.End> ends, JobName job, String resume) {
    List<RunEnd> all = ends.stream().map(end -> new RunEnd(session, end, resume)).toList();
    if (all.size() == 1) {
      return all.get(0).tell();
    }
    if (session.options().json) {
      ObjectNode json = JsonNodeFactory.instance.objectNode().put("job", job.value());
      all.forEach(end -> json.withArray("runs").add(end.json()));
      session.terminal().printJson(json);
    }
    Set<String> said = new HashSet<>();
    Consumer<String> once =
        line -> Optional.of(line).filter(said::add).ifPresent(session.terminal()::tell);
    List<Integer> codes = all.stream().map(end -> end.inWords(once, false)).distinct().toList();
    return codes.size() == 1
        ? codes.get(0)
        : codes.contains(ExitCode.TIMED_OUT) ? ExitCode.TIMED_OUT : ExitCode.INCOMPLETE;
  }

  private int inWords(Consumer<String> tell, boolean withDetails) {
    if (end.timedOut()) {
      tell.accept(timedOut());
      return ExitCode.TIMED_OUT;
    }
    Run run = end.run();
    if (run.state() == RunState.FAILED) {
      // The reason has been logged by whoever failed it.
      return ExitCode.FAILED;
    }
    ResultFiles files = files(run);
    if (!session.options().json) {
      session
          .terminal()
          .print(
              Amounts.count(run.counts().answered())
                  + " of "
                  + Amounts.count(run.counts().requests())
                  + " requests answered: "
                  + shown(files.results()));
    }
    if (withDetails) {
      ReportText.details(end.report().orElseThrow()).forEach(tell);
    }
    if (run.counts().unanswered() == 0) {
      return ExitCode.OK;
    }
    tell.accept(
        Amounts.count(run.counts().unanswered())
            + " without an answer; the reasons are in "
            + shown(files.errors())
            + ". Fix the lines where a reason asks for it, then run that file: it sends only"
            + " those lines again.");
    return ExitCode.INCOMPLETE;
  }

  private String timedOut() {
    List<String> open =
        end.jobs().stream()
            .filter(job -> job.state() == JobState.OPEN)
            .flatMap(job -> job.name().map(JobName::value).stream())
            .toList();
    return "The time to wait is over; "
        + (open.isEmpty()
            ? end.run().reason().orElse("the run is " + end.run().state()) + "."
            : String.join(", ", open) + (open.size() == 1 ? " is" : " are") + " still running.")
        + " To resume: "
        + resume;
  }

  private ObjectNode json() {
    Run run = end.run();
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("run", run.id());
    json.put("input", run.source().toString());
    json.put("state", run.state().name().toLowerCase(Locale.ROOT));
    json.put("requests", run.counts().requests());
    json.put("answered", run.counts().answered());
    json.put(run.state().isFinished() ? "failed" : "waiting", run.counts().unanswered());
    run.reason().ifPresent(reason -> json.put("reason", reason));
    if (run.state() == RunState.DELIVERED) {
      ResultFiles files = files(run);
      json.put("results", files.results().toString());
      if (run.counts().unanswered() > 0) {
        json.put("errors", files.errors().toString());
      }
      if (end.report().map(Report::inputChange).isPresent()) {
        json.set("inputChange", MAPPER.valueToTree(end.report().get().inputChange()));
      }
      json.put("report", files.report().toString());
      json.put("page", files.page().toString());
    }
    end.jobs().stream()
        .map(Job::name)
        .forEach(name -> json.withArray("jobs").add(name.map(JobName::value).orElse(null)));
    return json;
  }

  private static ResultFiles files(Run run) {
    return ResultFiles.beside(run.output().orElseThrow());
  }

  /** Relative to where the person is, if it is there. */
  private static Path shown(Path file) {
    Path here = Path.of("").toAbsolutePath();
    return file.startsWith(here) ? here.relativize(file) : file;
  }
}
