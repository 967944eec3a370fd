package dev.geminibatch.stage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.geminibatch.io.DiskReserve;
import dev.geminibatch.run.InputLimits;
import dev.geminibatch.run.RunFailure;
import dev.geminibatch.testkit.StageFixture;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What somebody may pack, and how far it is unpacked. */
class GunzipTest {
  private static final DiskReserve NONE = new DiskReserve(0);
  private static final InputLimits LIMITS = new InputLimits(1L << 40, 500, NONE);
  private static final int MB = 1 << 20;

  @TempDir Path folder;
  private Path packed;
  private Path target;

  @BeforeEach
  void name() {
    packed = folder.resolve("x.jsonl.gz");
    target = folder.resolve("x.jsonl");
  }

  @Test
  void a_file_that_was_made_to_fill_the_disk_is_stopped() throws IOException {
    pack(200, new byte[MB]);

    refuse(LIMITS, "500 times", "input.max-ratio");
  }

  @Test
  void one_prompt_in_every_line_is_no_bomb() throws IOException {
    byte[] line = new byte[MB];
    Arrays.fill(line, (byte) ' ');
    byte[] prompt =
        "Describe what is on this page, in one sentence. ".getBytes(StandardCharsets.UTF_8);
    for (int at = 0; at + 2000 < MB; at += 2000) {
      for (int i = 0; i < 2000; i++) {
        line[at + i] = (byte) (prompt[i % prompt.length] + (i < 40 ? (at / 2000 + i) % 9 : 0));
      }
    }
    pack(120, line);

    Gunzip.decompress(packed, target, LIMITS, at -> {});

    assertThat(target).hasSize(120L * MB);
  }

  @Test
  void nothing_is_unpacked_beyond_the_largest_size() throws IOException {
    pack(3, new byte[MB]);

    refuse(new InputLimits(2 * MB, 500, NONE), "2.1 MB at most", "input.max-bytes");
  }

  @Test
  void the_rest_of_the_disk_stays_free() throws IOException {
    pack(1, new byte[MB]);
    long all = Files.getFileStore(folder).getTotalSpace();
    // A twentieth at most is kept; nothing at all has room beside a whole disk.
    assertThatThrownBy(() -> new DiskReserve(1L << 60).require(folder, all))
        .isInstanceOf(DiskReserve.NoRoom.class)
        .hasMessageContaining("disk.keep-free")
        .hasMessageContaining("nothing is lost");
    new DiskReserve(0).require(folder, all);
  }

  @Test
  void a_name_in_its_header_without_an_end_does_not_fill_the_memory() throws IOException {
    byte[] header = {0x1f, (byte) 0x8b, 8, 8, 0, 0, 0, 0, 0, 0};
    byte[] letters = new byte[MB];
    Arrays.fill(letters, (byte) 'a');
    try (OutputStream out = Files.newOutputStream(packed)) {
      out.write(header);
      for (int i = 0; i < 8; i++) {
        out.write(letters);
      }
    }

    refuse(LIMITS, "header is too long");
  }

  @Test
  void many_members_are_one_file_and_what_follows_them_must_be_one_too() throws IOException {
    ByteArrayOutputStream members = new ByteArrayOutputStream();
    for (int i = 0; i < 20_000; i++) {
      members.write(member(i % 1000 == 0 ? "x\n" : ""));
    }
    Files.write(packed, members.toByteArray());
    Gunzip.decompress(packed, target, LIMITS, at -> {});
    assertThat(target).hasSize(40);

    members.write("garbage that is no member".getBytes(StandardCharsets.UTF_8));
    Files.write(packed, members.toByteArray());
    refuse(LIMITS, "damaged");

    byte[] whole = member("a line\n");
    Files.write(packed, Arrays.copyOf(whole, whole.length - 9));
    refuse(LIMITS, "damaged");
  }

  private static byte[] member(String content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(bytes)) {
      out.write(content.getBytes(StandardCharsets.UTF_8));
    }
    return bytes.toByteArray();
  }

  private void pack(int times, byte[] content) throws IOException {
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(packed))) {
      for (int i = 0; i < times; i++) {
        out.write(content);
      }
    }
  }

  private void refuse(InputLimits limits, String... words) {
    assertThatThrownBy(() -> Gunzip.decompress(packed, target, limits, at -> {}))
        .isInstanceOf(RunFailure.class)
        .hasMessageContainingAll(words);
    assertThat(target).doesNotExist();
  }

  @Test
  void a_file_with_a_hole_of_a_terabyte_fails_at_once() throws IOException {
    try (StageFixture fixture = StageFixture.open(folder.resolve("f"), "input.max-bytes=4000GB");
        StageFixture small = StageFixture.open(folder.resolve("s"))) {
      refuse(fixture, "begins with zero bytes");
      refuse(small, "too large");
    }
  }

  private static void refuse(StageFixture fixture, String why) throws IOException {
    Path file = fixture.folders().inbox().resolve("x.jsonl");
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.setLength(1L << 40);
    }
    String run = fixture.receiver().receive("default", file);
    assertThatThrownBy(() -> fixture.inspect(run))
        .isInstanceOf(RunFailure.class)
        .hasMessageContaining(why);
  }
}
