package dev.geminibatch.management;

import static dev.geminibatch.testkit.Samples.nativeLine;
import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.management.Finding.Level;
import dev.geminibatch.sandbox.Sandbox;
import dev.geminibatch.service.RetryPolicy;
import dev.geminibatch.settings.Places;
import dev.geminibatch.settings.PropertySources;
import dev.geminibatch.settings.Settings;
import dev.geminibatch.testkit.FakeService;
import dev.geminibatch.testkit.StageFixture;
import dev.geminibatch.wiring.ServiceFactory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What --check asks of an installation, each of it without Camel. */
class InstallationChecksTest {
  @TempDir Path home;
  private final Map<String, String> environment = new HashMap<>();
  private final List<String> mistakes = new ArrayList<>();
  private PropertySources sources;

  @Test
  void every_wrong_setting_is_a_finding_of_its_own_with_its_remedy() throws Exception {
    Settings settings = settings("poll.interval = 5", "poll.intervall = 5s", "run.priority = 0");
    environment.put("INBOX_DIRECTROY", "x");

    List<Finding> findings = make(new SettingsCheck(sources, settings, mistakes).check());

    assertThat(findings).extracting(Finding::level).containsOnly(Level.PROBLEM, Level.WARNING);
    assertThat(findings)
        .extracting(finding -> finding.found().replace(home + "/", "") + " | " + finding.remedy())
        .containsExactlyInAnyOrder(
            "l, line 1: poll.interval is \"5\" | Write a time with its unit, for example 10s or"
                + " 24h.",
            "l, line 3: run.priority is \"0\" | Write a whole number from 1 to 9.",
            "l, line 2: There is no setting poll.intervall | Did you mean poll.interval?",
            "the environment variable INBOX_DIRECTROY sets nothing | If it is meant for this"
                + " program, call it INBOX_DIRECTORY.");
  }

  @Test
  void folders_are_checked_and_not_made() throws Exception {
    Files.writeString(home.resolve("out"), "a file");
    Settings settings = settings("outbox.directory = out/below", "failed.directory = out");

    List<Finding> findings = makeAll(new FolderChecks(settings).all());

    assertThat(of("inbox.directory", findings))
        .isEqualTo(
            Finding.ok("inbox.directory", home.resolve("inbox") + " will be made at the start"));
    assertThat(of("outbox.directory", findings).found())
        .isEqualTo(
            home.resolve("out/below")
                + " is not there, and cannot be made: "
                + home.resolve("out")
                + " is not a folder");
    assertThat(of("failed.directory", findings).found()).endsWith("out is not a folder");
    assertThat(home.resolve("inbox")).doesNotExist();
    assertThat(home.resolve("state")).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource({
    "archive.directory = inbox, archive.directory",
    "outbox.directory = ./x/../inbox, outbox.directory",
    "inbox.directory = state/in, inbox.directory",
    "inbox.directory = link, outbox.directory",
    "profile.b.inbox.directory = outbox, profile.b.inbox.directory",
  })
  void folders_that_get_into_each_others_way_are_named(String line, String key) throws Exception {
    Files.createDirectories(home.resolve("outbox"));
    Files.createSymbolicLink(home.resolve("link"), home.resolve("outbox"));

    Finding finding = of("apart", makeAll(new FolderChecks(settings(line)).all()));

    assertThat(finding.level()).isEqualTo(Level.PROBLEM);
    assertThat(finding.found()).startsWith(key + " is ");
    assertThat(finding.remedy()).startsWith("Set " + key + " to a folder ");
  }

  @Test
  void a_log_file_that_cannot_be_written_is_a_problem() throws Exception {
    Files.writeString(home.resolve("plain"), "");

    assertThat(make(new LogFileCheck(home.resolve("log/new/x.log")).check()).get(0).level())
        .isEqualTo(Level.OK);
    assertThat(home.resolve("log")).doesNotExist();
    for (Path file : List.of(home, home.resolve("plain/x.log"))) {
      Finding finding = make(new LogFileCheck(file).check()).get(0);
      assertThat(finding.level()).isEqualTo(Level.PROBLEM);
      assertThat(finding.remedy()).contains("log.file");
    }
  }

  @Test
  void a_table_of_prices_that_is_missing_is_named_once() throws Exception {
    Settings settings = settings("prices.file = nope.json");

    assertThat(make(new SettingsCheck(sources, settings, mistakes).check()))
        .filteredOn(finding -> finding.found().contains("nope.json"))
        .singleElement()
        .satisfies(finding -> assertThat(finding.level()).isEqualTo(Level.PROBLEM));
  }

  @Test
  void that_the_table_that_comes_with_the_program_is_missing_is_a_warning() throws Exception {
    Settings settings = settings("prices.file = config/prices.json");

    assertThat(make(new SettingsCheck(sources, settings, mistakes).check()))
        .filteredOn(finding -> finding.found().contains("prices.json, which is not there"))
        .singleElement()
        .satisfies(finding -> assertThat(finding.level()).isEqualTo(Level.WARNING));
  }

  @Test
  void no_module_of_java_is_needed_that_the_documents_do_not_name() throws Exception {
    assertThat(Path.of("src/docs/installing.md")).content().doesNotContain("java.net.http");
    try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
      assertThat(files.filter(each -> each.toString().endsWith(".java")))
          .noneSatisfy(each -> assertThat(each).content().contains("import java.net.http."));
    }
  }

