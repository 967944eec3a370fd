package dev.geminibatch.job;

import static dev.geminibatch.testkit.Samples.nativeLine;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.geminibatch.line.TokenCorrection;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.RunFolder;
import dev.geminibatch.service.Content;
import dev.geminibatch.testkit.StageFixture;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class JobCutterTest {
  @TempDir Path folder;
  private StageFixture fixture;

  @BeforeEach
  void open() throws IOException {
    fixture = StageFixture.open(folder);
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
  }

  /** Lines that are sent as they are, lines that are rewritten, and keys that come twice. */
  private String run(int count) throws IOException {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String text = "\u05d0 text \\n " + "x".repeat(i % 50 * 20);
      lines.add(
          i % 3 == 0
              ? "{\"request\":{\"contents\":[{\"parts\":[{\"text\":\"" + text + "\"}]}]},\"key\":7}"
              : nativeLine("k" + i / 2, text));
      if (i % 5 == 0) {
        lines.add("");
      }
    }
    return fixture.assembled("x.jsonl", lines.toArray(String[]::new));
  }

  private static String content(RunFolder files, Job job) throws IOException {
    JobBody body = JobBody.of(files, job.number());
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    try (Content.Reading reading = body.open()) {
      reading.write(0, body.size(), content);
    }
    assertThat((long) content.size()).isEqualTo(body.size());
    return content.toString(StandardCharsets.UTF_8);
  }

  private static List<JobIndex.Entry> index(RunFolder files, Job job) throws IOException {
    List<JobIndex.Entry> entries = new ArrayList<>();
    try (JobIndex.Reader reader = new JobIndex.Reader(files.jobIndex(job.number()))) {
      for (var next = reader.next(); next.isPresent(); next = reader.next()) {
        entries.add(next.get());
      }
    }
    return entries;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 100, 1_000, 5_000, 1_000_000})
  void the_pieces_together_are_the_job(long most) throws IOException {
    String run = run(200);
    RunFolder files = fixture.folderOf(run);
    Job job = fixture.jobs().job(run, 1);

    for (JobCutter.Sizes sizes : JobCutter.Sizes.values()) {
      List<Job> pieces = new JobCutter(files, TokenCorrection.NONE).cut(job, most, sizes, 2);

      StringBuilder content = new StringBuilder();
      List<JobIndex.Entry> entries = new ArrayList<>();
      for (Job piece : pieces) {
        String its = content(files, piece);
        assertThat(its.lines().count()).isEqualTo(piece.requests());
        content.append(its);
        entries.addAll(index(files, piece));
        assertThat(files.formats(piece.number())).doesNotExist(); // as of the whole job
        assertThat(piece.displayName()).endsWith("." + piece.number() + "]");
      }
      assertThat(content.toString()).isEqualTo(content(files, job));
      assertThat(entries).isEqualTo(index(files, job));
      assertThat(pieces).hasSizeGreaterThan(1);
      assertThat(pieces.stream().mapToLong(piece -> piece.size().tokens()).sum())
          .isEqualTo(job.size().tokens());
    }
  }

  @Test
  void equal_pieces_have_no_more_than_is_allowed_unless_one_request_has() throws IOException {
    String run = run(200);
    Job job = fixture.jobs().job(run, 1);

    List<Job> pieces =
        new JobCutter(fixture.folderOf(run), TokenCorrection.NONE)
            .cut(job, 1_000, JobCutter.Sizes.EQUAL, 2);

    assertThat(pieces).allMatch(piece -> piece.size().tokens() <= 1_000);
  }

  @Test
  void doubling_pieces_are_few_however_small_the_first_one_is() throws IOException {
    String run = run(1_000);
    Job job = fixture.jobs().job(run, 1);

    List<Job> pieces =
        new JobCutter(fixture.folderOf(run), TokenCorrection.NONE)
            .cut(job, 100, JobCutter.Sizes.DOUBLING, 2);

    assertThat(pieces).hasSizeLessThan(20);
    assertThat(pieces.get(0).size().tokens()).isLessThanOrEqualTo(300);
  }

  @Test
  void a_piece_can_be_cut_once_more() throws IOException {
    String run = run(100);
    RunFolder files = fixture.folderOf(run);
    Job job = fixture.jobs().job(run, 1);
    JobCutter cutter = new JobCutter(files, TokenCorrection.NONE);
    List<Job> halves = cutter.cut(job, job.size().tokens() / 2, JobCutter.Sizes.EQUAL, 2);

    List<Job> pieces = cutter.cut(halves.get(0), 100, JobCutter.Sizes.EQUAL, 10);

    StringBuilder content = new StringBuilder();
    for (Job piece : pieces) {
      content.append(content(files, piece));
    }
    assertThat(content.toString()).isEqualTo(content(files, halves.get(0)));
  }

  @ParameterizedTest
  @EnumSource
  void a_body_that_is_not_that_of_its_index_is_not_cut(JobCutter.Sizes sizes) throws IOException {
    String run = run(100);
    Job job = fixture.jobs().job(run, 1);
    Path body = fixture.folderOf(run).jobBody(1);
    byte[] bytes = Files.readAllBytes(body);
    Files.write(body, java.util.Arrays.copyOf(bytes, bytes.length / 2));

    assertThatThrownBy(
            () ->
                new JobCutter(fixture.folderOf(run), TokenCorrection.NONE).cut(job, 100, sizes, 2))
        .isInstanceOf(IOException.class);
  }
}
