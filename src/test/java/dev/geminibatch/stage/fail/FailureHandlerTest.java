package dev.geminibatch.stage.fail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.geminibatch.io.DiskReserve;
import dev.geminibatch.run.InputArchive;
import dev.geminibatch.run.InputGuard;
import dev.geminibatch.run.RunFailure;
import dev.geminibatch.run.RunState;
import dev.geminibatch.settings.Profiles;
import dev.geminibatch.testkit.Jobs;
import dev.geminibatch.testkit.StageFixture;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What becomes of a run whose stage failed. */
class FailureHandlerTest {
  @TempDir Path folder;
  private StageFixture fixture;

  @BeforeEach
  void open() throws IOException {
    fixture = StageFixture.open(folder);
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
  }

  @Test
  void a_full_disk_is_named_with_what_to_do() throws IOException {
    String run = fixture.ordered("a.jsonl");

    new FailureHandler(fixture.context())
        .take(run, new IOException("No space left on device"), null);

    assertThat(fixture.run(run).reason().orElseThrow())
        .startsWith("The disk of " + folder)
        .contains("is full (", "Make room; the run resumes by itself, and nothing is lost");
  }

  @ParameterizedTest
  @MethodSource
  void a_place_that_cannot_be_written_to_is_named_with_what_to_do(
      FileSystemException problem, String why) throws IOException {
    String run = fixture.ordered("a.jsonl");

    new FailureHandler(fixture.context()).take(run, problem, null);

    assertThat(fixture.run(run).reason().orElseThrow())
        .isEqualTo(
            "/outbox/a: " + why + ". See that this place is there, and may be read and written");
  }

  static Stream<Arguments> a_place_that_cannot_be_written_to_is_named_with_what_to_do() {
    return Stream.of(
        arguments(new NoSuchFileException("/outbox/a"), "it is not there"),
        arguments(new AccessDeniedException("/outbox/a"), "permission denied"),
        arguments(
            new FileAlreadyExistsException("/outbox/a"), "there is something else of that name"),
        arguments(
            new FileSystemException("/outbox/a", null, "Operation not permitted"),
            "Operation not permitted"));
  }

  @Test
  void an_input_that_grows_before_it_is_paid_for_is_checked_again() throws IOException {
    String run = fixture.dropped("a.jsonl");
    fixture.runs().inspected(run, run, 1, 0, false);
    Path input = fixture.folderOf(run).input();
    Files.writeString(input, "more", StandardOpenOption.APPEND);

    new FailureHandler(fixture.context()).take(run, changed(run), null);

    assertThat(fixture.run(run).state()).isEqualTo(RunState.RECEIVED);
    assertThat(fixture.run(run).input().size()).isEqualTo(Files.size(input));
    assertThat(fixture.run(run).reason().orElseThrow()).contains("still being written");
    assertThat(Duration.between(fixture.clock().instant(), fixture.run(run).waiting().nextTry()))
        .isGreaterThan(Duration.ofSeconds(3));
    InputGuard.check(fixture.run(run), fixture.folderOf(run));
  }

  @Test
  void an_input_that_changes_when_it_is_paid_for_is_delivered_as_far_as_it_is_answered()
      throws IOException {
    String run = fixture.dropped("a.jsonl");
    fixture.jobs().creating(fixture.withJob(run), Jobs.room(90));
    Files.writeString(fixture.folderOf(run).input(), "other");

    new FailureHandler(fixture.context()).take(run, changed(run), null);

    assertThat(fixture.run(run).state()).isEqualTo(RunState.COLLECTED);
  }

  @Test
  void what_is_wrong_with_an_input_that_still_grows_is_no_verdict() throws IOException {
    String run = fixture.dropped("a.jsonl.gz");
    Path input = fixture.folderOf(run).received(fixture.run(run));
    Files.writeString(input, "the rest", StandardOpenOption.APPEND);

    new FailureHandler(fixture.context()).take(run, new RunFailure("It is truncated."), null);

    assertThat(fixture.run(run).state()).isEqualTo(RunState.RECEIVED);
    assertThat(fixture.folders().failed()).doesNotExist();
  }

  private String linked(String... settings) throws IOException {
    fixture.close();
    fixture = StageFixture.open(folder, settings);
    Path other = Files.writeString(folder.resolve("other-name"), "a line\n");
    Path file = Files.createLink(fixture.folders().inbox().resolve("a.jsonl"), other);
    String run = fixture.receiver().receive(Profiles.DEFAULT, file);
    fixture.runs().inspected(run, run, 1, 0, false);
    Files.writeString(other, "more\n", StandardOpenOption.APPEND);
    return run;
  }

