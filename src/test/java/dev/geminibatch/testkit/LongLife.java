package dev.geminibatch.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.geminibatch.sandbox.Sandbox;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A daemon that works for a long time in a short one: as a process with 256 MB, against a sandbox
 * that misbehaves in turns and whose clock runs ahead. What is finished is kept for seconds instead
 * of days, so that cleaning is a part of it. While it works, what it takes is measured.
 */
public final class LongLife {
  private static final int MOST_LINES = 5;
  private static final int WAITING = 150;
  private static final int PICTURES = 20;

  /**
   * The daemon works on meanwhile: the lowest of them comes closest to what a collection leaves.
   */
  private static final int HEAP_READINGS = 4;

  private static final Duration LONGEST = Duration.ofMinutes(60);

  /** All the time; the first rule that matches applies. */
  private static final List<String> TROUBLE =
      List.of(
          "batch-create lost-answer chance=0.02 seed=1",
          "batch-get status=503 chance=0.03 seed=3",
          "batch-list status=503 chance=0.03 seed=4",
          "download cut chance=0.03 seed=5",
          "upload-chunk status=500 chance=0.02 seed=6",
          "answer-line error=14 chance=0.02 seed=7",
          "answer-line missing chance=0.005 seed=8",
          "answer-line twice chance=0.005 seed=9",
          "all delay=300ms chance=0.01 seed=10");

  /** Now and then, before all others. */
  private static final String OUTAGE = "all status=503 for=2s";

  /** Less often: every run of the model waits for a minute. */
  private static final String NO_QUOTA = "batch-create status=429 times=1";

  private static final int FILES_BETWEEN_OUTAGES = 400;
  private static final int OUTAGES_WITHOUT_QUOTA = 4;

  private final Path folder;
  private final int runs;
  private final int between;
  private final ObjectMapper json = new ObjectMapper();
  private final BitSet answered = new BitSet();
  private final List<Sample> samples = new ArrayList<>();
  private int dropped;
  private int delivered;
  private int lines;
  private RealJar.Running daemon;

  /**
   * Starts nothing yet.
   *
   * @param runs how many files are dropped
   * @param between after how many delivered ones it is measured
   */
  public LongLife(Path folder, int runs, int between) {
    this.folder = folder;
    this.runs = runs;
    this.between = between;
  }

  /** What the daemon takes at a moment; sizes in bytes. */
  public record Sample(
      int delivered,
      long seconds,
      long heap,
      long resident,
      int threads,
      int handles,
      long state,
      long archive,
      long ledger,
      long log,
      long rows) {}

  /** Drops all files and waits until each line of them is answered or has its error, once. */
  public List<Sample> live() throws Exception {
    try (Sandbox sandbox = Sandbox.start(0, Duration.ofMillis(100), Clock.systemUTC())) {
      prepare();
      daemon = jar(sandbox).start();
      try {
        daemon.says("Ready");
        work(sandbox);
        daemon.stop();
      } finally {
        daemon.kill();
      }
    }
    assertThat(answered.cardinality()).as("each line once").isEqualTo(lines);
    assertThat(daemon.err()).content().doesNotContain("Unexpected error", "OutOfMemory");
    return samples;
  }

  private void prepare() throws IOException {
    for (int i = 0; i < PICTURES; i++) {
      Path picture = folder.resolve("media/" + i + ".png");
      Files.createDirectories(picture.getParent());
      Files.write(picture, ("\u0089PNG\r\n\u001a\n" + i).getBytes("ISO-8859-1"));
    }
    Path routes = Files.createDirectories(folder.resolve("routes"));
    try (Stream<Path> ours = Files.list(Path.of("routes"))) {
      for (Path route : (Iterable<Path>) ours.filter(Files::isRegularFile)::iterator) {
        String text =
            Files.readString(route)
                .replace("delay: 60000", "delay: 5000")
                .replace("period: 3600000", "period: 5000");
        Files.writeString(routes.resolve(route.getFileName().toString()), text);
      }
    }
  }

  private RealJar jar(Sandbox sandbox) throws IOException {
    try (ServerSocket free = new ServerSocket(0)) {
      return new RealJar(folder, sandbox.baseUrl())
          .java("-Xmx256m")
          .with("MEDIA_ROOT", folder.resolve("media").toString())
          .with("ROUTES_DIRECTORY", folder.resolve("routes").toString())
          .with("MANAGEMENT_PORT", String.valueOf(free.getLocalPort()))
          .with("HISTORY_KEEP", "15s")
          .with("JOB_PACK_WAIT", "300ms")
          .with("JOB_PACK_BELOW", "3");
    }
  }

