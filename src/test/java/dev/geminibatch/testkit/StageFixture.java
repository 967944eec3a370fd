package dev.geminibatch.testkit;

import dev.geminibatch.cost.Prices;
import dev.geminibatch.ledger.CreationQueue;
import dev.geminibatch.ledger.JobLedger;
import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.ledger.RunLedger;
import dev.geminibatch.line.RequestReader;
import dev.geminibatch.media.MediaLookup;
import dev.geminibatch.media.StorageQuota;
import dev.geminibatch.media.UploadCache;
import dev.geminibatch.media.Uploader;
import dev.geminibatch.report.Reports;
import dev.geminibatch.run.BusyRuns;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.Progress;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunFolder;
import dev.geminibatch.run.RunState;
import dev.geminibatch.sandbox.MovableClock;
import dev.geminibatch.service.Connection;
import dev.geminibatch.service.ProjectId;
import dev.geminibatch.service.RetryPolicy;
import dev.geminibatch.settings.Profiles;
import dev.geminibatch.settings.PropertySources;
import dev.geminibatch.settings.Settings;
import dev.geminibatch.stage.AccountRefusals;
import dev.geminibatch.stage.AssemblyAhead;
import dev.geminibatch.stage.Itinerary;
import dev.geminibatch.stage.JobFileAhead;
import dev.geminibatch.stage.LineParser;
import dev.geminibatch.stage.StageContext;
import dev.geminibatch.stage.UploadsAhead;
import dev.geminibatch.stage.assemble.Assembler;
import dev.geminibatch.stage.assemble.Assembly;
import dev.geminibatch.stage.deliver.Deliverer;
import dev.geminibatch.stage.inspect.Inspection;
import dev.geminibatch.stage.inspect.Inspector;
import dev.geminibatch.stage.receive.Receiver;
import dev.geminibatch.stage.submit.Submitter;
import dev.geminibatch.wiring.ServiceFactory;
import dev.geminibatch.wiring.Workspace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;

/** What the stages work with, in a folder of its own: without Camel, and by itself no service. */
public final class StageFixture implements AutoCloseable {
  /** A project that nothing was ever sent to. */
  public static final ProjectId PROJECT = new ProjectId("project");

  /**
   * A file of settings in the folder that is read if it is there: profiles come from files only.
   */
  public static final String PROFILES = "profiles.properties";

  /** How large a file is that is uploaded while it is checked. */
  public static final long LARGE = 2 << 20;

  private final Path folder;
  private final MovableClock clock = new MovableClock(Clock.systemUTC());
  private final List<String> lastWords = new CopyOnWriteArrayList<>();
  private final Workspace workspace;
  private final StageContext context;
  private final Receiver receiver;
  private final JobFileAhead jobFileAhead;

  private StageFixture(
      Path folder, Function<RetryPolicy, Connection.Opener> service, Map<String, String> values)
      throws IOException {
    this.folder = folder;
    Map<String, String> all = new HashMap<>(values);
    all.putIfAbsent("gemini.api-key", "some-key");
    all.putIfAbsent("job.pack-wait", "0"); // each file has a job of its own, unless a test packs
    Settings settings =
        Settings.of(
            PropertySources.read(all, Map.of(), List.of(folder.resolve(PROFILES))), folder, folder);
    RetryPolicy withoutPauses = new RetryPolicy(1, Duration.ZERO, time -> {});
    this.workspace = new Workspace(settings, service.apply(withoutPauses), clock, lastWords::add);
    this.context =
        new StageContext(
            workspace.ledger(),
            workspace.leases(),
            workspace.busy(),
            settings,
            workspace.connections(),
            new AccountRefusals(workspace.ledger(), settings.profiles(), clock),
            clock,
            Progress.none());
    this.receiver = new Receiver(context, new Random(1));
    this.jobFileAhead = new JobFileAhead(context, LARGE);
    Files.createDirectories(settings.folders().inbox());
  }

  /**
   * Opens everything.
   *
   * @param settings {@code key=value}
   */
  public static StageFixture open(Path folder, String... settings) throws IOException {
    return new StageFixture(folder, ServiceFactory::new, values(settings));
  }

  /** As {@link #open}, with a service in memory. */
  public static StageFixture open(Path folder, FakeService service, String... settings)
      throws IOException {
    return new StageFixture(folder, retries -> service, values(settings));
  }

  private static Map<String, String> values(String... settings) {
    Map<String, String> values = new HashMap<>();
    for (String setting : settings) {
      values.put(setting.split("=", 2)[0], setting.split("=", 2)[1]);
    }
    return values;
  }

  public MovableClock clock() {
    return clock;
  }

  /** What the process would have said before it had ended with an Error. */
  public List<String> lastWords() {
    return lastWords;
  }

  public Workspace workspace() {
    return workspace;
  }

  public StageContext context() {
    return context;
  }

  public Settings.Folders folders() {
    return context.settings().folders();
  }

  public Ledger ledger() {
    return context.ledger();
  }

  public RunLedger runs() {
    return ledger().runs();
  }

  public JobLedger jobs() {
    return ledger().jobs();
  }

  public BusyRuns busy() {
    return context.busy();
  }

  public Receiver receiver() {
    return receiver;
  }

  /** A run as the ledger has it now. */
  public Run run(String id) {
    return ledger().queries().run(id);
  }

  /** The files of a run. */
  public RunFolder folderOf(String run) {
    return context.folder(run);
  }

  /** The queue of those who want to create a job. */
  public CreationQueue queue(int maxOpen) {
    return ledger().creationQueue(() -> maxOpen, context()::limit, Duration.ofSeconds(10));
  }

  /** A run of a file that was dropped, whose content is its name. */
  public String dropped(String name) throws IOException {
    return dropped(name, name);
  }

