package dev.geminibatch.stage.receive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.geminibatch.run.Run;
import dev.geminibatch.testkit.LogEar;
import dev.geminibatch.testkit.Samples;
import dev.geminibatch.testkit.StageFixture;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An inbox for pictures takes regular files, wherever they are moved in, and nothing else. */
@Timeout(120)
class PictureInboxTest {
  private static final String PROFILE = "scans";

  @TempDir Path folder;
  private StageFixture fixture;
  private Path inbox;
  private Path archive;
  private Path secret;
  private PictureInbox pictures;

  @BeforeEach
  void open() throws IOException {
    assumeThat(System.getProperty("os.name")).isEqualTo("Linux");
    Files.writeString(folder.resolve("prompt.txt"), "What is on {{file}}?");
    secret = Files.writeString(folder.resolve("secret"), "secret");
    Files.writeString(
        folder.resolve(StageFixture.PROFILES),
        """
        profile.scans.pictures.prompt-file=prompt.txt
        profile.scans.pictures.quiet-period=1s
        """);
    fixture = StageFixture.open(folder);
    inbox = Files.createDirectories(folder.resolve("inbox/scans"));
    archive = folder.resolve("archive/scans");
    pictures = new PictureInbox(fixture.context(), fixture.receiver());
  }

  @AfterEach
  void close() throws IOException {
    if (fixture != null) {
      fixture.close();
    }
  }

