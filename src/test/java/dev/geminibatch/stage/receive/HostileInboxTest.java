package dev.geminibatch.stage.receive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.geminibatch.io.AtomicFiles;
import dev.geminibatch.io.FileState;
import dev.geminibatch.io.NotRegular;
import dev.geminibatch.io.Sha256;
import dev.geminibatch.io.UsageException;
import dev.geminibatch.run.InputArchive;
import dev.geminibatch.run.InputChanged;
import dev.geminibatch.run.InputGuard;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunFolder;
import dev.geminibatch.run.RunInput;
import dev.geminibatch.run.RunState;
import dev.geminibatch.settings.FileOverrides;
import dev.geminibatch.settings.Profiles;
import dev.geminibatch.settings.Settings;
import dev.geminibatch.testkit.LogEar;
import dev.geminibatch.testkit.StageFixture;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What somebody may drop who means harm. */
@EnabledOnOs(OS.LINUX)
class HostileInboxTest {
  private static final int TIMES = 1000;
  private static final String LINE =
      "{\"request\":{\"contents\":[{\"parts\":[{\"text\":\"a\"}]}]}}";

  @TempDir Path folder;
  private StageFixture fixture;
  private Path inbox;
  private Path secret;

  @BeforeEach
  void open() throws IOException {
    fixture = StageFixture.open(folder);
    inbox = fixture.folders().inbox();
    secret = Files.writeString(folder.resolve("secret"), "secret");
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
  }

  @Test
  void a_link_in_the_inbox_is_never_read() throws IOException {
    List<String> targets =
        List.of(
            "../secret",
            secret.toString(),
            "nowhere",
            folder.toString(),
            "/dev/zero",
            "/proc/self/environ");
    for (String target : targets) {
      Path link = Files.createSymbolicLink(inbox.resolve("x.jsonl"), Path.of(target));

      refuse(link, "x.jsonl", "it is a symbolic link; put the file itself here");

      assertThat(Files.readSymbolicLink(link)).isEqualTo(Path.of(target));
      Files.delete(link);
    }
  }

  @Test
  void a_pipe_a_folder_and_a_link_beside_an_input_keep_it_from_being_taken() throws Exception {
    Path input = Files.writeString(inbox.resolve("x.jsonl"), LINE);
    Path beside = inbox.resolve("x.jsonl.properties");

    Files.createSymbolicLink(beside, secret);
    refuse(input, "x.jsonl", "its settings x.jsonl.properties are a symbolic link");
    Files.delete(beside);
    pipe(beside);
    refuse(input, "x.jsonl", "its settings x.jsonl.properties are a named pipe");
    Files.delete(beside);
    Files.createDirectory(beside);
    refuse(input, "x.jsonl", "its settings x.jsonl.properties are a folder");
    Files.delete(beside);
    Files.writeString(beside, "#".repeat(1_000_001));
    refuse(input, "x.jsonl", "its settings x.jsonl.properties are larger than 1.0 MB");

    Files.writeString(beside, "gemini.model=gemini-x");
    assertThat(fixture.run(receive(input)).model()).isEqualTo("gemini-x");
    assertThat(beside).doesNotExist();
  }

  @Test
  void settings_without_an_end_are_refused_in_few_words() {
    StringBuilder many = new StringBuilder();
    for (int i = 0; i < 60_000; i++) {
      many.append('k').append(i).append("=1\n");
    }
    assertThat(refusal(many.toString())).contains("60000 keys", "at most 100");
    assertThat(refusal("\\u0061".repeat(100_000) + "=1")).contains("aaa...").hasSizeLessThan(300);
    assertThat(refusal("request.system-instruction=file:/etc/passwd")).contains("another file");
    assertThat(refusal("media.root=/proc/self")).contains("write a folder below");
    assertThat(refusal("media.root=a/../..")).contains("write a folder below");
  }

  @Test
  void a_media_root_that_leads_out_through_a_link_is_refused() throws IOException {
    Path out = Files.createDirectories(folder.resolveSibling(folder.getFileName() + "-out"));
    Files.createSymbolicLink(folder.resolve("out"), out);
    Files.createDirectories(folder.resolve("in"));

    assertThat(refusal("media.root=out")).contains("write a folder below");
    Files.delete(out);
    assertThat(fixture.context().settings().uploads().mediaRoot()).isEqualTo(folder);
    assertThat(settings("media.root=in").uploads().mediaRoot()).isEqualTo(folder.resolve("in"));
  }