  @Test
  void failed_inputs_may_lie_beside_archived_ones() throws Exception {
    Settings settings = settings("archive.directory = failed");

    assertThat(of("apart", makeAll(new FolderChecks(settings).all())).level()).isEqualTo(Level.OK);
  }

  @Test
  void a_disk_with_less_room_than_is_kept_free_is_a_problem() throws Exception {
    long free = Files.getFileStore(home).getUsableSpace();
    long total = Files.getFileStore(home).getTotalSpace();
    if (free > total / 20) {
      assertThat(disk(0)).isEqualTo(Level.OK);
    }
    assertThat(FolderChecks.level(100, 101)).isEqualTo(Level.PROBLEM);
    assertThat(FolderChecks.level(150, 100)).isEqualTo(Level.WARNING);
    assertThat(FolderChecks.level(200, 100)).isEqualTo(Level.OK);
    assertThat(FolderChecks.level(0, 0)).isEqualTo(Level.PROBLEM);
  }

  private Level disk(long kept) throws Exception {
    Settings settings = settings("disk.keep-free = " + kept);
    return of("disk", makeAll(new FolderChecks(settings).all())).level();
  }

  @Test
  void the_service_is_asked_for_the_key_the_models_and_the_time() throws Exception {
    environment.put("GEMINI_API_KEY", "some-key");
    try (Sandbox sandbox = Sandbox.start(0, Duration.ofHours(1), Clock.systemUTC())) {
      String address = "gemini.base-url = " + sandbox.baseUrl();

      List<Finding> good = service(Clock.systemUTC(), address);
      assertThat(good).extracting(Finding::level).containsOnly(Level.OK);
      assertThat(good).extracting(Finding::check).contains("key", "service", "model", "clock");
      assertThat(of("key", good).found()).isEqualTo("from GEMINI_API_KEY");

      Finding model =
          of("model", service(Clock.systemUTC(), address, "gemini.model = gemini-2.4-flash"));
      assertThat(model.level()).isEqualTo(Level.PROBLEM);
      assertThat(model.found()).contains("no model gemini-2.4-flash");
      assertThat(model.remedy()).startsWith("Set gemini.model to gemini-2.").contains("; it has ");

      String ofProfile = "profile.b.gemini.model = gemini-9-flash";
      assertThat(of("model of b", service(Clock.systemUTC(), address, ofProfile)).remedy())
          .startsWith("Set profile.b.gemini.model to ");
    }
  }

  @Test
  void what_is_asked_for_each_key_has_a_name_of_its_own() throws Exception {
    environment.put("GEMINI_API_KEY", "some-key");
    try (Sandbox sandbox = Sandbox.start(0, Duration.ofHours(1), Clock.systemUTC())) {
      List<Finding> findings =
          service(
              Clock.systemUTC(),
              "gemini.base-url = " + sandbox.baseUrl(),
              "profile.b.gemini.api-key = other-key");

      assertThat(findings)
          .extracting(Finding::check)
          .contains("service of b", "model of b", "clock of b")
          .doesNotHaveDuplicates();
    }
  }

  @ParameterizedTest
  @CsvSource({"30,OK", "-30,OK", "90,WARNING", "-90,WARNING", "400,PROBLEM", "-200000,PROBLEM"})
  void a_clock_that_differs_from_the_services_is_named(long seconds, Level level) throws Exception {
    environment.put("GEMINI_API_KEY", "some-key");
    try (Sandbox sandbox = Sandbox.start(0, Duration.ofHours(1), Clock.systemUTC())) {
      Clock wrong = Clock.offset(Clock.systemUTC(), Duration.ofSeconds(seconds));

      Finding clock = of("clock", service(wrong, "gemini.base-url = " + sandbox.baseUrl()));

      assertThat(clock.level()).isEqualTo(level);
      if (level != Level.OK) {
        assertThat(clock.found()).contains(seconds > 0 ? "ahead of" : "behind");
        assertThat(clock.remedy()).contains("NTP");
      }
    }
  }

  @Test
  void a_refused_key_is_named_with_where_it_comes_from_and_not_shown() throws Exception {
    Files.writeString(home.resolve("key"), "wrong-secret-key");
    try (Sandbox sandbox = Sandbox.start(0, Duration.ofHours(1), Clock.systemUTC())) {
      List<Finding> findings =
          service(
              Clock.systemUTC(),
              "gemini.base-url = " + sandbox.baseUrl(),
              "gemini.api-key-file = key");

      assertThat(of("key", findings).found())
          .isEqualTo("from " + home.resolve("key") + ", which " + home + "/l, line 2 names");
      assertThat(of("service", findings).level()).isEqualTo(Level.PROBLEM);
      assertThat(of("service", findings).found()).startsWith("the key is refused");
      assertThat(of("model", findings).found()).contains("is not checked");
      assertThat(findings.toString()).doesNotContain("secret-key");
    }
  }

