package dev.geminibatch.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.geminibatch.io.Sha256;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is sent in the end is what was checked, also when the upload breaks and goes on. */
class CheckedContentTest {
  private static final int SIZE = 300_000;
  private static final int HALF = 150_000;

  @TempDir Path folder;
  private final byte[] bytes = new byte[SIZE];
  private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
  private Path path;
  private FileChannel file;
  private Content.Reading reading;

  @BeforeEach
  void open() throws IOException {
    new Random(1).nextBytes(bytes);
    path = Files.write(folder.resolve("x"), bytes);
    file = FileChannel.open(path);
    reading = Content.of(file, SIZE, Sha256.hex(bytes), "x").open();
  }

  @AfterEach
  void close() throws IOException {
    file.close();
  }

  private void change(int at) throws IOException {
    bytes[at]++;
    Files.write(path, bytes);
  }

  private void send(long from, long length) throws IOException {
    reading.write(from, length, sent);
  }

  @Test
  void what_has_not_changed_is_sent_in_parts_of_any_size() throws Exception {
    send(0, 1);
    send(1, HALF - 1);
    send(HALF, SIZE - HALF);

    assertThat(sent.toByteArray()).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 70_000, HALF - 1, HALF, SIZE - 1})
  void a_change_anywhere_stops_it_before_the_last_byte(int at) throws Exception {
    change(at);

    assertThatThrownBy(
            () -> {
              send(0, HALF);
              send(HALF, SIZE - HALF);
            })
        .isInstanceOf(Content.Changed.class);
    assertThat(sent.size()).isLessThan(SIZE);
  }

  @Test
  void a_change_that_is_sent_first_and_taken_back_stops_it() throws Exception {
    change(10);
    send(0, HALF);
    bytes[10]--;
    Files.write(path, bytes);

    assertThatThrownBy(() -> send(HALF, SIZE - HALF)).isInstanceOf(Content.Changed.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 65_536, 100_000, HALF, HALF + 1, 250_000, SIZE})
  void an_upload_goes_on_where_the_service_says(int reached) throws Exception {
    send(0, HALF);
    assertThatThrownBy(() -> reading.write(HALF, SIZE - HALF, breaking(SIZE - HALF - 10)))
        .hasMessage("broken");
    sent.reset();

    send(reached, SIZE - reached);

    assertThat(sent.toByteArray()).isEqualTo(Arrays.copyOfRange(bytes, reached, SIZE));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 100, 65_536, 100_000, HALF, 250_000, SIZE - 1})
  void it_goes_on_only_with_what_was_sent_before(int changed) throws Exception {
    change(changed);
    assertThatThrownBy(() -> reading.write(0, SIZE, breaking(SIZE - 70_000)))
        .isInstanceOf(IOException.class);
    bytes[changed]--;
    Files.write(path, bytes);
    int reached = 100_001;
    sent.reset();

    if (changed >= 2 * 65_536) {
      send(reached, SIZE - reached); // what was wrong did not arrive, or is sent again
      assertThat(sent.toByteArray()).isEqualTo(Arrays.copyOfRange(bytes, reached, SIZE));
    } else {
      assertThatThrownBy(() -> send(reached, SIZE - reached)).isInstanceOf(Content.Changed.class);
      assertThat(sent.size()).isLessThan(SIZE - reached);
    }
  }

  @Test
  void it_cannot_go_on_after_what_was_never_sent() throws Exception {
    send(0, 10);

    assertThatThrownBy(() -> send(11, 10)).hasMessageContaining("cannot resume at byte 11");
  }

  @Test
  void a_file_that_became_shorter_stops_it() throws Exception {
    send(0, HALF);
    Files.write(path, new byte[HALF]);

    assertThatThrownBy(() -> send(HALF, SIZE - HALF)).isInstanceOf(Content.Changed.class);
  }

  @Test
  void a_file_that_grows_is_sent_as_it_was() throws Exception {
    Files.write(path, Arrays.copyOf(bytes, 2 * SIZE));

    send(0, SIZE);

    assertThat(sent.toByteArray()).isEqualTo(bytes);
  }

  private static OutputStream breaking(int after) {
    return new OutputStream() {
      private int left = after;

      @Override
      public void write(int each) throws IOException {
        if (left-- == 0) {
          throw new IOException("broken");
        }
      }
    };
  }
}
