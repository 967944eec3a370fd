package dev.geminibatch.stage.receive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.geminibatch.io.FileState;
import dev.geminibatch.run.InputChanged;
import dev.geminibatch.run.InputGuard;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunFolder;
import dev.geminibatch.run.RunState;
import dev.geminibatch.testkit.FakeService;
import dev.geminibatch.testkit.Jobs;
import dev.geminibatch.testkit.Samples;
import dev.geminibatch.testkit.StageFixture;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A state folder that comes back from a backup holds other files with the same content. */
@EnabledOnOs(OS.LINUX)
class RestoredInputTest {
  private static final String LINE = Samples.nativeLine("a", "x") + "\n";

  @TempDir Path folder;
  private StageFixture fixture;

  /** How an input comes, and what its lines are read from. */
  enum Kind {
    PLAIN,
    LINKED,
    GZIP,
    UNFOLDED,
    CHANGED,
    ORDERED,
    ORDERED_GZIP
  }

  @BeforeEach
  void open() throws IOException {
    fixture = StageFixture.open(folder, new FakeService());
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
  }

  private String taken(Kind kind) throws IOException {
    return switch (kind) {
      case PLAIN, CHANGED -> fixture.dropped("x.jsonl", LINE);
      case LINKED -> {
        Files.writeString(folder.resolve("other-name"), LINE);
        Path file = fixture.folders().inbox().resolve("x.jsonl");
        Files.createLink(file, folder.resolve("other-name"));
        yield fixture.receiver().receive("default", file);
      }
      case GZIP -> fixture.dropped("x.jsonl.gz", Samples.gzip(LINE));
      case UNFOLDED -> fixture.dropped("x.jsonl", "[\n" + LINE + "]\n");
      case ORDERED ->
          fixture
              .receiver()
              .receive(fixture.order(Files.writeString(folder.resolve("x.jsonl"), LINE)));
      case ORDERED_GZIP ->
          fixture
              .receiver()
              .receive(
                  fixture.order(Files.write(folder.resolve("x.jsonl.gz"), Samples.gzip(LINE))));
    };
  }

  private String inspected(Kind kind) throws IOException {
    String run = taken(kind);
    if (kind == Kind.CHANGED) {
      Files.writeString(fixture.folderOf(run).changed(), LINE);
    }
    fixture.inspect(run);
    assertThat(fixture.run(run).state()).isEqualTo(RunState.INSPECTED);
    return run;
  }

  private Path received(String run) {
    return fixture.folderOf(run).received(fixture.run(run));
  }

  /** As {@code cp -a} makes it, under the name of the first. */
  private void restore(String run) throws IOException {
    Path input = received(run);
    FileState before = FileState.of(input);
    Path copy = input.resolveSibling("copy");
    Files.copy(input, copy, StandardCopyOption.COPY_ATTRIBUTES);
    Files.move(copy, input, StandardCopyOption.ATOMIC_MOVE);
    assertThat(FileState.of(input).inode()).isNotEqualTo(before.inode());
  }

  private void assertItContinues(String run) throws IOException {
    Run now = fixture.run(run);
    RunFolder own = fixture.folderOf(run);
    InputGuard.checkBeforePaying(now, own);
    assertThat(InputGuard.isUnchanged(now, own)).isTrue();
    assertThat(InputGuard.isIntact(now, own)).isTrue();
  }

  @ParameterizedTest
  @EnumSource
  void a_restored_input_is_what_it_was_before_anybody_has_read_it(Kind kind) throws IOException {
    String run = taken(kind);
    restore(run);
    assertItContinues(run);
  }

  @ParameterizedTest
  @EnumSource
  void a_restored_input_is_what_it_was_before_it_is_paid_for(Kind kind) throws IOException {
    String run = inspected(kind);
    restore(run);
    assertItContinues(run);
  }

