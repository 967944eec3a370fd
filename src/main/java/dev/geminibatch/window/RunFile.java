package dev.geminibatch.window;

import dev.geminibatch.answer.ResultFiles;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/** A file that a run has in the outbox. */
enum RunFile {
  RESULTS("Results", "application/jsonl", ResultFiles::results),
  ERRORS("Errors", "application/jsonl", ResultFiles::errors),
  ADDED("Lines that came too late", "application/jsonl", ResultFiles::added),
  REPORT("Report as JSON", "application/json", ResultFiles::report),
  PAGE("Report for a browser", "text/html; charset=utf-8", ResultFiles::page);

  private final String label;
  private final String type;
  private final Function<ResultFiles, Path> path;

  RunFile(String label, String type, Function<ResultFiles, Path> path) {
    this.label = label;
    this.type = type;
    this.path = path;
  }

  String label() {
    return label;
  }

  /** Its media type. */
  String type() {
    return type;
  }

  Path of(ResultFiles files) {
    return path.apply(files);
  }

  /** Its name in an address. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  static Optional<RunFile> of(String word) {
    return Arrays.stream(values()).filter(each -> each.word().equals(word)).findFirst();
  }
}
