package dev.geminibatch.window;

import dev.geminibatch.io.Amounts;
import dev.geminibatch.ledger.JobOwners.Open;
import dev.geminibatch.ledger.JobOwners.Owner;
import dev.geminibatch.maintenance.JobView;
import dev.geminibatch.maintenance.ServiceJobs.Listing;
import dev.geminibatch.service.RemoteJob;
import dev.geminibatch.service.RemoteJobState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The jobs that the service has.
 *
 * @param unlisted open jobs of ours that it has not listed
 */
record JobsPage(Frame frame, List<Account> accounts, List<Job> unlisted) {
  /**
   * The jobs of an account.
   *
   * @param profiles that have its key
   * @param counts how many are in each state, in words
   * @param problem why there is no newer answer; null if there is none
   * @param age of the answer; null if there has been none
   */
  record Account(
      String profiles, List<Job> jobs, String counts, boolean isWhole, String problem, String age) {
    static Account of(Listing listing, Map<String, Owner> owners, Instant now) {
      Map<String, Long> counts =
          listing.jobs().stream()
              .collect(Collectors.groupingBy(JobView::state, TreeMap::new, Collectors.counting()));
      return new Account(
          String.join(", ", listing.account().profiles()),
          listing.jobs().stream().map(job -> Job.of(job, owners.get(job.name()), now)).toList(),
          counts.entrySet().stream()
              .map(each -> Amounts.count(each.getValue()) + " " + words(each.getKey()))
              .collect(Collectors.joining(", ")),
          listing.isWhole(),
          listing.problem().map(Amounts::clause).orElse(null),
          listing.answered().map(time -> JobsPage.age(time, now)).orElse(null));
    }
  }

  /**
   * A job.
   *
   * @param kind gives its state a colour
   * @param runId of the first run that it belongs to; null if it is not ours
   * @param others how many share it with that run; empty if none does
   */
  record Job(
      String name,
      String displayName,
      String runId,
      String runName,
      String others,
      String model,
      String state,
      String kind,
      String requests,
      String answered,
      String failed,
      String age) {
    static Job of(RemoteJob job, Owner owner, Instant now) {
      return new Job(
          job.name(),
          job.displayName(),
          owner == null ? null : owner.runId(),
          owner == null ? null : owner.runName(),
          others(owner),
          job.model().replaceFirst("^models/", ""),
          words(JobView.state(job)),
          kind(job.state()),
          Amounts.count(job.counts().requests()),
          Amounts.count(job.counts().succeeded()),
          Amounts.count(job.counts().failed()),
          job.created().map(time -> JobsPage.age(time, now)).orElse(""));
    }

    static Job of(Open open, Instant now) {
      return new Job(
          open.name(),
          "",
          open.owner().runId(),
          open.owner().runName(),
          others(open.owner()),
          open.model(),
          RemoteJobState.words(open.state()),
          kind(RemoteJobState.ofService(open.state())),
          Amounts.count(open.requests()),
          "",
          "",
          JobsPage.age(open.submitted(), now));
    }

    private static String others(Owner owner) {
      return owner == null || owner.runs() < 2
          ? ""
          : "and " + Amounts.count(owner.runs() - 1, "other");
    }

    private static String kind(RemoteJobState state) {
      return switch (state) {
        case SUCCEEDED -> "answered";
        case FAILED, EXPIRED -> "final";
        case CANCELLED -> "again";
        default -> "open";
      };
    }
  }

  /** A state for a person. */
  private static String words(String state) {
    return state.replace('_', ' ');
  }

  /** The service has a clock of its own. */
  private static String age(Instant time, Instant now) {
    return Amounts.time(time.isBefore(now) ? Duration.between(time, now) : Duration.ZERO);
  }
}
