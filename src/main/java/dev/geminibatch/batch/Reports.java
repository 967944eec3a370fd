package dev.geminibatch.batch;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.geminibatch.result.Oddities;
import dev.geminibatch.result.Prices;
import dev.geminibatch.result.ResultWriter;
import dev.geminibatch.result.Tokens;
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
  Report delivered(Run run, List<Job> jobs, ResultWriter.Outcome outcome) throws IOException {
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

  private static Oddities oddities(RunFolder folder, Job job) {
    Path file = folder.oddities(job.number());
    try {
      return Files.exists(file) ? MAPPER.readValue(file.toFile(), Oddities.class) : Oddities.NONE;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static void write(Report report, Path file) throws IOException {
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
