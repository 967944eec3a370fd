package dev.geminibatch.window;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.geminibatch.answer.ResultFiles;
import dev.geminibatch.io.FileState;
import dev.geminibatch.run.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The files of one run in the outbox, as far as they are still there: they belong to a person. */
final class Outbox {
  private static final JsonFactory JSON = new JsonFactory();

  private final Run run;

  Outbox(Run run) {
    this.run = run;
  }

  /** A file that is there. */
  record Found(RunFile file, Path path, long size) {}

  /** Those that are there. */
  List<Found> files() {
    List<Found> found = new ArrayList<>();
    if (whyNone().isEmpty()) {
      for (RunFile file : RunFile.values()) {
        find(file).ifPresent(found::add);
      }
    }
    return found;
  }

  /** One of them; empty if it is not there, or was never made. */
  Optional<Found> find(RunFile file) {
    Optional<ResultFiles> files = run.output().map(ResultFiles::beside);
    if (files.isEmpty()) {
      return Optional.empty();
    }
    Path path = file.of(files.get());
    try {
      FileState state = FileState.of(path);
      return state.isRegular()
          ? Optional.of(new Found(file, path, state.size()))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Why nothing can be had; empty if something can. */
  Optional<String> whyNone() {
    if (!run.isDelivered() || run.output().isEmpty()) {
      return Optional.of("The run is not delivered" + (run.state().isFinished() ? "." : " yet."));
    }
    Optional<String> other = otherRun(ResultFiles.beside(run.output().get()).report());
    return other.map(
        id ->
            "Run "
                + id
                + " has put its files there. Those of this run are beside them, under a name with"
                + " a date.");
  }

  /** Where they were put. */
  String folder() {
    return run.output().map(path -> String.valueOf(path.getParent())).orElse("");
  }

  /** The run that a report is of, if it is another one. */
  private Optional<String> otherRun(Path report) {
    if (!Files.isRegularFile(report, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    try (JsonParser in = JSON.createParser(report.toFile())) {
      in.nextToken();
      for (JsonToken token = in.nextToken();
          token == JsonToken.FIELD_NAME;
          token = in.nextToken()) {
        String field = in.currentName();
        in.nextToken();
        if (field.equals("run")) {
          return Optional.ofNullable(in.getValueAsString()).filter(id -> !id.equals(run.id()));
        }
        in.skipChildren();
      }
    } catch (IOException e) {
      return Optional.empty(); // somebody has changed it, and knows what is there
    }
    return Optional.empty();
  }
}