  private Settings settings(String text) {
    return FileOverrides.of(
        "x.jsonl",
        text.getBytes(StandardCharsets.UTF_8),
        fixture.context().settings(),
        Profiles.DEFAULT);
  }

  private String refusal(String text) {
    return catchThrowableOfType(UsageException.class, () -> settings(text)).getMessage();
  }

  @Test
  void a_pipe_is_never_opened() throws Exception {
    refuse(pipe(inbox.resolve("x.jsonl")), "x.jsonl", "it is a named pipe");
    Files.delete(inbox.resolve("x.jsonl"));
    refuse(pipe(inbox.resolve("x.txt")), "x.txt", "it is a named pipe");
  }

  /** Nothing is received, nothing has moved, and it is named. */
  private void refuse(Path input, String name, String reason) {
    assertTimeoutPreemptively(
        Duration.ofSeconds(20),
        () -> {
          assertThat(new Inbox(fixture.context().settings()).notTaken())
              .singleElement()
              .satisfies(
                  each -> {
                    assertThat(each.file()).isEqualTo(name);
                    assertThat(each.reason()).startsWith(reason);
                  });
          assertThat(receive(input)).isNull();
        });
    assertThat(Files.exists(input, LinkOption.NOFOLLOW_LINKS)).isTrue();
    assertThat(fixture.ledger().queries().recent(10)).isEmpty();
  }

