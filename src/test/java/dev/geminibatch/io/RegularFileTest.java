package dev.geminibatch.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What is opened as a file, and what never is. */
@EnabledOnOs(OS.LINUX)
class RegularFileTest {
  private static final int TIMES = 1000;

  @TempDir Path folder;

  @Test
  void a_file_is_read_and_known_by_what_it_is() throws IOException {
    Path file = Files.writeString(folder.resolve("a"), "content");
    Files.createLink(folder.resolve("b"), file);

    try (RegularFile open = RegularFile.open(file)) {
      assertThat(text(open)).isEqualTo("content");
      assertThat(open.state()).isEqualTo(FileState.of(file));
      assertThat(open.state().links()).isEqualTo(2);
      assertThat(open.state().size()).isEqualTo(7);
      assertThat(open.fileChannel().isOpen()).isTrue();
    }
  }

  @Test
  void a_link_a_pipe_and_a_device_are_never_opened() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "content");
    for (String target : new String[] {"file", "nowhere", "/dev/zero", "/proc/self/environ"}) {
      Path link = folder.resolve("link");
      Files.deleteIfExists(link);
      Files.createSymbolicLink(link, file.resolveSibling(target));
      refuse(link, "a symbolic link");
    }
    refuse(pipe("pipe"), "a named pipe");
    refuse(Path.of("/dev/null"), "a device");
    refuse(folder, "a folder");
  }

  private void refuse(Path path, String what) {
    assertTimeoutPreemptively(
        Duration.ofSeconds(5),
        () ->
            assertThatThrownBy(() -> RegularFile.open(path).close())
                .isInstanceOf(NotRegular.class)
                .hasMessageContaining(path + " is " + what));
  }

  @Test
  void no_folder_on_the_way_of_a_real_path_is_a_link() throws IOException {
    Path root = Files.createDirectories(folder.resolve("root"));
    Files.writeString(Files.createDirectories(root.resolve("a/b")).resolve("x"), "inside");
    Files.writeString(Files.createDirectories(folder.resolve("out/b")).resolve("x"), "outside");
    Files.createSymbolicLink(root.resolve("link"), folder.resolve("out"));
    Files.createSymbolicLink(root.resolve("a/x"), folder.resolve("out/b/x"));

    Path real = root.toRealPath();
    try (RegularFile open = RegularFile.openReal(real.resolve("a/b/x"))) {
      assertThat(text(open)).isEqualTo("inside");
    }
    for (String wrong : new String[] {"link/b/x", "a/x", "a/b"}) {
      assertThatThrownBy(() -> RegularFile.openReal(real.resolve(wrong)).close())
          .as(wrong)
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void the_way_down_to_a_folder_in_good_hands_is_not_examined() throws IOException {
    Path root = Files.createDirectories(folder.resolve("root")).toRealPath();
    Files.writeString(Files.createDirectories(root.resolve("d")).resolve("x"), "inside");

    try (RegularFile open = RegularFile.openReal(root.resolve("d/x"), root)) {
      assertThat(text(open)).isEqualTo("inside");
    }
  }

  @Test
  void a_file_that_is_swapped_a_thousand_times_never_shows_what_it_leads_to() throws Exception {
    Path secret = Files.writeString(folder.resolve("secret"), "secret");
    Path name = Files.writeString(folder.resolve("name"), "mine");
    Path link = folder.resolve("link");
    AtomicBoolean over = new AtomicBoolean();
    Thread swap =
        swapping(
            over,
            () -> {
              Files.createSymbolicLink(link, secret);
              Files.move(link, name, StandardCopyOption.ATOMIC_MOVE);
              Files.writeString(link, "mine");
              Files.move(link, name, StandardCopyOption.ATOMIC_MOVE);
            });
    try {
      for (int i = 0; i < TIMES; i++) {
        try (RegularFile open = RegularFile.open(name)) {
          assertThat(text(open)).isEqualTo("mine");
        } catch (IOException refused) {
          assertThat(refused).hasMessageContaining("name");
        }
      }
    } finally {
      over.set(true);
      swap.join();
    }
  }

  @Test
  void a_folder_that_is_swapped_a_thousand_times_never_leads_out() throws Exception {
    Path root = Files.createDirectories(folder.resolve("root")).toRealPath();
    Files.writeString(Files.createDirectories(root.resolve("d")).resolve("x"), "mine");
    Files.writeString(Files.createDirectories(folder.resolve("out")).resolve("x"), "secret");
    AtomicBoolean over = new AtomicBoolean();
    Thread swap =
        swapping(
            over,
            () -> {
              Files.move(root.resolve("d"), root.resolve("aside"));
              Files.createSymbolicLink(root.resolve("d"), folder.resolve("out"));
              Files.delete(root.resolve("d"));
              Files.move(root.resolve("aside"), root.resolve("d"));
            });
    try {
      for (int i = 0; i < TIMES; i++) {
        try (RegularFile open = RegularFile.openReal(root.resolve("d/x"), root)) {
          assertThat(text(open)).isEqualTo("mine");
          assertThat(open.state().size()).isEqualTo(4);
        } catch (IOException refused) {
          assertThat(refused).hasMessageContaining(root.toString());
        }
      }
    } finally {
      over.set(true);
      swap.join();
    }
  }

  @Test
  void what_hangs_is_given_up_and_freed_and_only_so_many_may_hang() throws Exception {
    PatientOpener opener = new PatientOpener(Duration.ofMillis(50), 1);
    Path pipe = pipe("pipe");
    CountDownLatch closed = new CountDownLatch(1);

    assertThatThrownBy(() -> opener.open(pipe, () -> closing(pipe, closed)))
        .hasMessageContaining("could not be opened within")
        .hasMessageContaining("pipe");
    assertThat(closed.await(10, TimeUnit.SECONDS)).as("opened late, and closed").isTrue();

    CountDownLatch hangs = new CountDownLatch(1);
    assertThatThrownBy(() -> opener.open(folder, () -> awaiting(hangs)))
        .hasMessageContaining("within");
    assertThatThrownBy(() -> opener.open(folder, () -> awaiting(hangs)))
        .hasMessageContaining("1 files hang already");
    hangs.countDown();
  }

  private static Closeable awaiting(CountDownLatch latch) throws InterruptedException {
    latch.await();
    return () -> {};
  }

  private static Closeable closing(Path pipe, CountDownLatch closed) throws IOException {
    Closeable open = Files.newByteChannel(pipe);
    return () -> {
      open.close();
      closed.countDown();
    };
  }

  @Test
  void a_change_shows_although_the_time_is_set_back() throws IOException {
    Path file = Files.writeString(folder.resolve("a"), "before");
    FileTime time = FileTime.fromMillis(1_000);
    Files.setLastModifiedTime(file, time);
    for (int i = 0; i < TIMES; i++) {
      try (RegularFile open = RegularFile.open(file)) {
        assertThat(open.isUnchanged()).isTrue();
        pass(open.state().changed());
        Files.writeString(file, i % 2 == 0 ? "after!" : "before");
        Files.setLastModifiedTime(file, time);
        assertThat(open.isUnchanged()).isFalse();
      }
    }
  }

  /** The clock of a file system goes in steps of some milliseconds. */
  private void pass(long moment) throws IOException {
    Path probe = folder.resolve("probe");
    do {
      Files.deleteIfExists(probe);
      Files.createFile(probe);
    } while (FileState.of(probe).changed() <= moment);
  }

  private interface Swap {
    void once() throws IOException;
  }

  private static Thread swapping(AtomicBoolean over, Swap swap) {
    Thread thread =
        new Thread(
            () -> {
              while (!over.get()) {
                try {
                  swap.once();
                } catch (IOException e) {
                  throw new java.io.UncheckedIOException(e);
                }
              }
            });
    thread.start();
    return thread;
  }

  private static String text(RegularFile file) throws IOException {
    return new String(file.stream().readAllBytes(), StandardCharsets.UTF_8);
  }

  private Path pipe(String name) throws Exception {
    Path pipe = folder.resolve(name);
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    return pipe;
  }
}
