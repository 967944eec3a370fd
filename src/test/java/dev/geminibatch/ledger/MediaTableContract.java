package dev.geminibatch.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.line.ProblemCode;
import dev.geminibatch.media.FileStamp;
import dev.geminibatch.media.MediaFile;
import dev.geminibatch.media.MediaIndex.Digest;
import dev.geminibatch.media.MediaIndex.Entry;
import dev.geminibatch.media.MediaIndex.Known;
import dev.geminibatch.media.MediaIndex.Needed;
import dev.geminibatch.media.MediaIndex.Totals;
import dev.geminibatch.media.MediaProblem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a ledger promises of the files that tags point to. */
abstract class MediaTableContract extends LedgerContract {
  private static final String RUN = "run-1";
  private static final FileStamp STAMP = new FileStamp(3, 1_234_567_890_123_456_789L);
  private static final MediaProblem PROBLEM =
      new MediaProblem(ProblemCode.FILE_MISSING, "\"x.png\" is not there");

  private static MediaFile file(String name, String sha256) {
    return new MediaFile(Path.of("media", name), sha256, 3, "image/png");
  }

  private static Entry found(String name, String sha256) {
    return new Entry(name, file(name, sha256), null, STAMP, "image/png;v=1");
  }

  private void write(Entry... entries) {
    ledger.media().write(RUN, List.of(entries));
  }

  @Test
  void what_was_found_out_about_a_tag_is_there_after_a_restart() throws IOException {
    write(found("תמונה.png", "aa"), new Entry("x.png", null, PROBLEM, null, null));
    reopen();

    assertThat(ledger.media().file(RUN, "תמונה.png")).hasValue(file("תמונה.png", "aa"));
    assertThat(ledger.media().written(RUN, "תמונה.png").orElseThrow()).isEmpty();
    MediaProblem problem = ledger.media().written(RUN, "x.png").orElseThrow().orElseThrow();
    assertThat(problem.code()).isEqualTo(ProblemCode.FILE_MISSING);
    assertThat(problem).hasMessage(PROBLEM.getMessage());
    assertThat(ledger.media().file(RUN, "x.png")).isEmpty();
    assertThat(ledger.media().written(RUN, "y.png")).as("never examined").isEmpty();
    assertThat(ledger.media().written("run-2", "x.png")).as("of another run").isEmpty();
  }

  @Test
  void the_hash_of_a_file_is_remembered_while_its_stamp_is_the_same() {
    write(found("a.png", "aa"));
    Path path = file("a.png", "aa").path();

    assertThat(ledger.media().known(path, STAMP)).hasValue(new Digest("aa", "image/png;v=1"));
    assertThat(ledger.media().known(path, new FileStamp(3, STAMP.state() + 1))).isEmpty();
    assertThat(ledger.media().known(path, new FileStamp(4, STAMP.state()))).isEmpty();

    FileStamp later = new FileStamp(3, STAMP.state() + 1);
    ledger
        .media()
        .write(
            "run-2",
            List.of(new Entry("a.png", file("a.png", "bb"), null, later, "image/png;v=1")));
    assertThat(ledger.media().known(path, later)).hasValue(new Digest("bb", "image/png;v=1"));
    assertThat(ledger.media().known(path, STAMP)).isEmpty();
  }

  @Test
  void many_paths_are_asked_for_at_once() {
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < 150; i++) {
      entries.add(found(i + ".png", "hash of " + i));
    }
    ledger.media().write(RUN, entries);
    List<Path> paths = new ArrayList<>(entries.stream().map(each -> each.file().path()).toList());
    paths.add(Path.of("nobody knows"));

    Map<Path, Known> known = ledger.media().known(paths);

    assertThat(known).hasSize(150);
    assertThat(known.get(paths.get(149)))
        .isEqualTo(new Known(STAMP, new Digest("hash of 149", "image/png;v=1")));
    assertThat(ledger.media().known(List.of())).isEmpty();
  }

  @Test
  void a_content_comes_with_the_stamp_that_its_file_had() {
    write(found("a.png", "aa"), new Entry("b.png", file("b.png", "bb"), null, STAMP, null));

    assertThat(ledger.media().contentsAfter(RUN, 1, "", 9))
        .extracting(Needed::examined)
        .as("nothing is remembered of b.png")
        .containsExactly(Optional.of(STAMP), Optional.empty());

    ledger
        .media()
        .write(
            "run-2",
            List.of(new Entry("a.png", file("a.png", "cc"), null, STAMP, "image/png;v=1")));
    assertThat(ledger.media().contentsAfter(RUN, 1, "", 1))
        .extracting(Needed::examined)
        .as("another content lies under the path now")
        .containsExactly(Optional.empty());
  }

  @Test
  void contents_are_counted_once_and_come_in_the_order_of_their_hashes() {
    write(found("c.png", "cc"), found("a.png", "aa"), found("also-a.png", "aa"));
    write(found("b.png", "bb"), new Entry("x.png", null, PROBLEM, null, null));

    assertThat(ledger.media().totals(RUN, 1)).isEqualTo(new Totals(3, 9));
    assertThat(ledger.media().totals(RUN, 2)).isEqualTo(new Totals(0, 0));
    assertThat(hashesAfter("", 2)).containsExactly("aa", "bb");
    assertThat(hashesAfter("bb", 2)).containsExactly("cc");
  }

  @Test
  void a_rejected_content_is_a_problem_of_all_its_tags() {
    write(found("a.png", "aa"), found("also-a.png", "aa"), found("b.png", "bb"));

    ledger.media().reject(RUN, "aa", PROBLEM);

    assertThat(ledger.media().written(RUN, "also-a.png").orElseThrow()).isPresent();
    assertThat(ledger.media().written(RUN, "a.png").orElseThrow()).isPresent();
    assertThat(ledger.media().totals(RUN, 1)).isEqualTo(new Totals(1, 3));
    assertThat(hashesAfter("", 9)).containsExactly("bb");
  }

  @Test
  void every_tag_comes_in_order_with_its_hash_or_its_problem() {
    write(found("b.png", "bb"), new Entry("c.png", null, PROBLEM, null, null));
    write(found("a.png", "aa"));

    List<String> contents = new ArrayList<>();
    ledger.media().forEachContent(RUN, (tag, content) -> contents.add(tag + " " + content));

    assertThat(contents)
        .containsExactly("a.png aa", "b.png bb", "c.png " + ProblemCode.FILE_MISSING.code());
  }

  @Test
  void a_run_that_is_examined_once_more_begins_with_no_tags() {
    write(found("a.png", "aa"));
    ledger.media().write("run-2", List.of(found("a.png", "aa")));

    ledger.media().clear(RUN);

    assertThat(ledger.media().written(RUN, "a.png")).isEmpty();
    assertThat(ledger.media().written("run-2", "a.png")).isPresent();
    assertThat(ledger.media().known(file("a.png", "aa").path(), STAMP)).isPresent();
  }

  private List<String> hashesAfter(String sha256, int most) {
    return ledger.media().contentsAfter(RUN, 1, sha256, most).stream()
        .map(needed -> needed.media().sha256())
        .toList();
  }
}