  /** What is made of the inbox in some scans. */
  private List<Run> gather() {
    List<String> runs = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      runs.addAll(pictures.gather(PROFILE));
      fixture.clock().forward(Duration.ofMillis(500));
    }
    return runs.stream().map(fixture::run).toList();
  }

  private String lines(Run run) throws IOException {
    return Files.readString(fixture.folderOf(run.id()).received(run));
  }

  private Path picture(String name) throws IOException {
    Path file = inbox.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.write(file, Samples.png(name));
  }

  private void pipe(String name) throws Exception {
    String path = inbox.resolve(name).toString();
    assertThat(new ProcessBuilder("mkfifo", path).start().waitFor()).isZero();
  }

  @Test
  void what_is_no_file_stays_where_it_is_and_holds_up_no_picture() throws Exception {
    Files.createSymbolicLink(inbox.resolve("link.png"), secret);
    Files.createSymbolicLink(inbox.resolve("null.png"), Path.of("/dev/null"));
    Files.createSymbolicLink(inbox.resolve("away"), folder);
    pipe("pipe.png");
    picture("good.png");
    try (ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      socket.bind(UnixDomainSocketAddress.of(inbox.resolve("s.png")));

      List<Run> runs = gather();

      assertThat(runs).hasSize(1);
      assertThat(lines(runs.get(0))).hasLineCount(1).contains("[[FILE:good.png]]");
      for (String left : List.of("link.png", "null.png", "away", "pipe.png", "s.png")) {
        assertThat(Files.exists(inbox.resolve(left), LinkOption.NOFOLLOW_LINKS)).isTrue();
      }
    }
  }

  @Test
  void links_and_pipes_in_a_folder_stay_there_and_are_named_once() throws Exception {
    picture("book/1.png");
    picture("book/deep/2.png");
    Files.createSymbolicLink(inbox.resolve("book/link.png"), secret);
    Files.createSymbolicLink(inbox.resolve("book/folder"), folder);
    pipe("book/pipe.png");
    try (LogEar ear = LogEar.at("gather")) {
      List<Run> runs = gather();

      assertThat(runs).extracting(Run::stem).containsExactly("book");
      assertThat(lines(runs.get(0)))
          .hasLineCount(2)
          .contains("[[FILE:1.png]]", "[[FILE:deep/2.png]]");
      assertThat(gather()).isEmpty();
      assertThat(ear.heard())
          .filteredOn(words -> words.contains("stays in the inbox"))
          .hasSize(3)
          .anyMatch(words -> words.contains("link.png") && words.contains("a symbolic link"))
          .anyMatch(words -> words.contains("pipe.png") && words.contains("a named pipe"));
    }
    assertThat(inbox.resolve("book/link.png")).isSymbolicLink();
    assertThat(inbox.resolve("book/folder")).isSymbolicLink();
    assertThat(inbox.resolve("book/1.png")).doesNotExist();
  }

  @Test
  void a_picture_with_another_name_is_copied_so_that_nobody_writes_into_it() throws Exception {
    Path one = picture("one.png");
    Path two = picture("book/two.png");
    Files.createLink(folder.resolve("one"), one);
    Files.createLink(folder.resolve("two"), two);

    List<Run> runs = gather();

    assertThat(runs).hasSize(2);
    Files.writeString(folder.resolve("one"), "changed");
    Files.writeString(folder.resolve("two"), "changed");
    assertThat(archive.resolve("book/two.png")).hasBinaryContent(Samples.png("book/two.png"));
    try (Stream<Path> all = Files.walk(archive)) {
      assertThat(all.filter(file -> file.endsWith("one.png")))
          .singleElement()
          .satisfies(file -> assertThat(file).hasBinaryContent(Samples.png("one.png")));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'a\nb\u001b[31m', a_b_[31m",
    "'-rf', rf",
    "'--', folder",
    "'a\u202egnp', agnp",
    "'\u2028x', _x",
    "'a\u00ad\u3164\uDB40\uDC41b', ab",
    "'ספר', ספר",
    "'_x ~y', _x ~y"
  })
  void the_name_of_a_folder_is_cleaned(String name, String run) throws Exception {
    picture(name + "/1.png");

    assertThat(gather()).extracting(Run::stem).containsExactly(run);
    assertThat(archive.resolve(run).resolve("1.png")).exists();
  }

  @Test
  void a_long_name_of_a_folder_is_shortened() throws Exception {
    picture("x".repeat(250) + "/1.png");

    assertThat(gather())
        .singleElement()
        .satisfies(run -> assertThat(run.stem().length()).isBetween(50, 200));
  }

  @Test
  void a_folder_that_cannot_be_read_or_is_endlessly_deep_holds_up_nobody() throws Exception {
    Path deep = inbox.resolve("deep");
    for (int i = 0; i < 100; i++) {
      deep = deep.resolve("d");
    }
    Files.createDirectories(deep);
    Files.write(deep.resolve("1.png"), Samples.png("1"));
    Path closed = Files.createDirectories(inbox.resolve("closed"));
    closed.toFile().setReadable(false);
    picture("good.png");

    assertThat(gather()).hasSize(1);
    closed.toFile().setReadable(true);
  }

  @Test
  void a_picture_that_is_swapped_while_it_is_gathered_never_becomes_a_link() throws Exception {
    Path name = inbox.resolve("a.png");
    Path stash = Files.createDirectories(folder.resolve("stash"));
    AtomicBoolean isOver = new AtomicBoolean();
    Thread swapper =
        new Thread(
            () -> {
              while (!isOver.get()) {
                try {
                  Path next = stash.resolve("x");
                  Files.createSymbolicLink(next, secret);
                  Files.move(next, name, StandardCopyOption.REPLACE_EXISTING);
                  Files.write(next, Samples.png("a"));
                  Files.move(next, name, StandardCopyOption.ATOMIC_MOVE);
                } catch (IOException e) {
                  // taken in between
                }
              }
            });
    swapper.setDaemon(true);
    swapper.start();
    for (int i = 0; i < 1000; i++) {
      Path target = folder.resolve("taken-" + i);
      try {
        PictureFiles.move(name, target);
        assertThat(Files.isRegularFile(target, LinkOption.NOFOLLOW_LINKS)).isTrue();
      } catch (IOException e) {
        assertThat(Files.exists(target, LinkOption.NOFOLLOW_LINKS)).isFalse();
      }
    }
    isOver.set(true);
    swapper.join(10_000);
  }

  @Test
  void a_thousand_links_in_a_folder_do_not_fill_the_log() throws Exception {
    for (int i = 0; i < 1_000; i++) {
      Path link = inbox.resolve("book/" + i + ".png");
      Files.createDirectories(link.getParent());
      Files.createSymbolicLink(link, secret);
    }
    try (LogEar ear = LogEar.at("gather")) {
      gather();
      gather();

      assertThat(ear.heard()).hasSizeLessThan(30).anyMatch(line -> line.contains("980 more stay"));
    }
  }
}
