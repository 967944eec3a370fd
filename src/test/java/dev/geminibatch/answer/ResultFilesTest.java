package dev.geminibatch.answer;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResultFilesTest {
  @ParameterizedTest
  @CsvSource({
    "a/x-batch-results.jsonl, a/x-batch-errors.jsonl, a/x-batch-report.json",
    "a/x.jsonl, a/x-errors.jsonl, a/x-report.json",
    "a/x, a/x-errors.jsonl, a/x-report.json"
  })
  void errors_and_report_stand_beside_the_results(Path results, Path errors, Path report) {
    Path page = Path.of(report.toString().replace(".json", ".html"));
    Path added = Path.of(errors.toString().replace("-errors", "-added"));
    assertThat(ResultFiles.beside(results))
        .isEqualTo(new ResultFiles(results, errors, added, report, page));
  }

  @ParameterizedTest
  @CsvSource({
    "a/x-batch-results.jsonl, a/x.MARK-batch-results.jsonl, a/x.MARK-batch-errors.jsonl",
    "a/x-results.jsonl, a/x.MARK-results.jsonl, a/x.MARK-errors.jsonl",
    "a/x.jsonl, a/x.MARK.jsonl, a/x.MARK-errors.jsonl",
    "a/x, a/x.MARK, a/x.MARK-errors.jsonl"
  })
  void earlier_files_are_kept_with_a_mark(Path results, Path kept, Path errors) {
    ResultFiles marked = ResultFiles.beside(results).marked("MARK");

    assertThat(marked.results()).isEqualTo(kept);
    assertThat(marked.errors()).isEqualTo(errors);
  }
}
