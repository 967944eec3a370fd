package dev.geminibatch.management;

import dev.geminibatch.service.CallKind;
import dev.geminibatch.service.CallObserver;
import dev.geminibatch.service.ServiceFailure;
import java.util.Locale;
import java.util.Set;

/** Counts calls to the service and the time that they take. */
final class CallCounts implements CallObserver {
  private static final double NANOS = 1e9;

  /** Words for why there was no answer, and the statuses that a service uses. */
  private static final Set<String> OUTCOMES =
      Set.of(
          "timeout",
          "refused",
          "unknown-host",
          "tls",
          "broken",
          "stopped",
          "200",
          "201",
          "202",
          "204",
          "206",
          "301",
          "302",
          "307",
          "308",
          "400",
          "401",
          "403",
          "404",
          "405",
          "408",
          "409",
          "411",
          "412",
          "413",
          "415",
          "416",
          "422",
          "429",
          "499",
          "500",
          "501",
          "502",
          "503",
          "504");

  private final Tally tally;

  CallCounts(Tally tally) {
    this.tally = tally;
  }

  @Override
  public void called(CallKind kind, String outcome, long nanos) {
    String status = OUTCOMES.contains(outcome) ? outcome : BoundedNames.OTHER;
    tally.observe(Metric.CALLS, nanos / NANOS, kind.word(), status);
  }

  @Override
  public void repeated(ServiceFailure.Kind why) {
    tally.add(Metric.CALLS_REPEATED, 1, why.name().toLowerCase(Locale.ROOT));
  }
}
