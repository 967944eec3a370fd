package dev.geminibatch.testkit;

import static org.awaitility.Awaitility.await;

import dev.geminibatch.camel.Beans;
import dev.geminibatch.camel.Pipeline;
import dev.geminibatch.cost.Prices;
import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.management.Tally;
import dev.geminibatch.run.Progress;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunState;
import dev.geminibatch.sandbox.MovableClock;
import dev.geminibatch.sandbox.Sandbox;
import dev.geminibatch.service.RetryPolicy;
import dev.geminibatch.settings.PropertySources;
import dev.geminibatch.settings.Settings;
import dev.geminibatch.wiring.ServiceFactory;
import dev.geminibatch.wiring.Workspace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;

/** A sandbox, folders of its own, and the real routes between them. */
public final class Workshop implements AutoCloseable {
  /** Longer than any test: jobs end when the test says so. */
  private static final Duration LONG = Duration.ofHours(1);

  static {
    // Longer than anything takes on a machine that is busy: tests run beside others.
    Awaitility.setDefaultTimeout(Duration.ofSeconds(60));
  }

  private final Path folder;
  private final Map<String, String> values;
  private final Sandbox sandbox;
  private final MovableClock clock = new MovableClock(Clock.systemUTC());
  private final List<String> lastWords = new CopyOnWriteArrayList<>();
  private Tally tally;
  private Workspace workspace;
  private Beans beans;
  private Pipeline pipeline;

  private Workshop(Path folder, Map<String, String> values) throws IOException {
    this.folder = folder;
    this.values = values;
    this.sandbox = Sandbox.start(0, LONG, Clock.systemUTC());
  }

  /**
   * Starts sandbox and routes.
   *
   * @param settings {@code key=value}
   */
  public static Workshop open(Path folder, String... settings) throws IOException {
    return open(folder, sandbox -> {}, settings);
  }

  /** Does something before the routes start. */
  @FunctionalInterface
  public interface Preparation {
    void prepare(Sandbox sandbox) throws Exception;
  }

  /** As {@link #open(Path, String...)}, with something that was there before. */
  public static Workshop open(Path folder, Preparation preparation, String... settings)
      throws IOException {
    Map<String, String> values = new HashMap<>();
    values.put("poll.interval", "50ms");
    values.put("job.pack-wait", "0"); // each file has a job of its own, unless a test packs
    values.put("inbox.interval", "50ms");
    values.put("inbox.settle-time", "20ms");
    values.put("media.root", "media");
    values.put("routes.directory", Path.of("routes").toAbsolutePath().toString());
    values.put("prices.file", Path.of("config/prices.json").toAbsolutePath().toString());
    for (String setting : settings) {
      values.put(setting.split("=", 2)[0], setting.split("=", 2)[1]);
    }
    Workshop workshop = new Workshop(folder, values);
    Files.createDirectories(folder.resolve("inbox"));
    try {
      preparation.prepare(workshop.sandbox);
      Files.createDirectories(folder.resolve("media"));
      workshop.start();
    } catch (RuntimeException | IOException e) {
      workshop.sandbox.close();
      throw e;
    } catch (Exception e) {
      workshop.sandbox.close();
      throw new IllegalStateException(e);
    }
    return workshop;
  }

  /** Changes a setting for the next start. */
  public void set(String key, String value) {
    values.put(key, value);
  }

  /** Removes a setting for the next start. */
  public void unset(String key) {
    values.remove(key);
  }

