package dev.geminibatch.management;

import dev.geminibatch.answer.JobProblem;
import dev.geminibatch.cost.Prices;
import dev.geminibatch.line.ProblemCode;
import dev.geminibatch.run.ForwardingProgress;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.Progress;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunEvent;
import dev.geminibatch.service.RemoteJobState;
import dev.geminibatch.service.Tokens;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts what happens to runs. */
final class RunCounts {
  private static final Logger LOG = LoggerFactory.getLogger("metrics");
  private static final String JOB = "job";
  private static final String MEDIA = "media";
  private static final double MILLIS = 1e3;

  private final Tally tally;
  private final Supplier<Prices> prices;
  private final Clock clock;

  RunCounts(Tally tally, Supplier<Prices> prices, Clock clock) {
    this.tally = tally;
    this.prices = prices;
    this.clock = clock;
  }

  Progress watching(Progress progress) {
    return new ForwardingProgress(progress) {
      @Override
      public void happened(RunEvent event) {
        try {
          count(event);
        } catch (RuntimeException e) { // of the prices, say: no run must wait for being counted
          LOG.debug("{} is not counted", event, e);
        }
        super.happened(event);
      }
    };
  }

  private void count(RunEvent event) {
    if (event instanceof RunEvent.Received received) {
      tally.add(Metric.FILES_RECEIVED, 1, profile(received.run()));
    } else if (event instanceof RunEvent.Inspected inspected) {
      // A run may be inspected again: because its input grew, or another one will not answer it.
      long before = inspected.run().counts().requests();
      long more = Math.max(0, inspected.requests() - before);
      tally.add(Metric.LINES_RECEIVED, more, profile(inspected.run()));
    } else if (event instanceof RunEvent.Uploaded uploaded) {
      String content = uploaded.isJob() ? JOB : MEDIA;
      tally.add(Metric.UPLOADS, 1, content);
      tally.add(Metric.UPLOADED_BYTES, uploaded.bytes(), content);
    } else if (event instanceof RunEvent.Reused reused) {
      tally.add(Metric.UPLOADS_REUSED, reused.files());
    } else if (event instanceof RunEvent.JobCreated created) {
      tally.add(Metric.JOBS_SUBMITTED, 1, tally.model(created.model()));
    } else if (event instanceof RunEvent.Collected collected) {
      collected(collected.job(), collected.tokens());
    } else if (event instanceof RunEvent.Delivered delivered) {
      delivered(delivered);
    } else if (event instanceof RunEvent.Failed failed) {
      tally.add(Metric.FILES_FAILED, 1, profile(failed.run()));
    }
  }

  private String profile(Run run) {
    return tally.profile(run.profile());
  }

  private void collected(Job job, Tokens tokens) {
    String model = tally.model(job.model());
    tally.add(Metric.JOBS_COLLECTED, 1, model, outcome(job));
    if (tokens.equals(Tokens.NONE)) {
      return;
    }
    tally.add(Metric.TOKENS, tokens.in() - tokens.cached(), model, "prompt");
    tally.add(Metric.TOKENS, tokens.cached(), model, "cached");
    tally.add(Metric.TOKENS, tokens.out(), model, "output");
    tally.add(Metric.TOKENS, tokens.thought(), model, "thought");
    Prices table = prices.get();
    table
        .cost(job.model(), tokens)
        .ifPresent(
            cost ->
                tally.add(Metric.COST, Math.max(0, cost.doubleValue()), model, table.currency()));
  }

  /** How a job ended: in the service's word for it if it is a known one, or in ours. */
  private static String outcome(Job job) {
    String state = job.remote().state().orElse("");
    RemoteJobState known = RemoteJobState.ofService(state);
    if (known != RemoteJobState.UNKNOWN) {
      return word(known);
    }
    return Arrays.stream(JobProblem.Kind.values())
        .filter(kind -> kind.name().equals(state))
        .findFirst()
        .map(RunCounts::word)
        .orElse(BoundedNames.OTHER);
  }

  private static String word(Enum<?> state) {
    return state.name().toLowerCase(Locale.ROOT);
  }

  private void delivered(RunEvent.Delivered delivered) {
    Run run = delivered.run();
    String profile = profile(run);
    tally.add(Metric.FILES_DELIVERED, 1, profile);
    tally.add(Metric.LINES_ANSWERED, delivered.answered(), profile);
    delivered
        .failures()
        .forEach((code, lines) -> tally.add(Metric.LINES_FAILED, lines, profile, code(code)));
    Duration time = Duration.between(run.created(), clock.instant());
    tally.observe(Metric.DELIVERY_SECONDS, Math.max(0, time.toMillis()) / MILLIS, profile);
  }

  private static String code(String word) {
    return ProblemCode.of(word).map(ProblemCode::code).orElse(BoundedNames.OTHER);
  }
}
