package dev.geminibatch.camel;

import dev.geminibatch.cost.Prices;
import dev.geminibatch.extension.Answer;
import dev.geminibatch.extension.Csv;
import dev.geminibatch.extension.Hmac;
import dev.geminibatch.extension.Holds;
import dev.geminibatch.extension.Prompts;
import dev.geminibatch.io.UsageException;
import dev.geminibatch.job.PackLimits;
import dev.geminibatch.ledger.CreationQueue;
import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.ledger.Strikes;
import dev.geminibatch.line.RequestReader;
import dev.geminibatch.maintenance.AnswerRescue;
import dev.geminibatch.maintenance.Maintenance;
import dev.geminibatch.media.MediaLookup;
import dev.geminibatch.media.RemoteMedia;
import dev.geminibatch.media.StorageQuota;
import dev.geminibatch.media.UploadCache;
import dev.geminibatch.media.UploadClaims;
import dev.geminibatch.media.Uploader;
import dev.geminibatch.report.Reports;
import dev.geminibatch.run.Capacity;
import dev.geminibatch.run.Progress;
import dev.geminibatch.run.Run;
import dev.geminibatch.settings.Profiles;
import dev.geminibatch.settings.Settings;
import dev.geminibatch.stage.AccountRefusals;
import dev.geminibatch.stage.AssemblyAhead;
import dev.geminibatch.stage.Itinerary;
import dev.geminibatch.stage.JobFileAhead;
import dev.geminibatch.stage.LineParser;
import dev.geminibatch.stage.StageContext;
import dev.geminibatch.stage.UploadsAhead;
import dev.geminibatch.stage.assemble.Assembler;
import dev.geminibatch.stage.change.LineChange;
import dev.geminibatch.stage.clean.Retention;
import dev.geminibatch.stage.collect.Collector;
import dev.geminibatch.stage.collect.RetryPlanner;
import dev.geminibatch.stage.deliver.Deliverer;
import dev.geminibatch.stage.fail.FailureHandler;
import dev.geminibatch.stage.inspect.Inspector;
import dev.geminibatch.stage.pack.Packer;
import dev.geminibatch.stage.poll.PollTimes;
import dev.geminibatch.stage.poll.Poller;
import dev.geminibatch.stage.receive.InboxWatch;
import dev.geminibatch.stage.receive.IncomingFiles;
import dev.geminibatch.stage.receive.Inputs;
import dev.geminibatch.stage.receive.PictureInbox;
import dev.geminibatch.stage.receive.PictureRequest;
import dev.geminibatch.stage.receive.Receiver;
import dev.geminibatch.stage.submit.Submitter;
import dev.geminibatch.stage.upload.MediaUploads;
import dev.geminibatch.stage.upload.UploadHelp;
import dev.geminibatch.wiring.Workspace;
import java.io.IOException;
import java.net.URLClassLoader;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.io.HttpClientConnectionManager;
import org.apache.hc.core5.http.config.Http1Config;

/** Every object of the pipeline, made once; read from top to bottom it shows what needs what. */
public final class Beans implements AutoCloseable {
  private final Workspace workspace;
  private final Strikes strikes;
  private final AccountRefusals accounts;
  private final StageContext context;
  private final Receiver receiver;
  private final RemoteMedia remoteMedia;
  private final MediaProxies mediaProxies;
  private final ThreadPoolExecutor uploadPool;
  private final LineParser parser;
  private final PollTimes pollTimes;
  private final Optional<SharedWork> shared;
  private final Optional<URLClassLoader> components;
  private final Map<String, Object> byName = new HashMap<>();