  @ParameterizedTest
  @EnumSource
  void a_restored_input_is_what_it_was_when_it_is_paid_for(Kind kind) throws IOException {
    String run = inspected(kind);
    fixture.jobs().creating(fixture.withJob(run), Jobs.room(90));
    assertThat(fixture.run(run).isPaid()).isTrue();
    restore(run);
    assertItContinues(run);
  }

  @ParameterizedTest
  @EnumSource(names = {"GZIP", "UNFOLDED", "CHANGED"})
  void what_was_inspected_of_a_copy_does_not_depend_on_the_permissions_of_the_input(Kind kind)
      throws IOException {
    String run = inspected(kind);
    Files.createLink(folder.resolve("archived"), received(run));
    assertItContinues(run);
  }

  @ParameterizedTest
  @EnumSource
  void a_disk_with_another_number_holds_the_same_input(Kind kind) throws IOException {
    String run = taken(kind);
    Path stamp = received(run).resolveSibling("input.stamp");
    Files.writeString(stamp, Files.readString(stamp).replace("(", "(dev=ffff,"));
    assertItContinues(run);
  }

  @Test
  void restored_lines_that_are_others_are_not_paid_for() throws IOException {
    String run = inspected(Kind.PLAIN);
    FileTime time = Files.getLastModifiedTime(received(run));
    Files.writeString(received(run), LINE.replace("x", "y"));
    Files.setLastModifiedTime(received(run), time);
    restore(run);

    assertThatThrownBy(() -> InputGuard.check(fixture.run(run), fixture.folderOf(run)))
        .isInstanceOf(InputChanged.class);
  }

  @ParameterizedTest
  @EnumSource(names = {"PLAIN", "GZIP", "UNFOLDED"})
  void what_is_rewritten_before_it_is_inspected_is_noticed(Kind kind) throws IOException {
    String run = taken(kind);
    FileTime time = Files.getLastModifiedTime(received(run));
    try (FileChannel kept = FileChannel.open(received(run), StandardOpenOption.WRITE)) {
      kept.write(ByteBuffer.wrap("?".getBytes(StandardCharsets.UTF_8)), 0);
    }
    Files.setLastModifiedTime(received(run), time);

    assertThatThrownBy(() -> InputGuard.check(fixture.run(run), fixture.folderOf(run)))
        .isInstanceOf(InputChanged.class);
  }

  @Test
  void a_large_input_is_read_once_for_all_jobs_where_the_disk_knows_no_exact_times()
      throws IOException {
    String run = fixture.dropped("x.jsonl", LINE.repeat(20_000));
    fixture.inspect(run);
    Files.delete(received(run).resolveSibling("input.stamp"));
    InputGuard.BeforePaying guard = new InputGuard.BeforePaying();
    guard.check(fixture.run(run), fixture.folderOf(run));

    writeUnnoticed(run);

    guard.check(fixture.run(run), fixture.folderOf(run));
    assertThatThrownBy(() -> InputGuard.checkBeforePaying(fixture.run(run), fixture.folderOf(run)))
        .isInstanceOf(InputChanged.class);
  }

  @Test
  void a_large_input_that_was_changed_is_so_for_every_job() throws IOException {
    String run = fixture.dropped("x.jsonl", LINE.repeat(20_000));
    fixture.inspect(run);
    Files.delete(received(run).resolveSibling("input.stamp"));
    writeUnnoticed(run);
    InputGuard.BeforePaying guard = new InputGuard.BeforePaying();

    for (int job = 1; job <= 3; job++) {
      assertThatThrownBy(() -> guard.check(fixture.run(run), fixture.folderOf(run)))
          .isInstanceOf(InputChanged.class);
    }
  }

  /** Where the disk knows no exact times. */
  private void writeUnnoticed(String run) throws IOException {
    FileTime time = Files.getLastModifiedTime(received(run));
    try (FileChannel kept = FileChannel.open(received(run), StandardOpenOption.WRITE)) {
      kept.write(ByteBuffer.wrap("?".getBytes(StandardCharsets.UTF_8)), 0);
    }
    Files.setLastModifiedTime(received(run), time);
  }
}
