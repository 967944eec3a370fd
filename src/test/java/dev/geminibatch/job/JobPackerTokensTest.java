package dev.geminibatch.job;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.line.BatchRequest;
import dev.geminibatch.line.FileReference;
import dev.geminibatch.line.FileTag;
import dev.geminibatch.line.FileTokens;
import dev.geminibatch.line.Line;
import dev.geminibatch.line.MediaExtent;
import dev.geminibatch.line.MediaTokens;
import dev.geminibatch.line.RequestReader;
import dev.geminibatch.line.RequestTokens;
import dev.geminibatch.line.TokenCorrection;
import dev.geminibatch.line.TokenKind;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunFolder;
import dev.geminibatch.testkit.Samples;
import dev.geminibatch.testkit.StageFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Jobs know how many tokens they ask for, and are closed by them. */
class JobPackerTokensTest {
  private static final RequestReader REQUESTS = new RequestReader();

  @TempDir Path folder;
  private StageFixture fixture;
  private Run run;
  private RunFolder files;

  @BeforeEach
  void receive() throws IOException {
    fixture = StageFixture.open(folder);
    run = fixture.run(fixture.ordered("x.jsonl"));
    files = fixture.folderOf(run.id());
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
  }

  private static BatchRequest line(long number, String json) {
    byte[] bytes = json.getBytes(UTF_8);
    return (BatchRequest) REQUESTS.read(new Line(number, 0, bytes, bytes.length));
  }

  private static BatchRequest text(long number, int bytes) {
    return line(number, Samples.nativeLine("k" + number, "x".repeat(bytes)));
  }

  private static JobRules rules(long maxTokens, TokenCorrection correction) {
    return new JobRules() {
      @Override
      public JobLimits limits(String model) {
        return new JobLimits(1000, 1 << 30, maxTokens);
      }

      @Override
      public TokenCorrection correction(String model) {
        return correction;
      }
    };
  }

  private List<Job> pack(JobRules rules, List<BatchRequest> requests) throws IOException {
    try (JobPacker packer = new JobPacker(run, files, rules, 0)) {
      for (BatchRequest request : requests) {
        packer.add(request, Map.of());
      }
      packer.finish();
      return packer.jobs();
    }
  }

  private List<RequestTokens> tokens(int job) throws IOException {
    List<RequestTokens> all = new ArrayList<>();
    try (JobTokens.Reader reader = new JobTokens.Reader(files.jobTokens(job))) {
      for (Optional<RequestTokens> next; (next = reader.next()).isPresent(); ) {
        all.add(next.get());
      }
    }
    return all;
  }

  @Test
  void a_job_knows_the_tokens_of_all_its_requests_and_of_each() throws IOException {
    List<Job> jobs =
        pack(
            JobRules.of(new JobLimits(9, 1 << 30, JobLimits.ANY)),
            List.of(text(1, 400), text(2, 40_000)));

    assertThat(jobs).hasSize(1);
    Job.Size size = jobs.get(0).size();
    assertThat(size.requests()).isEqualTo(2);
    assertThat(size.estimated().counts().get(TokenKind.LATIN)).isBetween(10_100L, 10_102L);
    assertThat(size.tokens()).isEqualTo(size.estimated().total());
    assertThat(tokens(1))
        .extracting(RequestTokens::total)
        .satisfiesExactly(
            first -> assertThat(first).isBetween(100L, 130L),
            second -> assertThat(second).isBetween(10_000L, 10_030L));
    assertThat(tokens(1).stream().mapToLong(RequestTokens::total).sum())
        .isEqualTo(size.estimated().total());
  }

  @Test
  void a_job_is_full_when_its_tokens_are_and_a_line_above_them_has_one_of_its_own()
      throws IOException {
    List<Job> jobs =
        pack(
            rules(1_000, TokenCorrection.NONE),
            List.of(text(1, 1_600), text(2, 1_600), text(3, 1_600), text(4, 40_000), text(5, 40)));

    assertThat(jobs).extracting(Job::requests).containsExactly(2L, 1L, 1L, 1L);
    assertThat(jobs.get(2).size().tokens()).isGreaterThan(10_000);
  }

  @Test
  void what_the_service_has_counted_before_corrects_the_size_and_what_fits() throws IOException {
    TokenCorrection half = new TokenCorrection(Map.of(TokenKind.LATIN, 0.5, TokenKind.SYNTAX, 0.0));
    List<BatchRequest> requests = List.of(text(1, 1_600), text(2, 1_600), text(3, 1_600));

    List<Job> jobs = pack(rules(600, half), requests);

    assertThat(jobs).extracting(Job::requests).containsExactly(3L);
    assertThat(jobs.get(0).size().tokens()).isEqualTo(600);
    assertThat(jobs.get(0).size().estimated().counts()).containsEntry(TokenKind.LATIN, 1_200L);
  }

  @Test
  void files_count_by_what_they_are() throws IOException {
    BatchRequest request = line(1, Samples.extraction("a", "page.jpg"));
    FileTokens picture = MediaTokens.of("image/jpeg", 9_999, MediaExtent.pixels(300, 300));
    FileTag tag = request.tags().get(0);
    try (JobPacker packer =
        new JobPacker(run, files, rules(JobLimits.ANY, TokenCorrection.NONE), 0)) {
      packer.add(request, Map.of(tag, new FileReference("uri", "image/jpeg", picture)));
      packer.finish();
      Job job = packer.jobs().get(0);
      assertThat(job.size().estimated().counts())
          .containsEntry(TokenKind.IMAGE, picture.of(job.model()).total());
    }
    assertThat(tokens(1).get(0).kind()).isEqualTo(TokenKind.IMAGE);
  }

  @Test
  void the_file_goes_with_a_job_that_is_given_up_and_one_of_an_older_version_has_none()
      throws IOException {
    JobPacker packer = new JobPacker(run, files, rules(JobLimits.ANY, TokenCorrection.NONE), 0);
    packer.add(text(1, 40), Map.of());
    packer.finish();
    assertThat(files.jobTokens(1)).exists();
    packer.discard();
    assertThat(files.jobTokens(1)).doesNotExist();
    assertThat(Files.exists(files.jobTokens(1))).isFalse();
    assertThat(tokens(1)).isEmpty();
  }
}
