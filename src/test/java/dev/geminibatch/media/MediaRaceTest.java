package dev.geminibatch.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.geminibatch.io.RegularFile;
import dev.geminibatch.io.Sha256;
import dev.geminibatch.testkit.FakeService;
import dev.geminibatch.testkit.Samples;
import dev.geminibatch.testkit.StageFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Somebody swaps a file while it is examined and uploaded: a thousand times, nothing from outside
 * the media root is read, and nothing hangs.
 */
@Timeout(120)
class MediaRaceTest {
  private static final int TIMES = 1000;

  /** What fails at once is soon tried a thousand times; something must have been read, too. */
  private static final int MOST_TIMES = 100_000;

  @TempDir Path folder;
  private final FakeService service = new FakeService();
  private final Set<String> read = new HashSet<>();
  private Path media;
  private Path outside;
  private Path stash;
  private StageFixture fixture;
  private MediaLookup lookup;
  private Uploader uploader;

  /** How many swaps are still to come: without a pause between them nothing would be read. */
  private final Semaphore swaps = new Semaphore(0);

  /**
   * Nobody needs more time between two swaps. After that the swapper goes on by itself, and slowly:
   * whoever hangs in a pipe is let out while the name stands for that pipe.
   */
  private static final long PAUSE_MILLIS = 40;

  private volatile boolean isOver;
  private Thread swapper;

  @BeforeEach
  void open() throws IOException {
    assumeThat(System.getProperty("os.name")).isEqualTo("Linux");
    folder = folder.toRealPath();
    media = Files.createDirectories(folder.resolve("media"));
    outside = Files.createDirectories(folder.resolve("outside"));
    stash = Files.createDirectories(folder.resolve("stash"));
    Files.write(outside.resolve("a.png"), Samples.png("secret"));
    fixture = StageFixture.open(folder.resolve("home"), service);
    lookup =
        new MediaLookup(fixture.ledger().media(), new MediaRules(List.of("image/*"), false), null);
    uploader =
        new Uploader(
            fixture.workspace().connections(), lookup, fixture.references(), new Random(1));
  }

  @AfterEach
  void close() throws Exception {
    isOver = true;
    swaps.release();
    if (swapper != null) {
      swapper.join();
    }
    if (fixture != null) {
      fixture.close();
    }
  }

  @Test
  void a_file_that_is_swapped_for_a_link_out_of_the_root_never_leads_there() throws Exception {
    Files.write(stash.resolve("good"), Samples.png("good"));
    swap(media.resolve("a.png"), this::link, this::good);

    examineAndUpload("a.png");
  }

  @Test
  void a_file_that_is_swapped_for_a_pipe_holds_nobody() throws Exception {
    Files.write(stash.resolve("good"), Samples.png("good"));
    String pipe = stash.resolve("pipe").toString();
    assertThat(new ProcessBuilder("mkfifo", pipe).start().waitFor()).isZero();
    swap(media.resolve("a.png"), name -> Files.createLink(name, stash.resolve("pipe")), this::good);

    examineAndUpload("a.png");
  }

  @Test
  void a_folder_that_is_swapped_for_a_link_out_of_the_root_never_leads_there() throws Exception {
    Files.write(Files.createDirectories(media.resolve("p")).resolve("a.png"), Samples.png("good"));
    swapFolder(media.resolve("p"));

    examineAndUpload("p/a.png");
  }

  @Test
  void a_folder_above_that_is_swapped_for_a_link_never_leads_out_of_the_root() throws Exception {
    Files.createDirectories(outside.resolve("q"));
    Files.copy(outside.resolve("a.png"), outside.resolve("q/a.png"));
    Files.write(
        Files.createDirectories(media.resolve("p/q")).resolve("a.png"), Samples.png("good"));
    swapFolder(media.resolve("p"));

    examineAndUpload("p/q/a.png");
  }

  @Test
  void a_file_that_is_rewritten_is_never_sent_under_the_hash_of_another() throws Exception {
    byte[][] contents = {Samples.png("a"), Samples.png("b")};
    Path file = Files.write(media.resolve("a.png"), contents[0]);
    int[] turn = {0};
    swapper = start(() -> Files.write(file, contents[turn[0]++ % 2]), () -> {});

    examineAndUpload("a.png");
  }

  private void link(Path name) throws IOException {
    Files.createSymbolicLink(name, outside.resolve("a.png"));
  }

  private void good(Path name) throws IOException {
    Files.createLink(name, stash.resolve("good"));
  }

  /** One half of a swap to and fro. */
  private interface Half {
    void run() throws IOException;
  }

  private interface Making {
    void make(Path name) throws IOException;
  }

  private void swapFolder(Path inside) {
    swapper =
        start(
            () -> {
              Files.move(inside, stash.resolve("p"));
              Files.createSymbolicLink(inside, outside);
            },
            () -> {
              Files.delete(inside);
              Files.move(stash.resolve("p"), inside);
            });
  }

  private void swap(Path name, Making one, Making other) {
    swapper = start(() -> replace(name, one), () -> replace(name, other));
  }

  private void replace(Path name, Making by) throws IOException {
    Path next = stash.resolve("next");
    by.make(next);
    Files.move(next, name, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    Files.deleteIfExists(next); // a second name of the same file is not moved
  }

  private Thread start(Half to, Half fro) {
    Thread thread =
        new Thread(
            () -> {
              while (!isOver) {
                try {
                  boolean isWanted = swaps.tryAcquire(PAUSE_MILLIS, TimeUnit.MILLISECONDS);
                  to.run();
                  if (!isWanted) {
                    swaps.tryAcquire(PAUSE_MILLIS, TimeUnit.MILLISECONDS);
                  }
                  fro.run();
                } catch (IOException | InterruptedException e) {
                  throw new IllegalStateException(e);
                }
              }
            });
    thread.start();
    return thread;
  }

  private void examineAndUpload(String tag) throws Exception {
    MediaRoot root = new MediaRoot(media);
    String secret = Sha256.hex(Samples.png("secret"));
    for (int i = 0; i < TIMES || read.isEmpty() && i < MOST_TIMES; i++) {
      swaps.drainPermits(); // where the swapper lags behind, it would never pause
      swaps.release(i % 3);
      MediaIndex.Entry entry = lookup.look(tag, root);
      if (entry.file() != null) {
        assertThat(entry.file().sha256()).isNotEqualTo(secret);
        read(entry.file());
        swaps.release(i % 2);
        upload(entry.file());
      }
    }
    assertThat(swapper.isAlive()).as("somebody swaps").isTrue();
    assertThat(read).as("it was read").isNotEmpty().doesNotContain(secret);
  }

  private void read(MediaFile file) throws IOException {
    try (RegularFile open = RegularFile.openReal(file.path())) {
      read.add(Sha256.hex(open.stream().readAllBytes()));
    } catch (IOException e) {
      assertThat(e).as("nothing was waited for").message().doesNotContain("could not be opened");
    }
  }

  private void upload(MediaFile file) throws Exception {
    String key = UploadCache.key(fixture.workspace().connection().project(), file);
    try {
      uploader.upload(key, file, Optional.empty(), sent -> {});
    } catch (MediaProblem changed) {
      return;
    }
    for (String name : Set.copyOf(service.fileNames())) {
      Path sent = folder.resolve("sent");
      Files.deleteIfExists(sent);
      service.download(name, sent, any -> {});
      assertThat(Sha256.hex(Files.readAllBytes(sent))).isEqualTo(file.sha256());
      service.forget(name);
    }
  }
}
