package dev.geminibatch.window;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.geminibatch.ledger.JobOwners;
import dev.geminibatch.ledger.JobOwners.Open;
import dev.geminibatch.ledger.JobOwners.Owner;
import dev.geminibatch.maintenance.JobView;
import dev.geminibatch.maintenance.ServiceJobs;
import dev.geminibatch.maintenance.ServiceJobs.Listing;
import dev.geminibatch.service.RemoteJob;
import dev.geminibatch.service.RemoteJobState;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The jobs that the service has, whoever created them. */
final class JobsSection implements Section {
  private static final int MOST_OPEN = 500;

  private final ServiceJobs jobs;
  private final JobOwners owners;
  private final Answers answers;
  private final Clock clock;

  JobsSection(Sources sources, Answers answers) {
    this.jobs = sources.jobs();
    this.owners = sources.ledger().jobOwners();
    this.answers = answers;
    this.clock = sources.clock();
  }

  /**
   * What is shown.
   *
   * @param owners of the jobs that are ours, by their names
   * @param unlisted open jobs of ours that the service has not listed
   */
  private record Known(List<Listing> listings, Map<String, Owner> owners, List<Open> unlisted) {}

  @Override
  public List<Route> routes() {
    return List.of(
        Route.get("/jobs", (request, names) -> page(request)),
        Route.get("/api/v1/jobs", (request, names) -> list()));
  }

  private Known known() {
    List<Listing> listings = jobs.listings();
    Set<String> listed =
        listings.stream()
            .flatMap(listing -> listing.jobs().stream())
            .map(RemoteJob::name)
            .collect(Collectors.toSet());
    return new Known(
        listings,
        owners.of(listed),
        owners.open(MOST_OPEN).stream().filter(open -> !listed.contains(open.name())).toList());
  }

  private WebAnswer page(WebRequest request) {
    Known known = known();
    Instant now = clock.instant();
    return Answers.html(
        200,
        "jobs",
        new JobsPage(
            answers.frame(request, "Jobs"),
            known.listings().stream()
                .map(listing -> JobsPage.Account.of(listing, known.owners(), now))
                .toList(),
            known.unlisted().stream().map(open -> JobsPage.Job.of(open, now)).toList()));
  }

  private WebAnswer list() {
    Known known = known();
    ObjectNode document = JsonNodeFactory.instance.objectNode();
    ArrayNode accounts = document.putArray("accounts");
    for (Listing listing : known.listings()) {
      ObjectNode account = accounts.addObject();
      listing.account().profiles().forEach(account.putArray("profiles")::add);
      account
          .put("answered", listing.answered().map(Instant::toString).orElse(null))
          .put("problem", listing.problem().orElse(null))
          .put("complete", listing.isWhole());
      ArrayNode list = account.putArray("jobs");
      for (RemoteJob job : listing.jobs()) {
        list.add(owned(JobView.json(job), known.owners().get(job.name())));
      }
    }
    ArrayNode unlisted = document.putArray("unlisted");
    for (Open open : known.unlisted()) {
      ObjectNode job = unlisted.addObject().put("name", open.name());
      job.put("model", open.model())
          .put("state", RemoteJobState.word(open.state()))
          .put("requests", open.requests())
          .put("created", open.submitted().toString());
      owned(job, open.owner());
    }
    return Answers.json(200, document);
  }

  /** With whose it is. */
  private static ObjectNode owned(ObjectNode job, Owner owner) {
    return job.put("run", owner == null ? null : owner.runId())
        .put("runs", owner == null ? 0 : owner.runs());
  }
}