  /**
   * Makes everything.
   *
   * @param workspace to be closed after this
   * @param scope the runs that this process is for
   */
  public Beans(Workspace workspace, Progress progress, Predicate<Run> scope) throws IOException {
    this.workspace = workspace;
    Settings settings = workspace.settings();
    for (Settings profile : settings.profiles().all()) {
      check(profile);
    }
    this.components = ExtraJars.on(settings.routes().components());
    this.parser = new LineParser();
    workspace.learn();
    Ledger ledger = workspace.ledger();
    // More threads than uploads: while one writes down its reference, another one uploads.
    int uploads = settings.uploads().concurrency();
    this.uploadPool =
        uploadPool(ledger.uploadClaims().isPresent() ? 2 * uploads : uploads * 5 / 4 + 2);
    this.strikes = ledger.strikes(Capacity.present());
    this.pollTimes = new PollTimes(settings.jobs().pollInterval(), System::nanoTime);
    Progress watched = pollTimes.watching(workspace.work().watching(progress));
    this.accounts = new AccountRefusals(ledger, settings.profiles(), workspace.clock());
    this.context =
        new StageContext(
            ledger,
            workspace.leases(),
            workspace.busy(),
            settings,
            workspace.connections(),
            accounts,
            workspace.clock(),
            watched);
    this.remoteMedia = remoteMedia(context);
    this.mediaProxies =
        new MediaProxies(settings.service().proxies(), settings.uploads().remoteTimeout());
    SecureRandom random = new SecureRandom();
    this.receiver = new Receiver(context, random);

    MediaLookup media = new MediaLookup(ledger.media(), settings.uploads().rules(), remoteMedia);
    UploadCache cache =
        new UploadCache(
            ledger.uploads(),
            workspace.connections().clock(),
            settings.uploads().minLife(),
            ledger.uploadClaims().map(UploadClaims.class::cast));
    StorageQuota storage =
        new StorageQuota(
            workspace.connections(), settings.uploads().storageLimit(), workspace.clock());
    Uploader uploader = new Uploader(workspace.connections(), media, cache, random);
    Supplier<Prices> prices = () -> settings.profiles().prices(context.settings().costs().prices());
    prices.get(); // or says what is wrong with them
    JobFileAhead jobFileAhead = new JobFileAhead(context, JobFileAhead.LEAST_BYTES);
    AssemblyAhead ahead = new AssemblyAhead(workspace.state(), context::jobRules, jobFileAhead);
    Assembler assembler = new Assembler(context, cache, parser, ahead);
    CreationQueue queue =
        ledger.creationQueue(
            () -> context.settings().jobs().maxOpen(),
            context::limit,
            settings.jobs().pollInterval());
    RequestReader requests = new RequestReader(settings.lines().maxBytes());
    Reports reports = new Reports(ledger, workspace.state(), prices, workspace.clock());

    byName.put("receiver", receiver);
    byName.put("inbox", new InboxWatch(context));
    byName.put("pictures", new PictureInbox(context, receiver));
    byName.put("itinerary", new Itinerary(context, settings.routes().stages(), workspace.work()));
    byName.put("claims", workspace.busy());
    byName.put("lineChange", new LineChange(context));
    UploadsAhead uploadsAhead = new UploadsAhead(context, cache, uploader, storage, uploadPool);
    byName.put(
        "inspector", new Inspector(context, media, cache, prices, parser, ahead, uploadsAhead));
    this.shared =
        ledger
            .uploadClaims()
            .map(each -> new UploadHelp(context, each, cache, uploader, storage, uploadPool))
            .map(each -> new SharedWork(each, receiver, workspace.leases()));
    byName.put("uploads", new MediaUploads(context, cache, uploader, storage, uploadsAhead));
    byName.put("uploadCache", new UploadCacheRepository(cache));
    byName.put("uploadPool", uploadPool);
    byName.put("mediaStore", new MediaStore(remoteMedia));
    byName.put("assembler", assembler);
    byName.put("jobAggregation", new JobAggregation(assembler));
    byName.put("submitter", new Submitter(context, queue, cache, jobFileAhead));
    byName.put("packer", new Packer(context, queue, cache, scope));
    byName.put(
        "packGathering",
        new PackGathering(
            settings.jobs().packing().longestWait(), PackLimits.MOST_MEMBERS, workspace.clock()));
    byName.put("poller", new Poller(context, queue, scope));
    byName.put("collector", new Collector(context, new RetryPlanner(context, requests)));
    byName.put("deliverer", new Deliverer(context, reports, requests));
    byName.put("failureDesk", new FailureHandler(context));
    byName.put("retention", new Retention(context));
    AnswerRescue rescue = AnswerRescue.forRoutes(workspace);
    byName.put(
        "maintenance",
        new Maintenance(
            () -> workspace.connection().batches(), ledger.jobs()::cancelAsked, rescue::rescue));
    if (!settings.uploads().remoteHosts().isEmpty()) {
      byName.put("mediaProxies", mediaProxies);
      byName.put("mediaConnections", mediaConnections(new PublicDns(mediaProxies::isProxy)));
    }

    // For the routes of users.
    byName.put("answers", new Answer.Source());
    byName.put("prompts", new Prompts());
    byName.put("hmac", new Hmac());
    byName.put("csv", new Csv());
    byName.put("holds", new Holds(ledger));
    // The next tick begins the work on what they bring.
    byName.put("inputs", new Inputs(incomingFiles(context.busy()::end), ledger.queries()));
  }

