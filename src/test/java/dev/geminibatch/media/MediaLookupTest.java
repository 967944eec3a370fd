package dev.geminibatch.media;

import static dev.geminibatch.line.MediaExtent.UNKNOWN;
import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.io.FileState;
import dev.geminibatch.io.Sha256;
import dev.geminibatch.media.MediaIndex.Entry;
import dev.geminibatch.testkit.FakeService;
import dev.geminibatch.testkit.Samples;
import dev.geminibatch.testkit.StageFixture;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is found out about a file, and how much of it is believed the next time. */
class MediaLookupTest {
  private static final String LONG_TEXT = "one line\n".repeat(20_000);

  @TempDir Path folder;
  private StageFixture fixture;
  private MediaIndex index;
  private MediaLookup lookup;
  private MediaRoot root;
  private int looks;

  @BeforeEach
  void open() throws IOException {
    fixture = StageFixture.open(folder, new FakeService());
    index = fixture.ledger().media();
    lookup =
        new MediaLookup(
            index, new MediaRules(List.of("image/*", "audio/*", "text/*"), false), null);
    root = new MediaRoot(folder);
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
  }

  /** As if an earlier version had examined a file. */
  private void remembered(String name, String sha256, String type) throws IOException {
    Path path = folder.resolve(name).toRealPath();
    MediaFile file = new MediaFile(path, sha256, Files.size(path), type);
    index.write(name, List.of(new Entry(name, file, null, FileStamp.of(FileState.of(path)), type)));
  }

  private Entry look(String name) {
    Entry entry = lookup.look(name, root);
    index.write("again " + ++looks, List.of(entry));
    return entry;
  }

  @Test
  void what_an_older_version_remembered_is_found_out_again() throws Exception {
    Files.write(folder.resolve("o.ogg"), Samples.media("o.ogg"));
    remembered("o.ogg", "the hash of before", "application/ogg");

    Entry first = look("o.ogg");
    Entry second = lookup.look("o.ogg", root);

    assertThat(first.problem()).isNull();
    assertThat(first.file().mimeType()).isEqualTo("audio/ogg");
    assertThat(first.file().sha256()).isEqualTo(Sha256.hex(Samples.media("o.ogg")));
    assertThat(second.file()).isEqualTo(first.file());
    assertThat(second.type()).as("nothing new to remember").isNull();
  }

  @Test
  void many_files_are_found_as_each_alone_is() throws Exception {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < 70; i++) {
      Files.write(folder.resolve(i + ".png"), Samples.png("content " + i));
      names.add(i + ".png");
    }
    remembered("0.png", "the hash of before", ContentType.of("image/png").toRemember(UNKNOWN));
    remembered("1.png", "the hash of before", ContentType.of("image/png").toRemember(UNKNOWN));
    Files.write(folder.resolve("1.png"), Samples.png("other than before"));
    names.addAll(List.of("./2.png", "sub/../3.png", "missing.png", "\0"));

    List<Entry> together = lookup.look(names, root);

    for (int i = 0; i < names.size(); i++) {
      Entry alone = lookup.look(names.get(i), root);
      assertThat(together.get(i).tag()).isEqualTo(names.get(i));
      assertThat(together.get(i).file()).isEqualTo(alone.file());
      assertThat(together.get(i).type()).isEqualTo(alone.type());
      assertThat(together.get(i).problem() == null).isEqualTo(alone.problem() == null);
    }
    assertThat(together.get(0).file().sha256()).isEqualTo("the hash of before");
    assertThat(together.get(1).file().sha256())
        .isEqualTo(Sha256.hex(Samples.png("other than before")));
  }

  @Test
  void a_file_that_was_rewritten_is_noticed_though_its_time_was_set_back() throws Exception {
    Path file = Files.write(folder.resolve("a.png"), Samples.png("a"));
    FileTime time = Files.getLastModifiedTime(file);
    Entry first = look("a.png");
    Files.write(file, Samples.png("b"));
    Files.setLastModifiedTime(file, time);

    assertThat(look("a.png").file().sha256())
        .isNotEqualTo(first.file().sha256())
        .isEqualTo(Sha256.hex(Samples.png("b")));
  }

  @Test
  void another_file_of_the_same_size_and_time_is_noticed() throws Exception {
    Path file = Files.write(folder.resolve("a.png"), Samples.png("a"));
    Path other = Files.write(folder.resolve("b.png"), Samples.png("b"));
    Files.setLastModifiedTime(other, Files.getLastModifiedTime(file));
    look("a.png");
    Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);

    assertThat(look("a.png").file().sha256()).isEqualTo(Sha256.hex(Samples.png("b")));
  }

  @Test
  void text_that_an_older_version_took_is_read_again_to_its_end() throws Exception {
    Files.write(
        folder.resolve("x.txt"), (LONG_TEXT + "caf\u00e9").getBytes(StandardCharsets.ISO_8859_1));
    remembered("x.txt", "the hash of before", "text/plain");

    assertThat(look("x.txt").problem()).hasMessageContaining("text in windows-1252");
  }

  @Test
  void a_letter_that_is_not_utf8_is_found_wherever_it_is() throws Exception {
    String text = LONG_TEXT + "שלום".repeat(40_000);
    Files.writeString(folder.resolve("good.txt"), text);
    Files.writeString(
        folder.resolve("bad.txt"),
        "x".repeat(131_071) + "שלום עולם, זה קובץ טקסט",
        java.nio.charset.Charset.forName("windows-1255"));

    Entry good = lookup.look("good.txt", root);

    assertThat(good.problem()).isNull();
    assertThat(good.file().sha256())
        .isEqualTo(
            HexFormat.of()
                .formatHex(Sha256.digest().digest(text.getBytes(StandardCharsets.UTF_8))));
    assertThat(lookup.look("bad.txt", root).problem()).hasMessageContaining("windows-1255");
  }

  @Test
  void a_mismatch_is_checked_under_every_name_of_a_content() throws Exception {
    Files.writeString(folder.resolve("page.html"), "<html><title>x</title>");
    Files.createSymbolicLink(folder.resolve("page.jpg"), folder.resolve("page.html"));
    Files.write(folder.resolve("blob"), Samples.png("a"));

    assertThat(look("page.html").problem()).isNull();
    assertThat(look("page.jpg").problem().code()).hasToString("file-mismatch");
    assertThat(look("blob").file().mimeType()).isEqualTo("image/png");
  }
}
