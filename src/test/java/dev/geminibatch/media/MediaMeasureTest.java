package dev.geminibatch.media;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.geminibatch.line.MediaExtent;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.zip.DeflaterOutputStream;
import javax.imageio.ImageIO;
import javax.sound.sampled.AudioFileFormat;
import javax.sound.sampled.AudioFormat;
import javax.sound.sampled.AudioInputStream;
import javax.sound.sampled.AudioSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What files say of their size, pages and length. */
class MediaMeasureTest {
  @TempDir Path folder;

  private MediaExtent measure(String type, byte[] content) throws IOException {
    Path file = Files.write(folder.resolve("file"), content);
    try (FileChannel channel = FileChannel.open(file)) {
      return MediaMeasure.of(new FileWindow(channel), type);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"png", "jpg", "gif"})
  void a_picture_says_its_size(String format) throws IOException {
    ByteArrayOutputStream picture = new ByteArrayOutputStream();
    ImageIO.write(new BufferedImage(640, 481, BufferedImage.TYPE_INT_RGB), format, picture);
    assertThat(measure("image/" + format, picture.toByteArray()))
        .isEqualTo(MediaExtent.pixels(640, 481));
  }

  @Test
  void of_the_parts_of_a_heic_the_largest_is_the_picture() throws IOException {
    ByteBuffer heic = ByteBuffer.allocate(100);
    heic.putInt(20).put("ftypheic".getBytes(ISO_8859_1)).position(30);
    heic.put("ispe".getBytes(ISO_8859_1)).putInt(0).putInt(512).putInt(512);
    heic.put("ispe".getBytes(ISO_8859_1)).putInt(0).putInt(4032).putInt(3024);
    heic.put("ispe".getBytes(ISO_8859_1)).putInt(0).putInt(160).putInt(120);
    assertThat(measure("image/heic", heic.array())).isEqualTo(MediaExtent.pixels(4032, 3024));
  }

  private static byte[] objectStream(String objects) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (DeflaterOutputStream out = new DeflaterOutputStream(packed)) {
      out.write(objects.getBytes(ISO_8859_1));
    }
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    stream.writeBytes(
        "%PDF-1.5\n9 0 obj <</Type/ObjStm/N 9/First 20/Filter/FlateDecode>>stream\r\n"
            .getBytes(ISO_8859_1));
    stream.writeBytes(packed.toByteArray());
    stream.writeBytes("\nendstream".getBytes(ISO_8859_1));
    return stream.toByteArray();
  }

  @Test
  void the_pages_of_a_pdf_are_counted_also_where_they_are_compressed() throws IOException {
    String page = "7 0 obj\n<< /Type /Page /Parent 1 0 R >>\nendobj\n";
    String pages = "1 0 obj <</Type/Pages/Count 12>> endobj\n";
    assertThat(measure("application/pdf", (pages + page.repeat(12)).getBytes(ISO_8859_1)))
        .isEqualTo(MediaExtent.pages(12));
    byte[] large = (pages + (page + " ".repeat(997)).repeat(4_000)).getBytes(ISO_8859_1);
    assertThat(measure("application/pdf", large))
        .as("over blocks")
        .isEqualTo(MediaExtent.pages(4_000));
    assertThat(measure("application/pdf", objectStream("<</Type/Pages>><</Type/Page>>".repeat(30))))
        .isEqualTo(MediaExtent.pages(30));
    assertThat(
            measure(
                "application/pdf",
                ("%PDF-1.4\n1 0 obj <</Linearized 1/L 9/N 77/T 5>>" + page).getBytes(ISO_8859_1)))
        .isEqualTo(MediaExtent.pages(77));
  }

  @Test
  void a_stream_that_never_ends_is_not_unpacked_for_ever() throws IOException {
    byte[] bomb = objectStream(" ".repeat(30 << 20));
    assertThat(measure("application/pdf", bomb)).isEqualTo(MediaExtent.UNKNOWN);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void a_recording_says_how_long_it_is(boolean isWave) throws IOException {
    AudioFormat format = new AudioFormat(16_000, 16, 1, true, !isWave);
    AudioInputStream silence =
        new AudioInputStream(
            new ByteArrayInputStream(new byte[16_000 * 2 * 7]), format, 16_000 * 7);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    AudioSystem.write(silence, isWave ? AudioFileFormat.Type.WAVE : AudioFileFormat.Type.AIFF, out);
    assertThat(measure("audio/wav", out.toByteArray()).millis()).isEqualTo(7_000);
  }

  @ParameterizedTest
  @CsvSource({
    "a.mp3, 200",
    "a.flac, 200",
    "moov-at-end.mp4, 200",
    "audio-only.mp4, 100",
    "v.webm, 200"
  })
  void the_length_is_where_programs_write_it(String name, long millis) throws IOException {
    Path file = Path.of("src/test/resources/media", name);
    assertThat((double) measure("audio/x", Files.readAllBytes(file)).millis())
        .isCloseTo(millis, within(80.0));
  }

  @Test
  void whatever_the_bytes_are_nothing_fails() throws IOException {
    Random random = new Random(4);
    String[] heads = {
      "RIFF....WAVEfmt ",
      "FORM....AIFFCOMM",
      "fLaC",
      "OggS",
      "\0\0\0\20ftypisom",
      "ID3\4",
      "\u00ff\u00fb",
      "\u001aE\u00df\u00a3",
      "\u0089PNG",
      "GIF89a",
      "RIFF....WEBPVP8X",
      "\u00ff\u00d8\u00ff",
      "%PDF-1"
    };
    for (int i = 0; i < 500; i++) {
      byte[] bytes = new byte[random.nextInt(300)];
      random.nextBytes(bytes);
      byte[] head = heads[i % heads.length].getBytes(ISO_8859_1);
      System.arraycopy(head, 0, bytes, 0, Math.min(head.length, bytes.length));
      for (String type : new String[] {"image/x", "application/pdf", "video/x"}) {
        MediaExtent extent = measure(type, bytes);
        assertThat(MediaExtent.parse(extent.text())).isEqualTo(extent);
      }
    }
  }
}