  private void work(Sandbox sandbox) throws Exception {
    long start = System.nanoTime();
    sandbox.faults().addAll(TROUBLE);
    int hours = 0;
    int outages = 0;
    while (delivered < runs) {
      while (dropped < runs && dropped - delivered < WAITING) {
        drop(dropped++);
      }
      sweep();
      if (delivered / 100 > hours) {
        hours++;
        sandbox.clock().forward(Duration.ofHours(1));
      }
      if (dropped / FILES_BETWEEN_OUTAGES > outages) {
        outages++;
        sandbox.faults().clear();
        if (outages % OUTAGES_WITHOUT_QUOTA == 0) {
          sandbox.faults().add(NO_QUOTA);
        }
        sandbox.faults().add(OUTAGE).addAll(TROUBLE);
      }
      if (delivered / between > samples.size()) {
        samples.add(sample(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start)));
        write(folder.resolve("soak.md"));
      }
      assertThat(daemon.process().isAlive()).as(daemon.err().toString()).isTrue();
      assertThat(System.nanoTime() - start)
          .as("%d of %d delivered", delivered, runs)
          .isLessThan(LONGEST.toNanos());
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
    }
  }

  private void drop(int number) throws IOException {
    int count = 1 + number % MOST_LINES;
    StringBuilder content = new StringBuilder();
    for (int i = 0; i < count; i++) {
      String picture = number % 10 == 0 ? "[[FILE:" + number / 10 % PICTURES + ".png]] " : "";
      content.append(
          "{\"key\":\"%d\",\"request\":{\"contents\":[{\"parts\":[{\"text\":\"%s%d.%d\"}]}]}}\n"
              .formatted(lines++, picture, number, i));
    }
    Path inbox = folder.resolve("inbox");
    Path part = inbox.resolve("f" + number + ".jsonl.part");
    Files.writeString(part, content);
    Files.move(part, inbox.resolve("f" + number + ".jsonl"));
  }

  /** As whoever reads the results: they are taken away. */
  private void sweep() throws IOException {
    Path outbox = folder.resolve("outbox");
    try (Stream<Path> files = Files.list(outbox)) {
      for (Path file :
          (Iterable<Path>)
              files.filter(each -> each.toString().endsWith("-batch-results.jsonl"))::iterator) {
        take(file);
        String stem = file.getFileName().toString().replace("results.jsonl", "");
        Path errors = outbox.resolve(stem + "errors.jsonl");
        if (Files.exists(errors)) {
          take(errors);
        }
        for (String other : List.of("report.json", "report.html", "errors.jsonl.properties")) {
          Files.deleteIfExists(outbox.resolve(stem + other));
        }
        delivered++;
      }
    }
  }

  private void take(Path file) throws IOException {
    for (String line : Files.readAllLines(file)) {
      JsonNode key = json.readTree(line).path("key");
      int number = Integer.parseInt(key.asText());
      assertThat(answered.get(number)).as("line %d of %s is new", number, file).isFalse();
      answered.set(number);
    }
    Files.delete(file);
  }

  private Sample sample(long seconds) throws Exception {
    long heap = Long.MAX_VALUE;
    for (int i = 0; i < HEAP_READINGS; i++) {
      jcmd("GC.run");
      heap = Math.min(heap, number(jcmd("GC.heap_info"), "used (\\d+)K") << 10);
    }
    long pid = daemon.process().pid();
    String status = Files.readString(Path.of("/proc/" + pid + "/status"));
    int handles;
    try (Stream<Path> open = Files.list(Path.of("/proc/" + pid + "/fd"))) {
      handles = (int) open.count();
    }
    Path state = folder.resolve("state");
    long ledger = size(state.resolve("ledger.db"));
    long log = size(state.resolve("ledger.db-wal"));
    return new Sample(
        delivered,
        seconds,
        heap,
        number(status, "VmRSS:\\s+(\\d+)") << 10,
        (int) number(status, "Threads:\\s+(\\d+)"),
        handles,
        size(state) - ledger - log,
        size(folder.resolve("archive")),
        ledger,
        log,
        rows(state.resolve("ledger.db")));
  }

  private String jcmd(String command) throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                String.valueOf(daemon.process().pid()),
                command)
            .redirectErrorStream(true)
            .start();
    String out = new String(process.getInputStream().readAllBytes());
    process.waitFor();
    return out;
  }

  private static long number(String text, String pattern) {
    Matcher matcher = Pattern.compile(pattern).matcher(text);
    assertThat(matcher.find()).isTrue();
    return Long.parseLong(matcher.group(1));
  }

  private static long size(Path path) throws IOException {
    try (Stream<Path> files = Files.walk(path)) {
      return files.mapToLong(file -> file.toFile().isFile() ? file.toFile().length() : 0).sum();
    } catch (NoSuchFileException | UncheckedIOException e) {
      return Files.exists(path) ? size(path) : 0; // something was removed meanwhile
    }
  }

  private static long rows(Path ledger) throws SQLException {
    long rows = 0;
    try (Connection connection =
            DriverManager.getConnection("jdbc:sqlite:" + ledger + "?open_mode=1");
        Statement statement = connection.createStatement()) {
      for (String table :
          List.of(
              "run",
              "job",
              "media",
              "digest",
              "upload",
              "turn",
              "model_turn",
              "token_factor",
              "token_limit")) {
        try (ResultSet row = statement.executeQuery("SELECT COUNT(*) FROM " + table)) {
          rows += row.next() ? row.getLong(1) : 0;
        }
      }
    }
    return rows;
  }

  /** Writes the samples as a table. */
  public void write(Path table) throws IOException {
    StringBuilder text =
        new StringBuilder(
            "| runs delivered | minutes | heap after GC | resident | threads | open files | state |"
                + " archive | ledger | its log | ledger rows |\n|"
                + "--:|".repeat(11)
                + "\n");
    for (Sample each : samples) {
      text.append(
          String.format(
              Locale.ROOT,
              "| %,d | %.1f | %.1f MB | %d MB | %d | %d | %.1f MB | %.1f MB | %.1f MB | %.1f MB |"
                  + " %,d |%n",
              each.delivered(),
              each.seconds() / 60.0,
              each.heap() / 1e6,
              each.resident() / 1_000_000,
              each.threads(),
              each.handles(),
              each.state() / 1e6,
              each.archive() / 1e6,
              each.ledger() / 1e6,
              each.log() / 1e6,
              each.rows()));
    }
    Files.writeString(table, text);
  }
}
