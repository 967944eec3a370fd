package dev.geminibatch.media;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.geminibatch.testkit.FakeService;
import dev.geminibatch.testkit.StageFixture;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever a file holds, what it is is known soon, and with little memory. */
class HostileMediaTest {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final byte[] EBML = {0x1a, 0x45, (byte) 0xdf, (byte) 0xa3};

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7, 8, 9, -1, Integer.MIN_VALUE})
  void boxes_of_any_size_end(int size) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(box(16, "ftyp", "isom\0\0\0\0".getBytes(US_ASCII)));
    for (int i = 0; i < 300_000; i++) {
      out.write(box(size, i % 2 == 0 ? "moov" : "trak", new byte[8]));
    }

    assertType(out.toByteArray(), "video/mp4");
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, Long.MIN_VALUE, Long.MAX_VALUE, 0, 15, 16})
  void boxes_of_any_large_size_end(long size) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(box(16, "ftyp", "isom\0\0\0\0".getBytes(US_ASCII)));
    for (int i = 0; i < 100_000; i++) {
      out.write(box(1, "moov", ByteBuffer.allocate(8).putLong(size).array()));
    }

    assertType(out.toByteArray(), "video/mp4");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1853806701ffffffffffffff", "1654ae6b80", "ae80", "18538067ff", "ec80"})
  void elements_of_any_size_end(String element) throws IOException {
    byte[] one = new java.math.BigInteger(element, 16).toByteArray();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(EBML);
    out.write(new byte[] {0x01, -1, -1, -1, -1, -1, -1, -1});
    for (int i = 0; i < 300_000; i++) {
      out.write(one);
    }

    assertType(out.toByteArray(), "video/x-matroska");
  }

  @Test
  void a_document_of_entities_of_entities_is_not_expanded() throws IOException {
    StringBuilder xml =
        new StringBuilder("<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY e0 \"ha\">");
    for (int i = 1; i < 60; i++) {
      xml.append("<!ENTITY e").append(i).append(" \"");
      xml.append(("&e" + (i - 1) + ";").repeat(20)).append("\">");
    }
    xml.append("]><x a=\"&e59;\">&e59;</x>");
    Path file = Files.writeString(folder.resolve("x.xml"), xml);

    assertTimeoutPreemptively(SOON, () -> assertThat(Windows.type(file).isText()).isTrue());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"<title ", "charset=", "P1 #", "<Code>", "data:a/b;base64,", "<!--", "<a "})
  void a_text_that_repeats_itself_is_read_soon(String part) throws Exception {
    Path file = Files.writeString(folder.resolve("x.jpg"), part.repeat(1_000_000 / part.length()));

    assertTimeoutPreemptively(SOON, () -> assertThat(problem(file)).isNotNull());
  }

  @Test
  void a_file_of_a_terabyte_is_refused_without_being_read() throws Exception {
    Path file = sparse("x.png", 1L << 40);

    assertTimeoutPreemptively(
        SOON, () -> assertThat(problem(file).code()).hasToString("file-too-large"));
  }

  @Test
  void two_gigabytes_of_nothing_are_refused_by_their_beginning() throws Exception {
    Path file = sparse("x.mp4", (2L << 30) - 1);

    assertTimeoutPreemptively(
        SOON, () -> assertThat(problem(file).code()).hasToString("file-mismatch"));
  }

  private Path sparse(String name, long size) throws IOException {
    Path path = folder.resolve(name);
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.setLength(size);
    }
    return path;
  }

  private MediaProblem problem(Path file) throws IOException {
    try (StageFixture fixture = StageFixture.open(folder.resolve("home"), new FakeService())) {
      MediaLookup lookup =
          new MediaLookup(
              fixture.ledger().media(), new MediaRules(List.of("image/*", "video/*"), false), null);
      return lookup.look(file.getFileName().toString(), new MediaRoot(folder)).problem();
    }
  }

  private void assertType(byte[] content, String type) throws IOException {
    Path file = Files.write(folder.resolve("x" + new Random().nextInt()), content);
    assertTimeoutPreemptively(
        SOON, () -> assertThat(Windows.type(file).name()).startsWith(type.substring(0, 6)));
  }

  private static byte[] box(int size, String name, byte[] body) {
    return ByteBuffer.allocate(8 + body.length)
        .putInt(size)
        .put(name.getBytes(US_ASCII))
        .put(body)
        .array();
  }
}