  @Test
  void a_name_that_is_swapped_a_thousand_times_never_brings_in_a_link() throws Exception {
    Path source = inbox.resolve("x.jsonl");
    Path aside = folder.resolve("aside");
    Intake intake =
        new Intake(fixture.context().settings().inputLimits(), fixture.context().leases());
    String any = fixture.dropped("any.jsonl");
    AtomicBoolean over = new AtomicBoolean();
    Thread swap =
        new Thread(
            () -> {
              try {
                while (!over.get()) {
                  Files.writeString(aside, "mine");
                  Files.move(aside, source, StandardCopyOption.ATOMIC_MOVE);
                  Files.createSymbolicLink(aside, secret);
                  Files.move(aside, source, StandardCopyOption.ATOMIC_MOVE);
                }
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    swap.start();
    int links = 0;
    try {
      for (int i = 0; i < TIMES; i++) {
        Run run = of("run-" + i, source, fixture.run(any));
        RunFolder own = fixture.folderOf("run-" + i);
        own.create();
        try {
          intake.take(run, own);
          assertThat(own.received(run)).isRegularFile().hasContent("mine");
          assertThat(Files.isSymbolicLink(own.received(run))).isFalse();
        } catch (NotRegular refused) {
          links++;
          Intake.giveBack(run, own);
        } catch (NoSuchFileException gone) {
          // between two of its moves there is nothing
        }
        assertThat(own.path().resolve("input.dropped")).doesNotExist();
      }
    } finally {
      over.set(true);
      swap.join();
    }
    assertThat(links).as("so the race was there").isPositive();
    assertThat(secret).hasContent("secret");
  }

  private static Run of(String id, Path source, Run like) {
    return Run.receiving(
        id,
        new RunInput("x.jsonl", source, true, 0, 0),
        like.options(),
        like.output(),
        like.created());
  }

  @Test
  void an_input_with_another_name_is_copied_and_nobody_can_rewrite_the_copy() throws IOException {
    Path file = Files.writeString(inbox.resolve("x.jsonl"), LINE);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    Path other = Files.createLink(folder.resolve("other-name"), file);
    FileTime time = Files.getLastModifiedTime(file);

    String run = receive(file);
    fixture.inspect(run);
    Files.writeString(other, "rewritten");
    Files.setLastModifiedTime(other, time);

    Path ours = fixture.folderOf(run).input();
    assertThat(file).doesNotExist();
    assertThat(ours).hasContent(LINE);
    assertThat(FileState.of(ours).links()).isEqualTo(1);
    assertThat(Files.getPosixFilePermissions(ours))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    Path archived =
        InputArchive.link(
            fixture.folders().archive(),
            fixture.run(run),
            fixture.folderOf(run),
            fixture.folders().reserve());
    assertThat(archived).hasContent(LINE);
    assertThat(FileState.of(archived).isSameFile(FileState.of(other))).isFalse();
  }

  @Test
  void lines_that_are_added_before_anything_is_paid_are_read_again() throws IOException {
    Path file = Files.writeString(inbox.resolve("x.jsonl"), LINE);
    Path other = Files.createLink(folder.resolve("other-name"), file);
    String run = receive(file);

    Files.writeString(other, "\n" + LINE, StandardOpenOption.APPEND);

    assertThatThrownBy(() -> InputGuard.check(fixture.run(run), fixture.folderOf(run)))
        .isInstanceOf(InputChanged.class);
    InputGuard.takeAgain(
        fixture.run(run), fixture.folderOf(run), fixture.context().settings().inputLimits());
    assertThat(fixture.folderOf(run).input()).hasContent(LINE + "\n" + LINE);
  }

  @Test
  void settings_that_are_swapped_after_they_were_read_are_kept_as_they_were_read()
      throws IOException {
    Path file = Files.writeString(inbox.resolve("x.jsonl"), LINE);
    Path settings = Files.writeString(inbox.resolve("x.jsonl.properties"), "results.check=off");
    Files.setPosixFilePermissions(settings, PosixFilePermissions.fromString("rw-------"));
    SettingsBeside beside = SettingsBeside.of(file).orElseThrow();
    Files.delete(settings);
    Files.createSymbolicLink(settings, folder.resolve("secret"));
    RunFolder own = fixture.folderOf("run");
    own.create();

    beside.keep(own);

    assertThat(own.overrides()).hasContent("results.check=off");
    assertThat(Files.getPosixFilePermissions(own.overrides()))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
  }

  @Test
  void an_input_of_another_user_is_copied_into_a_file_of_ours() throws IOException {
    Path file = Files.writeString(inbox.resolve("x.jsonl"), LINE);
    assumeTrue(canGiveAway(file));

    String run = receive(file);

    RunFolder own = fixture.folderOf(run);
    assertThat(FileState.of(own.input()).owner()).isEqualTo(own.state().owner());
    assertThat(own.input()).hasContent(LINE);
    assertThat(own.dropped()).exists();
  }

  private static boolean canGiveAway(Path file) {
    try {
      Files.setAttribute(file, "unix:uid", 12_345);
      return true;
    } catch (IOException | RuntimeException e) {
      return false;
    }
  }

  @Test
  void an_input_that_is_rewritten_a_thousand_times_is_noticed_although_its_time_is_set_back()
      throws IOException {
    for (int i = 0; i < TIMES; i++) {
      RunFolder own = fixture.folderOf("run-" + i);
      own.create();
      Path input = Files.writeString(own.plain(), "before");
      try (FileChannel kept = FileChannel.open(input, StandardOpenOption.WRITE)) {
        FileState taken = InputGuard.take(runOf(own, 0, 0), own);
        Run run = runOf(own, taken.size(), taken.modifiedMillis());
        InputGuard.remember(own, sha256("before"));
        InputGuard.checkBeforePaying(run, own);

        kept.write(ByteBuffer.wrap("after!".getBytes(StandardCharsets.UTF_8)), 0);
        Files.setLastModifiedTime(input, FileTime.from(taken.modified(), TimeUnit.NANOSECONDS));

        assertThatThrownBy(() -> InputGuard.checkBeforePaying(run, own))
            .isInstanceOf(InputChanged.class);
      }
    }
  }

  @Test
  void an_input_of_which_only_the_permissions_change_is_what_it_was() throws IOException {
    String run = receive(Files.writeString(inbox.resolve("x.jsonl"), LINE));
    fixture.inspect(run);
    Path input = fixture.folderOf(run).input();

    Files.setPosixFilePermissions(input, PosixFilePermissions.fromString("rw-------"));
    Files.createLink(folder.resolve("archived"), input);

    InputGuard.checkBeforePaying(fixture.run(run), fixture.folderOf(run));
  }

  private static byte[] sha256(String text) {
    return HexFormat.of().parseHex(Sha256.hex(text));
  }

  private static Run runOf(RunFolder own, long size, long modified) {
    return Run.receiving(
        "run",
        new RunInput("x.jsonl", own.plain(), true, size, modified),
        null,
        Optional.empty(),
        Instant.EPOCH);
  }

  @Test
  void what_was_being_copied_when_the_process_ended_is_copied_to_the_end() throws Exception {
    Path file = Files.writeString(inbox.resolve("x.jsonl"), LINE);
    Files.createLink(folder.resolve("other-name"), file);
    String run = receive(file);
    fixture.sql("UPDATE run SET state = 'RECEIVING'");
    Files.writeString(fixture.folderOf(run).plain(), "half");
    Files.writeString(inbox.resolve("x.jsonl"), "another file");

    fixture.receiver().recover();

    assertThat(fixture.run(run).state()).isEqualTo(RunState.RECEIVED);
    assertThat(fixture.folderOf(run).plain()).hasContent(LINE);
    assertThat(inbox.resolve("x.jsonl")).hasContent("another file");
  }

  @Test
  void a_link_that_was_moved_when_the_process_ended_comes_back() throws Exception {
    String run = receive(Files.writeString(inbox.resolve("x.jsonl"), LINE));
    fixture.sql("UPDATE run SET state = 'RECEIVING'");
    Files.delete(fixture.folderOf(run).plain());
    Files.createSymbolicLink(fixture.folderOf(run).plain(), secret);

    fixture.receiver().recover();

    assertThat(Files.readSymbolicLink(inbox.resolve("x.jsonl"))).isEqualTo(secret);
    assertThat(fixture.ledger().queries().recent(10)).isEmpty();
  }

  @Test
  void what_lies_in_the_failed_folder_is_neither_opened_nor_written_through() throws Exception {
    Path failed = Files.createDirectories(fixture.folders().failed());
    String run = receive(Files.writeString(inbox.resolve("x.jsonl"), LINE));
    pipe(failed.resolve("x.jsonl"));
    Files.createSymbolicLink(failed.resolve(".x.jsonl.part"), secret);
    Path target = failed.resolve("y");
    Files.createSymbolicLink(failed.resolve(".y.part"), secret);

    Path put =
        assertTimeoutPreemptively(
            Duration.ofSeconds(20),
            () ->
                InputArchive.link(
                    failed, fixture.run(run), fixture.folderOf(run), fixture.folders().reserve()));
    AtomicFiles.copy(put, target);

    assertThat(put.getFileName().toString()).contains(run);
    assertThat(put).hasContent(LINE);
    assertThat(target).hasContent(LINE);
    assertThat(secret).hasContent("secret");
  }

  @Test
  void ten_files_are_taken_from_among_ten_thousand_pipes_and_the_log_stays_short()
      throws Exception {
    Path pipe = pipe(inbox.resolve("pipe-0.jsonl"));
    for (int i = 1; i < 10_000; i++) {
      Files.createLink(inbox.resolve("pipe-" + i + ".jsonl"), pipe);
    }
    for (int i = 0; i < 10; i++) {
      Files.writeString(inbox.resolve("good-" + i + ".jsonl"), LINE);
    }
    InboxWatch watch = new InboxWatch(fixture.context());
    try (LogEar log = LogEar.at("receive")) {
      List<Dropped> resting = List.of();
      for (int i = 0; i < 40 && resting.isEmpty(); i++) {
        fixture.clock().forward(Duration.ofMillis(500));
        resting = watch.resting(Profiles.DEFAULT);
      }
      assertThat(resting).hasSize(10).allMatch(each -> each.toString().startsWith("good-"));
      for (int i = 0; i < 10; i++) {
        fixture.clock().forward(Duration.ofMillis(500));
        watch.resting(Profiles.DEFAULT);
      }
      assertThat(log.heard()).hasSizeLessThan(30).anyMatch(line -> line.contains("more stay"));
    }
  }

  private String receive(Path file) throws IOException {
    return fixture.receiver().receive(Profiles.DEFAULT, file);
  }

  private static Path pipe(Path path) throws Exception {
    assertThat(new ProcessBuilder("mkfifo", path.toString()).start().waitFor()).isZero();
    return path;
  }

  @ParameterizedTest
  @ValueSource(strings = {"\u0085", "\u2028", "\u2029", "\u001b"})
  void a_name_that_breaks_a_line_is_not_taken(String control) throws IOException {
    Files.writeString(inbox.resolve("x" + control + ".jsonl"), LINE);

    assertThat(new Inbox(fixture.context().settings()).notTaken())
        .singleElement()
        .satisfies(each -> assertThat(each.reason()).contains("control character"));
  }
}
