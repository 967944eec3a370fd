package dev.geminibatch.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FixedRecordsTest {
  private static final int BYTES = 12;

  @TempDir Path folder;

  @Test
  void records_come_one_after_the_other() throws IOException {
    int many = 20_000;
    ByteBuffer content = ByteBuffer.allocate(many * BYTES);
    for (int i = 0; i < many; i++) {
      content.putLong(i).putInt(-i);
    }
    Path file = Files.write(folder.resolve("records"), content.array());

    try (FixedRecords records = new FixedRecords(file, BYTES)) {
      assertThat(records.size()).isEqualTo(many);
      for (int i = 0; i < many; i++) {
        ByteBuffer record = records.next();
        assertThat(record.getLong()).isEqualTo(i);
        assertThat(record.getInt()).isEqualTo(-i);
      }
      assertThat(records.next()).isNull();
    }
  }

  @Test
  void an_empty_file_has_none() throws IOException {
    try (FixedRecords records = new FixedRecords(Files.createFile(folder.resolve("none")), BYTES)) {
      assertThat(records.next()).isNull();
    }
  }

  @Test
  void a_record_that_is_not_whole_is_no_end() throws IOException {
    Path file = Files.write(folder.resolve("records"), new byte[BYTES + 1]);

    try (FixedRecords records = new FixedRecords(file, BYTES)) {
      records.next().get(new byte[BYTES]);
      assertThatThrownBy(records::next).isInstanceOf(EOFException.class);
    }
  }
}