  /** Starts the routes, for the first time or again. */
  public void start() throws IOException {
    Map<String, String> all = new HashMap<>(values);
    all.put("gemini.base-url", sandbox.baseUrl().toString());
    all.putIfAbsent("gemini.api-key", "some-key");
    Settings settings =
        Settings.of(
            PropertySources.read(Map.of(), Map.of(), List.of(written(all))), folder, folder);
    RetryPolicy withoutPauses = new RetryPolicy(6, Duration.ofMillis(2), time -> {});
    tally = new Tally(() -> Prices.read(settings.costs().prices()), clock);
    ServiceFactory services = new ServiceFactory(withoutPauses, tally.calls());
    workspace = new Workspace(settings, services, clock, lastWords::add);
    beans = new Beans(workspace, tally.watching(Progress.none()), run -> true);
    beans.receiver().recover();
    all.keySet().removeIf(key -> key.startsWith("gemini."));
    all.put("camel.main.shutdown-timeout", "2");
    // A stop would wait for threads that wait for work, at the end of each test.
    all.put("camel.component.seda.default-poll-timeout", "50");
    all.put("camel.component.quartz.interrupt-jobs-on-shutdown", "true");
    try {
      pipeline = Pipeline.start(settings, beans, all, true);
    } catch (RuntimeException e) {
      beans.close();
      workspace.close();
      throw e;
    }
  }

  /** As a user would write them: what is on the command line would be for all profiles. */
  private Path written(Map<String, String> all) throws IOException {
    java.util.Properties properties = new java.util.Properties();
    properties.putAll(all);
    Path file = folder.resolve("local.properties");
    try (Writer out = Files.newBufferedWriter(file)) {
      properties.store(out, null);
    }
    return file;
  }

  /** Stops the routes; the sandbox goes on. */
  public void stop() throws IOException {
    pipeline.close();
    beans.close();
    workspace.close();
  }

  /** It is later all at once, here and with the service. */
  public void passTime(Duration time) {
    sandbox.clock().forward(time);
    clock.forward(time);
  }

  public Sandbox sandbox() {
    return sandbox;
  }

  /** What the process would have said before it had ended with an Error. */
  public List<String> lastWords() {
    return lastWords;
  }

  public Workspace workspace() {
    return workspace;
  }

  public Ledger ledger() {
    try {
      return workspace.ledger();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What has been counted since the routes were started. */
  public Tally tally() {
    return tally;
  }

  public Beans beans() {
    return beans;
  }

  public Pipeline pipeline() {
    return pipeline;
  }

  public Outbox outbox() {
    return new Outbox(folder.resolve("outbox"));
  }

  /** The outbox of a profile. */
  public Outbox outbox(String profile) {
    return new Outbox(folder.resolve("outbox").resolve(profile));
  }

  /** Puts a file under the media root. */
  public void media(String name, byte[] content) throws IOException {
    Path file = folder.resolve("media").resolve(name);
    Files.createDirectories(file.getParent());
    Files.write(file, content);
  }

  /** Drops lines into the inbox, without a line end after the last one. */
  public void drop(String name, String... lines) throws IOException {
    Path part = folder.resolve("inbox").resolve(name + ".part");
    Files.createDirectories(part.getParent());
    Files.writeString(part, String.join("\n", lines));
    Files.move(part, folder.resolve("inbox").resolve(name));
  }

  /** Waits until this many jobs have been created. */
  public void awaitJobs(int jobs) {
    await().until(() -> sandbox.counters().jobsCreated() >= jobs && allSubmitted());
  }

  private boolean allSubmitted() {
    return runs().stream().allMatch(run -> run.state().compareTo(RunState.SUBMITTED) >= 0);
  }

  /** Lets all jobs end and time fly, and waits until this many runs are finished. */
  public List<Run> awaitRuns(int runs) {
    sandbox.setJobTime(Duration.ZERO);
    await()
        .until(
            () -> {
              passTime(Duration.ofSeconds(10));
              return runs().size() == runs
                  && runs().stream().allMatch(run -> run.state().isFinished());
            });
    sandbox.setJobTime(LONG);
    return runs();
  }

  public List<Run> runs() {
    return ledger().queries().recent(1000);
  }

  @Override
  public void close() throws IOException {
    stop();
    sandbox.close();
  }
}
