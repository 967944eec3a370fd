package dev.geminibatch.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.geminibatch.answer.ResultWriter;
import dev.geminibatch.answer.StrayAnswers;
import dev.geminibatch.cost.Prices;
import dev.geminibatch.io.PrivateFiles;
import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunFolder;
import dev.geminibatch.run.RunState;
import dev.geminibatch.run.StateFolder;
import dev.geminibatch.service.Tokens;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** Makes reports, and remembers those of runs that are over. */
public final class Reports {
  private static final ObjectMapper MAPPER =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private final Ledger ledger;
  private final StateFolder state;
  private final Supplier<Prices> prices;
  private final Clock clock;

  public Reports(Ledger ledger, StateFolder state, Prices prices, Clock clock) {
    this(ledger, state, () -> prices, clock);
  }

  /** The same with prices that may change. */
  public Reports(Ledger ledger, StateFolder state, Supplier<Prices> prices, Clock clock) {
    this.ledger = ledger;
    this.state = state;
    this.prices = prices;
    this.clock = clock;
  }

  /** The report of a run whose files are written. */
  public Report delivered(
      Run run, List<Job> jobs, ResultWriter.Outcome outcome, Optional<InputChange> change) {
    RunFolder answers = state.run(run.leader().orElse(run.id()));
    return Report.of(
        run,
        jobs,
        ledger.packs()::sharing,
        job -> strayAnswers(answers, job),
        outcome,
        prices.get(),
        change,
        Optional.of(clock.instant()));
  }

  private static StrayAnswers strayAnswers(RunFolder folder, Job job) {
    Path file = folder.strayAnswers(job.number());
    try {
      return Files.exists(file)
          ? MAPPER.readValue(file.toFile(), StrayAnswers.class)
          : StrayAnswers.NONE;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Remembers the report of a run; what stands in its file. */
  public String keep(Run run, Report report) throws IOException {
    String text = text(report);
    PrivateFiles.write(state.run(run.id()).report(), text);
    return text;
  }

  public static void write(Report report, Path file) throws IOException {
    PrivateFiles.write(file, text(report));
  }

  private static String text(Report report) throws IOException {
    return MAPPER.writeValueAsString(report) + "\n";
  }

  /** The report of any run: as it was delivered, or as far as it has come. */
  public Report of(Run run) throws IOException {
    Path delivered = state.run(run.id()).report();
    if (run.state() == RunState.DELIVERED && Files.exists(delivered)) {
      return MAPPER.readValue(delivered.toFile(), Report.class);
    }
    RunFolder folder = state.run(run.leader().orElse(run.id()));
    List<Job> jobs = ledger.jobs().of(run.leader().orElse(run.id()));
    long answered =
        run.state().isFinished()
            ? run.counts().answered()
            : jobs.stream().mapToLong(job -> job.outcome().answered()).sum();
    Tokens tokens =
        jobs.stream().map(job -> job.outcome().tokens()).reduce(Tokens.NONE, Tokens::plus);
    long left = Math.max(0, run.counts().requests() - answered);
    return Report.of(
        run,
        jobs,
        ledger.packs()::sharing,
        job -> strayAnswers(folder, job),
        new ResultWriter.Outcome(answered, left, Map.of(), tokens),
        prices.get(),
        Optional.empty(),
        Optional.empty());
  }
}
