package dev.geminibatch.cli;

import static dev.geminibatch.testkit.Samples.nativeLine;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.geminibatch.sandbox.Sandbox;
import dev.geminibatch.testkit.GoogleStore;
import dev.geminibatch.testkit.ObjectStore;
import dev.geminibatch.testkit.PostgresServer;
import dev.geminibatch.testkit.RealJar;
import dev.geminibatch.testkit.S3Store;
import dev.geminibatch.testkit.SmallProxy;
import dev.geminibatch.testkit.TlsFront;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples with object storage, in the packaged program with the components as jars. */
@Tag("process")
class ObjectStorageTest {
  private static final Path EXAMPLES = Path.of("routes/examples");
  private static final Path COMPONENTS = Path.of("target/storage-components").toAbsolutePath();
  private static final Pattern SETTING = Pattern.compile("(?m)^# {5}([\\w.-]+ = .*)$");
  private static final String SECRET = "a-secret-that-nobody-may-see-0123";

  @TempDir Path folder;
  @TempDir Path programs;
  private Sandbox sandbox;

  @BeforeEach
  void start() throws IOException {
    assumeThat(COMPONENTS).as("Maven has fetched the components").isDirectory();
    sandbox = Sandbox.start(0, Duration.ZERO, Clock.systemUTC());
  }

  @AfterEach
  void stop() {
    if (sandbox != null) {
      sandbox.close();
    }
  }

  @Test
  void s3_inbox_and_outbox() throws Exception {
    try (S3Store store = S3Store.start()) {
      RealJar jar =
          new RealJar(folder, sandbox.baseUrl())
              .with("AWS_ACCESS_KEY_ID", S3Store.ACCESS_KEY)
              .with("AWS_SECRET_ACCESS_KEY", SECRET);
      show(jar, store, "s3", "s3.region = eu-central-1", "s3.endpoint = " + store.uri());

      assertThat(store.keys()).contains("refused/inbox/notes.txt", "refused/inbox/empty.jsonl");
    }
  }

  @Test
  void google_storage_inbox_and_outbox() throws Exception {
    try (GoogleStore store = GoogleStore.start();
        TlsFront front = TlsFront.start(folder, GoogleStore.HOST, store.uri().getPort());
        SmallProxy proxy = SmallProxy.start().leading(GoogleStore.HOST + ":443", front.port())) {
      List<String> options = new ArrayList<>(List.of(front.trust()));
      options.add("-Dhttps.proxyHost=127.0.0.1");
      options.add("-Dhttps.proxyPort=" + proxy.port());
      Path account = store.credentials(folder.resolve("account.json"));
      RealJar jar =
          new RealJar(folder, sandbox.baseUrl())
              .java(options.toArray(String[]::new))
              .with("GOOGLE_APPLICATION_CREDENTIALS", account.toString());
      show(jar, store, "google-storage");

      assertThat(store.keys()).contains("inbox/notes.txt", "refused/inbox/empty.jsonl");
    }
  }

  @Test
  void two_daemons_of_one_ledger_watch_a_bucket() throws Exception {
    try (PostgresServer server = PostgresServer.start(programs);
        S3Store store = S3Store.start()) {
      server.execute("postgres", "CREATE ROLE runner LOGIN");
      server.execute("postgres", "CREATE DATABASE batches OWNER runner");
      Path password = Files.writeString(folder.resolve("password"), "opensesame4711\n");
      RealJar jar =
          new RealJar(folder, sandbox.baseUrl())
              .with("AWS_ACCESS_KEY_ID", S3Store.ACCESS_KEY)
              .with("AWS_SECRET_ACCESS_KEY", SECRET)
              .with("LEDGER_URL", server.url("batches"))
              .with("LEDGER_USER", "runner")
              .with("LEDGER_PASSWORD_FILE", password.toString());
      String[] own = {"s3.region = eu-central-1", "s3.endpoint = " + store.uri()};
      RealJar.Running one = start(jar, "s3", own);
      RealJar.Running two = start(jar, "s3", own);
      for (int number = 0; number < 20; number++) {
        store.put("inbox/" + number + ".jsonl", nativeLine("k", "prompt " + number));
      }

      await().until(() -> results(store).size() == 20);
      await().until(() -> store.keys().stream().noneMatch(key -> key.startsWith("inbox/")));
      one.stop();
      two.stop();

      assertThat(sandbox.counters().jobsCreated()).isEqualTo(20);
      assertThat(folder.resolve("archive").toFile().list()).hasSize(20);
    }
  }

  /** Two consumers, objects that come back, and a kill before any is deleted: each is one run. */
  private void show(RealJar jar, ObjectStore store, String name, String... own) throws Exception {
    store.losesDeletes(true);
    store.put("inbox/x.jsonl", nativeLine("a", "1") + "\n{no JSON\n");
    store.put("inbox/more/y.force.jsonl", nativeLine("b", "2"));
    store.put("inbox/notes.txt", "no input");
    store.put("inbox/empty.jsonl", "");
    RealJar.Running daemon = start(jar, name, own);
    await().until(() -> results(store).size() == 2 && store.lostDeletes() > 10);
    daemon.kill();

    int lost = store.lostDeletes();
    daemon = start(jar, name, own);
    await().until(() -> store.lostDeletes() > lost + 6);
    store.losesDeletes(false);
    await().until(() -> store.keys().stream().noneMatch(key -> key.matches("inbox/.*jsonl")));
    RealJar.Result end = daemon.stop();

    assertThat(sandbox.counters().jobsCreated()).isEqualTo(2);
    assertThat(folder.resolve("archive").toFile().list())
        .containsExactlyInAnyOrder("x.jsonl", "y.force.jsonl");
    assertThat(results(store)).allMatch(key -> store.text(key).contains("\"response\""));
    assertThat(store.keys().stream().filter(key -> key.matches("outbox/[^/]+/x-batch-.*")))
        .hasSize(3);
    assertThat(end.out() + end.err()).doesNotContain(SECRET);
  }

  private static List<String> results(ObjectStore store) {
    return store.keys().stream()
        .filter(key -> key.matches("outbox/[^/]+/[^/]+-batch-results.jsonl"))
        .toList();
  }

  /** As its comment says, but that it looks more often, and a second time beside itself. */
  private RealJar.Running start(RealJar jar, String name, String... own) throws IOException {
    Path mine = Files.createDirectories(folder.resolve("mine"));
    String route =
        Files.readString(EXAMPLES.resolve(name + "-inbox-and-outbox.camel.yaml"))
            .replace("delay: 5000", "delay: 50");
    Files.writeString(mine.resolve("one.camel.yaml"), route);
    Files.writeString(
        mine.resolve("two.camel.yaml"),
        route
            .substring(0, route.indexOf("- route:\n    id: " + name + "-outbox"))
            .replace("id: " + name, "id: two-" + name)
            .replace("delay: 50", "delay: 60"));
    List<String> settings = new ArrayList<>();
    Matcher setting = SETTING.matcher(route);
    while (setting.find()) {
      if (setting.group(1).startsWith("stage.")) { // all others are of this machine
        settings.add(setting.group(1));
      }
    }
    settings.add(name + ".bucket = " + ObjectStore.BUCKET);
    settings.addAll(List.of(own));
    settings.add("routes.extra = " + mine);
    settings.add("components.directory = " + COMPONENTS);
    Path config = Files.write(folder.resolve("own.properties"), settings);
    return jar.start("--config", config.toString()).says("Ready");
  }
}