  /** A run of a file that was dropped. */
  public String dropped(String name, String content) throws IOException {
    return receiver.receive(
        Profiles.DEFAULT, Files.writeString(folders().inbox().resolve(name), content));
  }

  /** A run of a file that was dropped. */
  public String dropped(String name, byte[] content) throws IOException {
    return receiver.receive(
        Profiles.DEFAULT, Files.write(folders().inbox().resolve(name), content));
  }

  /** Checks the lines of a run. */
  public void inspect(String run) throws IOException {
    inspect(run, noUploadsAhead());
  }

  /** Uploads no files while lines are checked. */
  public UploadsAhead noUploadsAhead() {
    return uploadsAhead(
        task -> {
          throw new RejectedExecutionException();
        });
  }

  /** Uploads files while lines are checked. */
  public UploadsAhead uploadsAhead(Executor threads) {
    return new UploadsAhead(
        context,
        references(),
        new Uploader(workspace.connections(), lookup(), references(), new Random(1)),
        new StorageQuota(workspace.connections(), 1 << 20, clock),
        threads);
  }

  private MediaLookup lookup() {
    return new MediaLookup(ledger().media(), context.settings().uploads().rules(), null);
  }

  /** As {@link #inspect(String)}, while files are uploaded. */
  public void inspect(String run, UploadsAhead uploads) throws IOException {
    try (LineParser parser = new LineParser()) {
      Inspector inspector = inspector(parser, uploads);
      Inspection inspection = inspector.open(run);
      while (inspection.hasNext()) {
        inspector.check(inspection.next());
      }
      inspector.finish(inspection);
    }
  }

  /** What checks the lines of runs, with prices that are not known. */
  public Inspector inspector(LineParser parser, UploadsAhead uploads) {
    return new Inspector(
        context,
        lookup(),
        references(),
        () -> new Prices("", "USD", Map.of()),
        parser,
        new AssemblyAhead(workspace.state(), context::jobRules, jobFileAhead()),
        uploads);
  }

  /** A run of a file from the command line. */
  public String ordered(String name) throws IOException {
    return receiver.receive(order(Files.writeString(folder.resolve(name), name)));
  }

  /** A run whose lines, which name no files, are in jobs. */
  public String assembled(String name, String... lines) throws IOException {
    String run = dropped(name, String.join("\n", lines) + "\n");
    runs().inspected(run, run, lines.length, 0, true);
    assemble(run);
    return run;
  }

  /** Puts the lines of a run's present attempt into jobs, all of whose files are there. */
  public void assemble(String run) throws IOException {
    runs().uploaded(run, 0, 0);
    try (LineParser parser = new LineParser()) {
      AssemblyAhead none = new AssemblyAhead(context.state(), context::jobRules, jobFileAhead());
      Assembler assembler = new Assembler(context, references(), parser, none);
      Assembly assembly = assembler.open(run);
      while (assembly.hasNext()) {
        assembler.gather(assembly, assembler.prepare(assembly, assembly.next()));
      }
      assembler.finish(assembly);
    }
  }

  /** Hands the jobs of a run to the service. */
  public boolean submit(String run) throws IOException {
    return new Submitter(context, queue(90), references(), jobFileAhead()).submit(run);
  }

  /** What uploads the files of large runs, which for a test are not as large. */
  public JobFileAhead jobFileAhead() {
    return jobFileAhead;
  }

  /** What delivers runs, with prices that are not known. */
  public Deliverer deliverer() {
    Prices none = new Prices("", "USD", Map.of());
    Reports reports = new Reports(ledger(), context.state(), none, clock());
    return new Deliverer(context, reports, new RequestReader());
  }

  /** Where the settings say that runs go next. */
  public Itinerary itinerary() {
    return new Itinerary(context, context.settings().routes().stages(), workspace.work());
  }

  /** The references that the ledger knows. */
  public UploadCache references() {
    return new UploadCache(
        ledger().uploads(), context.connections().clock(), context.settings().uploads().minLife());
  }

  /** A job that the service has is over, and its answers are in this file. */
  public void ended(String run, int number, String answers) {
    jobs().ended(jobs().job(run, number), "BATCH_STATE_SUCCEEDED", answers, null);
  }

  /** What is asked for on the command line. */
  public Receiver.Order order(Path file) {
    return new Receiver.Order(file, folder.resolve("o.jsonl"), Optional.empty(), false, false);
  }

  /** Gives a run one job whose file is with the service. */
  public Job withJob(String run) {
    if (run(run).state() == RunState.RECEIVED) {
      runs().inspected(run, run, 1, 0, false);
    }
    runs().uploaded(run, 0, 0);
    Job job = Job.assembled(run(run), 1, "gemini-x", Jobs.requests(1), "x [" + run + ".1]");
    runs().assembled(run, 1, List.of(job), 0);
    jobs().uploaded(job, PROJECT, "files/x");
    return jobs().job(run, 1);
  }

  /** A run that was delivered; its fingerprint is its id. */
  public String delivered(String name) throws IOException {
    String run = dropped(name);
    withJob(run);
    runs().moveTo(run, RunState.SUBMITTED);
    runs().moveTo(run, RunState.COLLECTED);
    runs().delivered(run, 1);
    return run;
  }

  /** Changes the ledger as no code of ours would. */
  public void sql(String statement) throws SQLException {
    String url = "jdbc:sqlite:" + folders().state().resolve("ledger.db");
    try (java.sql.Connection connection = DriverManager.getConnection(url);
        Statement sql = connection.createStatement()) {
      sql.execute(statement);
    }
  }

  @Override
  public void close() throws IOException {
    workspace.close();
  }
}
