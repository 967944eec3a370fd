package dev.geminibatch.service;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.geminibatch.io.Sha256;
import dev.geminibatch.service.ServiceFailure.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What any {@link FileService} must do; jobs end by themselves. */
public abstract class FileServiceContract extends ServiceContract {
  private static final String TEXT = "{\"key\":\"א\"}\n";

  private String resultFile;

  /** The result of a job of one line. */
  private String resultFile() throws IOException {
    if (resultFile == null) {
      resultFile = awaitEnd(newJob(unusedName()).jobName()).responsesFile().orElseThrow();
    }
    return resultFile;
  }

  @Test
  void a_file_is_described_as_it_was_uploaded() throws IOException {
    String name = "files/" + unusedName();
    RemoteFile uploaded = upload(name, TEXT);

    RemoteFile found = files().file(name);

    assertThat(found.name()).isEqualTo(name).isEqualTo(uploaded.name());
    assertThat(found.uri()).isNotBlank().isEqualTo(uploaded.uri());
    assertThat(found.displayName()).isEqualTo("עמוד 1");
    assertThat(found.mimeType()).isEqualTo("application/jsonl");
    assertThat(found.size()).isEqualTo(TEXT.getBytes(UTF_8).length);
    assertThat(found.sha256().map(FileServiceContract::hex))
        .hasValue(Sha256.hex(TEXT.getBytes(UTF_8)));
    assertThat(found.created().orElseThrow()).isBefore(found.expires().orElse(Instant.MAX));
    assertThat(found.isFailed()).isFalse();
  }

  @Test
  void an_upload_says_in_the_end_that_all_bytes_have_arrived() throws IOException {
    Path file = Files.writeString(folder.resolve(unusedName()), TEXT);
    String name = "files/" + unusedName();
    List<Long> sent = new ArrayList<>();

    files().upload(new FileUpload(Content.of(file), name, "x", "application/jsonl"), sent::add);

    files().deleteFile(name);
    assertThat(sent).isSorted().endsWith((long) TEXT.getBytes(UTF_8).length);
  }

  @Test
  void a_name_that_is_taken_is_refused_and_the_first_file_stays() throws IOException {
    RemoteFile first = uploaded(TEXT);

    assertThat(failureOf(() -> uploadUnchecked(first.name(), TEXT + TEXT)).kind())
        .isEqualTo(Kind.ALREADY_EXISTS);
    assertThat(files().file(first.name()).size()).isEqualTo(first.size());
  }

  @Test
  void many_upload_at_the_same_time() throws IOException {
    List<CompletableFuture<RemoteFile>> uploads = new ArrayList<>();
    for (int i = 1; i <= 6; i++) {
      String name = "files/" + unusedName();
      String text = TEXT.repeat(i);
      uploads.add(CompletableFuture.supplyAsync(() -> uploadUnchecked(name, text)));
    }

    for (int i = 1; i <= 6; i++) {
      assertThat(uploads.get(i - 1).join().size()).isEqualTo(i * TEXT.getBytes(UTF_8).length);
    }
  }

  @Test
  void a_content_that_is_not_there_fails_here_and_not_at_the_service() {
    Path missing = folder.resolve("missing");
    String name = "files/" + unusedName();

    assertThatThrownBy(
            () ->
                files()
                    .upload(
                        new FileUpload(Content.of(missing), name, "x", "application/jsonl"),
                        sent -> {}))
        .isInstanceOf(IOException.class);
    assertNotFound(() -> files().file(name));
  }

  @Test
  void a_file_that_is_not_there_is_not_found_whatever_is_asked_of_it() {
    String name = "files/" + unusedName();

    assertNotFound(() -> files().file(name));
    assertNotFound(() -> files().fileAfterAWhile(name));
    assertNotFound(() -> files().deleteFile(name));
  }

  @Test
  void a_deleted_file_is_gone_and_cannot_be_deleted_again() throws IOException {
    String name = uploaded(TEXT).name();

    files().deleteFile(name);

    assertNotFound(() -> files().file(name));
    assertNotFound(() -> files().deleteFile(name));
  }

  @Test
  void a_listing_gives_every_file_once() throws IOException {
    List<String> uploaded = new ArrayList<>();
    for (int i = 0; i < entriesOfAListing(); i++) {
      uploaded.add(uploaded(TEXT).name());
    }

    List<String> listed = new ArrayList<>();
    files().forEachFile(file -> listed.add(file.name()));

    assertThat(listed).doesNotHaveDuplicates().containsAll(uploaded);
  }

  @Test
  void a_result_is_downloaded_whole() throws IOException {
    Path target = folder.resolve(unusedName());
    List<Long> received = new ArrayList<>();

    files().download(resultFile(), target, received::add);

    assertThat(target).content().startsWith("{").contains("\"key\":\"k\"").endsWith("}\n");
    assertThat(received).isSorted().endsWith(Files.size(target));
  }

  @Test
  void what_a_failed_download_has_left_is_the_beginning_of_the_next_one() throws IOException {
    Path whole = folder.resolve(unusedName());
    files().download(resultFile(), whole, bytes -> {});
    String text = Files.readString(whole);
    // Other letters than those of the service, to see that they are not sent once more.
    Path target = Files.writeString(folder.resolve(unusedName()), "x".repeat(10));

    files().download(resultFile(), target, bytes -> {});

    assertThat(target).hasContent("x".repeat(10) + text.substring(10));
  }

  @Test
  void nothing_is_added_to_a_download_that_is_complete() throws IOException {
    Path target = folder.resolve(unusedName());
    files().download(resultFile(), target, bytes -> {});
    String text = Files.readString(target);

    files().download(resultFile(), target, bytes -> {});

    assertThat(target).hasContent(text);
  }

  @Test
  void a_result_that_is_not_there_is_not_found_and_the_target_stays_as_it_was() throws IOException {
    Path target = Files.writeString(folder.resolve(unusedName()), "before");

    assertThatThrownBy(() -> files().download("files/batch-none", target, bytes -> {}))
        .isInstanceOfSatisfying(
            ServiceFailure.class, e -> assertThat(e.kind()).isEqualTo(Kind.NOT_FOUND));
    assertThat(target).hasContent("before");
  }

  @Test
  void a_target_that_cannot_be_written_fails_here_and_not_at_the_service() throws IOException {
    String result = resultFile();

    assertThatThrownBy(() -> files().download(result, folder.resolve("none/target"), bytes -> {}))
        .isInstanceOf(IOException.class);
  }

  @Test
  void after_a_stop_no_file_comes_or_goes() throws IOException {
    String result = resultFile();
    Path target = folder.resolve(unusedName());
    try (Connection stopped = connect(key())) {
      stopped.stop();

      for (ThrowingCallable call :
          List.<ThrowingCallable>of(
              () -> stopped.files().forEachFile(file -> {}),
              () -> stopped.files().file(result),
              () -> stopped.files().deleteFile(result),
              () -> stopped.files().download(result, target, bytes -> {}))) {
        assertThatThrownBy(call).hasMessage(RetryPolicy.interrupted().getMessage());
      }
    }
    assertThat(target).doesNotExist();
  }

  private RemoteFile uploadUnchecked(String name, String text) {
    try {
      return upload(name, text);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** The service gives the hash as Base64 of its hex. */
  private static String hex(String sha256) {
    return new String(Base64.getDecoder().decode(sha256), UTF_8);
  }
}
