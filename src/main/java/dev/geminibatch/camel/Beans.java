package dev.geminibatch.camel;

import dev.geminibatch.cost.Prices;
import dev.geminibatch.extension.Answer;
import dev.geminibatch.extension.Csv;
import dev.geminibatch.extension.Hmac;
import dev.geminibatch.extension.Holds;
import dev.geminibatch.extension.Prompts;
import dev.geminibatch.io.UsageException;
import dev.geminibatch.ledger.CreationQueue;
import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.ledger.LedgerDatabase;
import dev.geminibatch.line.RequestDefaults;
import dev.geminibatch.line.RequestReader;
import dev.geminibatch.maintenance.Maintenance;
import dev.geminibatch.media.MediaCatalog;
import dev.geminibatch.media.RemoteMedia;
import dev.geminibatch.media.StorageQuota;
import dev.geminibatch.media.UploadCache;
import dev.geminibatch.media.UploadReferences;
import dev.geminibatch.media.Uploader;
import dev.geminibatch.report.Reports;
import dev.geminibatch.run.Progress;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunClaims;
import dev.geminibatch.service.Connections;
import dev.geminibatch.service.RetryPolicy;
import dev.geminibatch.service.gemini.GeminiService;
import dev.geminibatch.settings.Profiles;
import dev.geminibatch.settings.Settings;
import dev.geminibatch.stage.AssemblyAhead;
import dev.geminibatch.stage.Itinerary;
import dev.geminibatch.stage.LineParser;
import dev.geminibatch.stage.StageContext;
import dev.geminibatch.stage.assemble.Assembler;
import dev.geminibatch.stage.change.LineChange;
import dev.geminibatch.stage.clean.Retention;
import dev.geminibatch.stage.collect.Collector;
import dev.geminibatch.stage.collect.RetryPlanner;
import dev.geminibatch.stage.deliver.Deliverer;
import dev.geminibatch.stage.fail.FailureHandler;
import dev.geminibatch.stage.inspect.Inspector;
import dev.geminibatch.stage.poll.Poller;
import dev.geminibatch.stage.receive.PictureInbox;
import dev.geminibatch.stage.receive.PictureRequest;
import dev.geminibatch.stage.receive.Receiver;
import dev.geminibatch.stage.submit.Submitter;
import dev.geminibatch.stage.upload.MediaUploads;
import java.io.IOException;
import java.net.URLClassLoader;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.io.HttpClientConnectionManager;

/** Every object of the pipeline, made once; read from top to bottom it shows what needs what. */
public final class Beans implements AutoCloseable {
  private final LedgerDatabase database;
  private final RunClaims claims;
  private final Ledger ledger;
  private final Receiver receiver;
  private final Settings settings;
  private final Connections services;
  private final RemoteMedia remoteMedia;
  private final ExecutorService uploadPool;
  private final LineParser parser;
  private final Optional<URLClassLoader> components;
  private final Map<String, Object> byName;

