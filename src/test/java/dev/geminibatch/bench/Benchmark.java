package dev.geminibatch.bench;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * Measures, and compares with plain programs over the same data in the same run. What it finds is
 * printed as a table and written to {@code target/benchmark}.
 *
 * <ul>
 *   <li>{@code -Dbench.rounds=N}: how often each is measured, 5 unless told otherwise; half as
 *       often what takes minutes
 *   <li>{@code -Dbench.megabytes=N}: the size of the large files, 1024 unless told otherwise
 *   <li>{@code -Dbench.files=N}: how many small files are dropped, 10,000 unless told otherwise
 *   <li>{@code -Dbench.runs=N}: how many runs are finished, and how many open, where the window is
 *       measured, 1,000,000 unless told otherwise
 *   <li>{@code -Dbench.only=start,uploads}: only these tests
 *   <li>{@code -Dbench.other-java=FOLDER}: the starts with this Java, too
 *   <li>{@code -Dbench.profile}: records each row with Flight Recorder in {@code
 *       target/benchmark/profiles}
 *   <li>{@code -Dbench.compare=FILE}: prints what has changed since the run that wrote this {@code
 *       benchmark.json}
 * </ul>
 */
@Tag("bench")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class Benchmark {
  private static Conditions conditions;
  private static Figures figures;

  @BeforeAll
  static void begin(@TempDir Path folder) throws Exception {
    conditions = Conditions.ofProperties(folder);
    figures = conditions.figures();
  }

  @AfterAll
  static void write() throws Exception {
    figures.write(Path.of("target/benchmark"), Machine.here());
    conditions.profiles().summarize();
    String earlier = System.getProperty("bench.compare");
    if (earlier != null) {
      figures.compare(Path.of(earlier));
    }
  }

  @Test
  @Order(1)
  void starts() throws Exception {
    conditions.want("start");
    new StartRows(conditions).measure();
  }

  @Test
  @Order(2)
  void a_small_file() throws Exception {
    conditions.want("small-file");
    new SmallFileRows(conditions).measure();
  }

  @Test
  @Order(3)
  void uploads() throws Exception {
    conditions.want("uploads");
    new UploadRows(conditions).measure();
  }

  @Test
  @Order(4)
  void many_files() throws Exception {
    conditions.want("drops");
    new DropRows(conditions).measure();
  }

  @Test
  @Order(5)
  void a_large_file() throws Exception {
    conditions.want("large");
    new LargeFileRows(conditions).measure();
  }

  @Test
  @Order(6)
  void a_line() throws Exception {
    conditions.want("line");
    new LineRows(figures).measure();
  }

  @Test
  @Order(7)
  void a_video_over_a_bad_connection() throws Exception {
    conditions.want("video");
    new VideoRows(conditions).measure();
  }

  @Test
  @Order(8)
  void polls_of_many_jobs() throws Exception {
    conditions.want("polls");
    new PollRows(conditions).measure();
  }

  @Test
  @Order(9)
  void turns() {
    conditions.want("turns");
    new TurnRows(figures).measure();
  }

  @Test
  @Order(10)
  void the_first_page_of_the_window() throws Exception {
    conditions.want("home");
    new HomeRows(conditions).measure();
  }

  @Test
  @Order(11)
  void two_members() throws Exception {
    conditions.want("members");
    new MemberRows(conditions).measure();
  }
}