  /** What would otherwise be found out with the first file. */
  private static void check(Settings profile) throws IOException {
    try {
      if (profile.pictures().isPresent()) {
        PictureRequest.read(profile.pictures().get());
      }
    } catch (UsageException e) {
      throw Profiles.in(profile.profile(), e);
    }
  }

  private static RemoteMedia remoteMedia(StageContext context) {
    Settings.Uploads uploads = context.settings().uploads();
    return new RemoteMedia(
        uploads.remoteHosts(),
        uploads.remoteMaxBytes(),
        uploads.remoteTimeout(),
        context.state().remoteMedia(),
        context.clock());
  }

  /** Connections for downloads; hosts that send headers without end are let go. */
  static HttpClientConnectionManager mediaConnections(DnsResolver addresses) {
    Http1Config limits =
        Http1Config.custom().setMaxHeaderCount(200).setMaxLineLength(64 << 10).build();
    return PoolingHttpClientConnectionManagerBuilder.create()
        .setDnsResolver(addresses)
        .setConnectionFactory(
            ManagedHttpClientConnectionFactory.builder().http1Config(limits).build())
        .build();
  }

  /**
   * Connections for routes that are only tried out: whoever stops them closes their connections.
   */
  Optional<HttpClientConnectionManager> ownConnections() {
    return byName.containsKey("mediaConnections")
        ? Optional.of(mediaConnections(new PublicDns()))
        : Optional.empty();
  }

  private static ThreadPoolExecutor uploadPool(int threads) {
    AtomicInteger number = new AtomicInteger();
    return new ThreadPoolExecutor(
        threads,
        threads,
        0,
        TimeUnit.SECONDS,
        new LinkedBlockingQueue<>(),
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

  /** The ledger. */
  Ledger ledger() {
    return context.ledger();
  }

  /** What the beans work with. */
  public Workspace workspace() {
    return workspace;
  }

  /** The runs whose work ends or blocks processes. */
  public Strikes strikes() {
    return strikes;
  }

  RemoteMedia remoteMedia() {
    return remoteMedia;
  }

  /** The accounts that the service refuses. */
  public AccountRefusals accounts() {
    return accounts;
  }

  MediaProxies mediaProxies() {
    return mediaProxies;
  }

  /** When a process that works on one file polls. */
  PollTimes pollTimes() {
    return pollTimes;
  }

  /** Takes inputs. */
  public Receiver receiver() {
    return receiver;
  }

  /** Takes inputs that come over the network. */
  public IncomingFiles incomingFiles(Consumer<String> advance) {
    return new IncomingFiles(context, receiver, advance);
  }

  /** From now on this process does what it can for other members that share its ledger. */
  public void helpOthers() {
    shared.ifPresent(SharedWork::start);
  }

  @Override
  public void close() throws IOException {
    shared.ifPresent(SharedWork::close);
    uploadPool.shutdownNow();
    parser.close();
    if (components.isPresent()) {
      components.get().close();
    }
  }
}