  @Test
  void a_service_that_is_not_there_and_a_missing_key_are_named() throws Exception {
    String address = "gemini.base-url = http://127.0.0.1:1";

    List<Finding> keyless = service(Clock.systemUTC(), address);
    assertThat(of("key", keyless).level()).isEqualTo(Level.PROBLEM);
    assertThat(of("key", keyless).remedy()).contains("GEMINI_API_KEY", "gemini.api-key-file");
    assertThat(of("service", keyless).found()).contains("is not asked without a key");

    environment.put("API_KEY", "some-key");
    List<Finding> findings =
        service(Clock.systemUTC(), address, "gemini.proxy = http://127.0.0.1:2");
    assertThat(of("service", findings).found()).contains("http://127.0.0.1:2", "gemini.proxy");
    assertThat(of("service", findings).remedy()).contains("gemini.base-url");
  }

  @Test
  void a_ledger_is_looked_into_and_not_changed() throws Exception {
    Settings settings = settings();
    assertThat(ledger(settings))
        .isEqualTo(Finding.ok("ledger", "none yet; it is made at the start"));
    assertThat(home.resolve("state")).doesNotExist();

    try (Ledger ledger = Ledger.open(settings.folders().stateFolder(), Clock.systemUTC())) {
      assertThat(ledger.queries().recent(1)).isEmpty();
      assertThat(ledger(settings).found()).contains("whole, version ");
    }
    byte[] before = Files.readAllBytes(home.resolve("state/ledger.db"));
    assertThat(ledger(settings).level()).isEqualTo(Level.OK);
    assertThat(home.resolve("state/ledger.db")).hasBinaryContent(before);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 100, 5000})
  void a_damaged_ledger_is_named_and_left(int from) throws Exception {
    Settings settings = settings();
    Ledger.open(settings.folders().stateFolder(), Clock.systemUTC()).close();
    Path file = home.resolve("state/ledger.db");
    byte[] damaged = Files.readAllBytes(file);
    for (int i = from; i < from + 3000; i++) {
      damaged[i] = (byte) (i * 31);
    }
    Files.write(file, damaged);

    Finding finding = ledger(settings);

    assertThat(finding.level()).isEqualTo(Level.PROBLEM);
    assertThat(finding.found()).contains("ledger.db", "damaged");
    assertThat(finding.remedy()).contains("backup");
    assertThat(file).hasBinaryContent(damaged);
  }

  @Test
  void what_the_service_has_refused_is_a_limit_for_a_day() throws Exception {
    try (StageFixture fixture = StageFixture.open(home, new FakeService())) {
      fixture.submit(fixture.assembled("letters.jsonl", nativeLine("a", "Hello")));
      Settings settings = fixture.workspace().settings();
      Check check = new LedgerChecks(settings, fixture.clock()).check();
      fixture
          .ledger()
          .limits()
          .refused(settings.service().project(), settings.jobs().model(), 5_000_000);
      assertThat(of("quota", make(check)).found()).endsWith(" of 5.0 million tokens enqueued");

      fixture.clock().forward(Duration.ofHours(25));

      assertThat(of("quota", make(check)).found()).endsWith("no limit known");
    }
  }

  @Test
  void a_port_in_use_is_named_with_another_way() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      Settings settings = settings("management.port = " + taken.getLocalPort());

      Finding finding = of("management", makeAll(new MachineChecks(settings).all()));

      assertThat(finding.level()).isEqualTo(Level.PROBLEM);
      assertThat(finding.found()).contains("port 127.0.0.1:" + taken.getLocalPort());
      assertThat(finding.remedy()).startsWith("Set management.port to a free port");
    }
    assertThat(
            of("management", makeAll(new MachineChecks(settings("management.port = 0")).all()))
                .level())
        .isEqualTo(Level.OK);
  }

  private Settings settings(String... lines) throws IOException {
    Path file = Files.writeString(home.resolve("l"), String.join("\n", lines));
    sources = PropertySources.read(Map.of(), environment, List.of(file));
    return Settings.of(sources, Places.both(home), home.resolve("media"), mistakes::add);
  }

  private List<Finding> service(Clock clock, String... lines) throws Exception {
    ServiceFactory once = new ServiceFactory(new RetryPolicy(1, Duration.ZERO, time -> {}));
    return makeAll(new ServiceChecks(settings(lines), once, clock).all());
  }

  private static Finding ledger(Settings settings) throws Exception {
    return of(
        "ledger",
        new Checks(List.of(new LedgerChecks(settings, Clock.systemUTC()).check()))
            .findings(any -> {}));
  }

  private static List<Finding> make(Check check) throws Exception {
    return check.body().findings();
  }

  private static List<Finding> makeAll(List<Check> checks) throws Exception {
    List<Finding> all = new ArrayList<>();
    for (Check check : checks) {
      all.addAll(make(check));
    }
    return all;
  }

  private static Finding of(String check, List<Finding> findings) {
    return findings.stream().filter(each -> each.check().equals(check)).findFirst().orElseThrow();
  }
}
