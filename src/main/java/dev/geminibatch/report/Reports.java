package dev.geminibatch.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.geminibatch.answer.ResultWriter;
import dev.geminibatch.answer.StrayAnswers;
import dev.geminibatch.cost.Prices;
import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunFolder;
import dev.geminibatch.run.RunState;
import dev.geminibatch.service.Tokens;
import dev.geminibatch.settings.Settings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Makes reports, and remembers those of runs that are over. */
public final class Reports {
  private static final ObjectMapper MAPPER =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private final Ledger ledger;
  private final Settings settings;
  private final Prices prices;
  private final Clock clock;

  public Reports(Ledger ledger, Settings settings, Prices prices, Clock clock) {
    this.ledger = ledger;
    this.settings = settings;
    this.prices = prices;
    this.clock = clock;
  }

  /** The report of a run whose files are written. */
  public Report delivered(Run run, List<Job> jobs, ResultWriter.Outcome outcome)
      throws IOException {
    RunFolder answers = RunFolder.of(settings, run.leader().orElse(run.id()));
    Report report =
        Report.of(
            run,
            jobs,
            job -> oddities(answers, job),
            outcome,
            prices,
            Optional.of(clock.instant()));
    write(report, RunFolder.of(settings, run.id()).report());
    return report;
  }

  private static StrayAnswers oddities(RunFolder folder, Job job) {
    Path file = folder.oddities(job.number());
    try {
      return Files.exists(file)
          ? MAPPER.readValue(file.toFile(), StrayAnswers.class)
          : StrayAnswers.NONE;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static void write(Report report, Path file) throws IOException {
    Files.writeString(file, MAPPER.writeValueAsString(report) + "\n");
  }

  /** The report of any run: as it was delivered, or as far as it has come. */
  public Report of(Run run) throws IOException {
    Path delivered = RunFolder.of(settings, run.id()).report();
    if (run.state() == RunState.DELIVERED && Files.exists(delivered)) {
      return MAPPER.readValue(delivered.toFile(), Report.class);
    }
    RunFolder folder = RunFolder.of(settings, run.leader().orElse(run.id()));
    List<Job> jobs = ledger.jobs(run.leader().orElse(run.id()));
    long answered =
        run.state().isFinished()
            ? run.counts().answered()
            : jobs.stream().mapToLong(Job::answered).sum();
    Tokens tokens = jobs.stream().map(Job::tokens).reduce(Tokens.NONE, Tokens::plus);
    long left = Math.max(0, run.counts().requests() - answered);
    return Report.of(
        run,
        jobs,
        job -> oddities(folder, job),
        new ResultWriter.Outcome(answered, left, Map.of(), tokens),
        prices,
        Optional.empty());
  }
}