  /**
   * Opens the ledger and makes everything.
   *
   * @param scope the runs that this process is for
   */
  public Beans(
      Settings settings, RetryPolicy retries, Clock clock, Progress progress, Predicate<Run> scope)
      throws IOException {
    this.settings = settings;
    SecureRandom random = new SecureRandom();
    RequestReader requests = new RequestReader(settings.lines().maxBytes());
    this.parser = new LineParser();
    for (Settings profile : settings.profiles().all()) {
      check(profile);
    }

    this.components = ExtraJars.on(settings.routes().components());
    this.database = LedgerDatabase.open(settings.folders().state());
    this.ledger = new Ledger(database, clock);
    this.claims = new RunClaims(settings.folders().state());
    this.services = new Connections(retries, clock);
    StageContext context = new StageContext(ledger, claims, settings, services, clock, progress);

    this.remoteMedia =
        new RemoteMedia(
            settings.uploads().remoteHosts(),
            settings.uploads().remoteMaxBytes(),
            settings.uploads().remoteTimeout(),
            settings.folders().state().resolve("remote"),
            clock);
    MediaCatalog catalog =
        new MediaCatalog(database.quickJdbi(), settings.uploads().types(), remoteMedia);
    UploadCache cache =
        new UploadCache(database.quickJdbi(), services.clock(), settings.uploads().minLife());
    UploadReferences references = new UploadReferences(database.quickJdbi());
    StorageQuota storage = new StorageQuota(services, settings.uploads().storageLimit(), clock);
    Uploader uploader = new Uploader(services, catalog, cache, random);
    // Some more threads than uploads: while one writes down its reference, another one uploads.
    this.uploadPool = uploadPool(settings.uploads().concurrency() * 5 / 4 + 2);

    MediaUploads uploads = new MediaUploads(context, catalog, uploader, storage);
    AssemblyAhead ahead = new AssemblyAhead(settings);
    Assembler assembler = new Assembler(context, catalog, uploads, parser, ahead);
    CreationQueue queue =
        new CreationQueue(
            database.jdbi(), clock, settings.jobs().maxOpen(), settings.jobs().pollInterval());
    Prices prices = Prices.read(settings.costs().prices());
    Reports reports = new Reports(ledger, settings, prices, clock);
    RetryPlanner followUp = new RetryPlanner(context, references, requests);
    this.receiver = new Receiver(context, random);
    this.byName = new HashMap<>();
    if (!settings.uploads().remoteHosts().isEmpty()) {
      byName.put("mediaConnections", mediaConnections(new PublicAddresses()));
    }
    byName.putAll(
        Map.ofEntries(
            Map.entry("receiver", receiver),
            Map.entry("answers", new Answer.Source()),
            Map.entry("lineChange", new LineChange(context)),
            Map.entry("prompts", new Prompts()),
            Map.entry("hmac", new Hmac()),
            Map.entry("csv", new Csv()),
            Map.entry("holds", new Holds(ledger)),
            Map.entry("pictures", new PictureInbox(context, receiver)),
            Map.entry("ledger", ledger),
            Map.entry("itinerary", new Itinerary(ledger, settings.routes().stages())),
            Map.entry("claims", claims),
            Map.entry(
                "inspector", new Inspector(context, catalog, uploader, prices, parser, ahead)),
            Map.entry("uploads", uploads),
            Map.entry("uploadCache", new UploadCacheRepository(cache)),
            Map.entry("uploadPool", uploadPool),
            Map.entry("mediaStore", new MediaStore(remoteMedia)),
            Map.entry("assembler", assembler),
            Map.entry("jobAggregation", new JobAggregation(assembler)),
            Map.entry("submitter", new Submitter(context, queue, uploads)),
            Map.entry("poller", new Poller(context, queue, scope)),
            Map.entry("collector", new Collector(context, followUp)),
            Map.entry("deliverer", new Deliverer(context, reports, catalog, requests)),
            Map.entry("retention", new Retention(context)),
            Map.entry("failureDesk", new FailureHandler(context)),
            Map.entry("maintenance", new Maintenance(this::gemini, ledger::cancelAsked))));
  }

  /**
   * Connections for routes that are only tried out: whoever stops them closes their connections.
   */
  Optional<HttpClientConnectionManager> ownConnections() {
    return byName.containsKey("mediaConnections")
        ? Optional.of(mediaConnections(new PublicAddresses()))
        : Optional.empty();
  }

  /** What would otherwise be found out with the first file. */
  private static void check(Settings profile) throws IOException {
    try {
      RequestDefaults.of(profile.requests());
      if (profile.pictures().isPresent()) {
        PictureRequest.read(profile.pictures().get());
      }
    } catch (UsageException e) {
      throw Profiles.in(profile.profile(), e);
    }
  }

  /** Connections for downloads. */
  static HttpClientConnectionManager mediaConnections(DnsResolver addresses) {
    return PoolingHttpClientConnectionManagerBuilder.create().setDnsResolver(addresses).build();
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

  /** What loads further Camel components, if there are any. */
  Optional<URLClassLoader> components() {
    return components;
  }

  public Ledger ledger() {
    return ledger;
  }

  public RunClaims claims() {
    return claims;
  }

  RemoteMedia remoteMedia() {
    return remoteMedia;
  }

  public Receiver receiver() {
    return receiver;
  }

  public GeminiService gemini() {
    return gemini(settings);
  }

  /** The service with the key of a profile. */
  public GeminiService gemini(Settings profile) {
    return services.of(profile).gemini();
  }

  /** Calls to the service end now, so that what waits for them does. */
  void stopCalls() {
    services.stop();
  }

  @Override
  public void close() throws IOException {
    uploadPool.shutdownNow();
    parser.close();
    services.close();
    claims.close();
    database.close();
    if (components.isPresent()) {
      components.get().close();
    }
  }
}