  @Test
  void a_copied_input_that_grows_too_large_fails_with_all_of_it() throws IOException {
    String run = linked("input.max-bytes=10");

    new FailureHandler(fixture.context()).take(run, changed(run), null);

    assertThat(fixture.run(run).state()).isEqualTo(RunState.FAILED);
    assertThat(fixture.folders().failed().resolve("a.jsonl")).hasContent("a line\nmore\n");
    assertThat(fixture.folders().failed().resolve("a.jsonl.why.txt"))
        .content()
        .contains("too large", "input.max-bytes");
  }

  @Test
  void a_copied_input_that_grows_waits_for_room_and_is_as_it_was() throws IOException {
    String run = linked();
    Throwable changed = changed(run);
    fixture.close();
    fixture = StageFixture.open(folder, "disk.keep-free=1GB", "input.max-bytes=10000GB");
    try (FileChannel huge =
        FileChannel.open(folder.resolve("other-name"), StandardOpenOption.WRITE)) {
      huge.write(ByteBuffer.allocate(1), 1L << 42); // a hole
    } catch (IOException e) {
      assumeTrue(false, "this disk has no holes");
    }

    new FailureHandler(fixture.context()).take(run, changed, null);

    assertThat(fixture.run(run).state()).isEqualTo(RunState.INSPECTED);
    assertThat(fixture.run(run).reason().orElseThrow()).contains("disk.keep-free");
    assertThat(fixture.folderOf(run).input()).hasContent("a line\n");
    assertThat(fixture.folderOf(run).dropped()).exists();
  }

  private Throwable changed(String run) {
    return catchThrowable(() -> InputGuard.check(fixture.run(run), fixture.folderOf(run)));
  }

  @Test
  void the_same_failure_waits_longer_each_time() throws IOException {
    String run = fixture.ordered("a.jsonl");
    FailureHandler desk = new FailureHandler(fixture.context());

    desk.take(run, new IOException("disk full"), null);
    Duration first =
        Duration.between(fixture.clock().instant(), fixture.run(run).waiting().nextTry());
    desk.take(run, new IOException("disk full"), null);
    Duration second =
        Duration.between(fixture.clock().instant(), fixture.run(run).waiting().nextTry());

    assertThat(second).isGreaterThan(first.multipliedBy(3).dividedBy(2));
  }

  @Test
  void a_run_for_which_the_disk_has_no_room_to_spare_waits() throws IOException {
    String run = fixture.ordered("a.jsonl");
    Throwable noRoom = catchThrowable(() -> new DiskReserve(1).require(folder, Long.MAX_VALUE / 2));

    new FailureHandler(fixture.context()).take(run, noRoom, null);

    assertThat(fixture.run(run).state()).isEqualTo(RunState.RECEIVED);
    assertThat(fixture.run(run).reason().orElseThrow())
        .startsWith("The disk of " + folder)
        .contains("disk.keep-free", "nothing is lost");
  }

  @Test
  void what_can_never_work_goes_to_the_failed_folder_once() throws IOException {
    String run = fixture.dropped("a.jsonl");
    Path input = fixture.folderOf(run).input();

    // As if the process had ended between the two steps of a failure.
    InputArchive.link(
        fixture.folders().failed(),
        fixture.run(run),
        fixture.folderOf(run),
        fixture.folders().reserve());
    new FailureHandler(fixture.context())
        .take(run, new RuntimeException("wrapped", new RunFailure("No line can be sent.")), null);

    assertThat(fixture.folders().failed())
        .isDirectoryContaining("glob:**/a.jsonl")
        .isDirectoryContaining("glob:**/a.jsonl.why.txt");
    assertThat(Files.list(fixture.folders().failed())).hasSize(2);
    assertThat(fixture.run(run).state()).isEqualTo(RunState.FAILED);
    assertThat(input).doesNotExist();
  }

  @Test
  void a_failed_file_that_comes_back_needs_no_explanation() throws IOException {
    new FailureHandler(fixture.context())
        .take(fixture.dropped("a.jsonl"), new RunFailure("No line can be sent."), null);

    Files.move(
        fixture.folders().failed().resolve("a.jsonl"),
        fixture.folders().inbox().resolve("a.jsonl"));
    fixture.receiver().receive(Profiles.DEFAULT, fixture.folders().inbox().resolve("a.jsonl"));

    assertThat(fixture.folders().failed()).isEmptyDirectory();
  }
}
