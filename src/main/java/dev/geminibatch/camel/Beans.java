package dev.geminibatch.camel;

import dev.geminibatch.batch.Assembler;
import dev.geminibatch.batch.Collector;
import dev.geminibatch.batch.Deliverer;
import dev.geminibatch.batch.FailureDesk;
import dev.geminibatch.batch.FollowUp;
import dev.geminibatch.batch.Inspector;
import dev.geminibatch.batch.Ledger;
import dev.geminibatch.batch.LedgerDatabase;
import dev.geminibatch.batch.Maintenance;
import dev.geminibatch.batch.MediaUploads;
import dev.geminibatch.batch.Poller;
import dev.geminibatch.batch.Progress;
import dev.geminibatch.batch.Receiver;
import dev.geminibatch.batch.Run;
import dev.geminibatch.batch.RunClaims;
import dev.geminibatch.batch.Submitter;
import dev.geminibatch.gemini.Gemini;
import dev.geminibatch.gemini.RetryPolicy;
import dev.geminibatch.gemini.ServiceClock;
import dev.geminibatch.request.RequestReader;
import dev.geminibatch.settings.Settings;
import dev.geminibatch.upload.MediaCatalog;
import dev.geminibatch.upload.Storage;
import dev.geminibatch.upload.UploadCache;
import dev.geminibatch.upload.UploadReferences;
import dev.geminibatch.upload.Uploader;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Every object of the pipeline, made once; read from top to bottom it shows what needs what. */
public final class Beans implements AutoCloseable {
  private final LedgerDatabase database;
  private final RunClaims claims;
  private final Ledger ledger;
  private final Receiver receiver;
  private final ServiceAccess service;
  private final ExecutorService uploadPool;
  private final Map<String, Object> byName;

  /**
   * Opens the ledger and makes everything.
   *
   * @param scope the runs that this process is for
   */
  public Beans(
      Settings settings, RetryPolicy retries, Clock clock, Progress progress, Predicate<Run> scope)
      throws IOException {
    SecureRandom random = new SecureRandom();
    ServiceClock serviceClock = new ServiceClock(clock);
    this.service =
        new ServiceAccess(
            settings.service(), settings.uploads().concurrency(), retries, serviceClock);
    Supplier<Gemini> gemini = service::gemini;
    Supplier<String> project = () -> settings.service().requireKey().fingerprint();
    RequestReader requests = new RequestReader();

    this.database = LedgerDatabase.open(settings.folders().state());
    this.ledger = new Ledger(database.jdbi(), clock);
    this.claims = new RunClaims(settings.folders().state());
    MediaCatalog catalog = new MediaCatalog(database.jdbi(), settings.uploads().types());
    UploadCache cache =
        new UploadCache(database.jdbi(), serviceClock, settings.uploads().minLife());
    Uploader uploader = new Uploader(gemini, catalog, cache, serviceClock, random);
    FollowUp followUp =
        new FollowUp(ledger, new UploadReferences(database.jdbi(), project), requests, settings);
    Storage storage = new Storage(gemini, settings.uploads().storageLimit(), clock);
    this.uploadPool = uploadPool(settings.uploads().concurrency());
    this.receiver = new Receiver(ledger, claims, settings, clock, random);

    Assembler assembler =
        new Assembler(ledger, catalog, requests, settings, project, serviceClock, progress);

    this.byName =
        Map.ofEntries(
            Map.entry("receiver", receiver),
            Map.entry("ledger", ledger),
            Map.entry("claims", claims),
            Map.entry("inspector", new Inspector(ledger, catalog, requests, settings, progress)),
            Map.entry(
                "uploads", new MediaUploads(ledger, catalog, uploader, storage, project, progress)),
            Map.entry("uploadCache", new UploadCacheRepository(cache)),
            Map.entry("uploadPool", uploadPool),
            Map.entry("assembler", assembler),
            Map.entry("jobAggregation", new JobAggregation(assembler)),
            Map.entry("submitter", new Submitter(ledger, gemini, settings, progress)),
            Map.entry("poller", new Poller(ledger, claims, gemini, scope, clock, progress)),
            Map.entry("collector", new Collector(ledger, gemini, followUp, settings, progress)),
            Map.entry("deliverer", new Deliverer(ledger, claims, requests, settings, clock)),
            Map.entry("failureDesk", new FailureDesk(ledger, claims, settings, clock)),
            Map.entry("maintenance", new Maintenance(gemini, ledger::cancelAsked)));
  }

  private static ExecutorService uploadPool(int threads) {
    AtomicInteger number = new AtomicInteger();
    return Executors.newFixedThreadPool(
        threads,
        task -> {
          Thread thread = new Thread(task, "upload-" + number.incrementAndGet());
          thread.setDaemon(true);
          return thread;
        });
  }

  /** The beans by the names that the routes use. */
  Map<String, Object> byName() {
    return byName;
  }

  public Ledger ledger() {
    return ledger;
  }

  public RunClaims claims() {
    return claims;
  }

  public Receiver receiver() {
    return receiver;
  }

  public Gemini gemini() {
    return service.gemini();
  }

  @Override
  public void close() throws IOException {
    uploadPool.shutdownNow();
    service.close();
    claims.close();
    database.close();
  }
}
