package dev.geminibatch.job;

import dev.geminibatch.line.TokenCorrection;
import java.util.function.Function;

/** How large the jobs of each model may be, and how their tokens are counted. */
public interface JobRules {
  /** How large one job of a model may be. */
  JobLimits limits(String model);

  /** How many tokens one request may have, as far as that is certain. */
  default LineLimit lineLimit(String model) {
    return LineLimit.NONE;
  }

  /** What estimates for a model are corrected with. */
  TokenCorrection correction(String model);

  /** The same limits for all models, and estimates as they are. */
  static JobRules of(JobLimits limits) {
    return of(limits, model -> TokenCorrection.NONE);
  }

  /** The same limits for all models, and what was learned of each. */
  static JobRules of(JobLimits limits, Function<String, TokenCorrection> learned) {
    return new JobRules() {
      @Override
      public JobLimits limits(String model) {
        return limits;
      }

      @Override
      public TokenCorrection correction(String model) {
        return learned.apply(model);
      }
    };
  }
}
