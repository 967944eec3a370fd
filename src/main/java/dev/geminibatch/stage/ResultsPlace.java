package dev.geminibatch.stage;

import dev.geminibatch.answer.ResultFiles;
import dev.geminibatch.io.Folders;
import dev.geminibatch.run.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Decides where the results of a run go, once and for all. */
public final class ResultsPlace {
  private ResultsPlace() {}

  /** The results file of a run, promised to it alone; of a given one the same as ever. */
  public static Path of(StageContext context, Run run) throws IOException {
    if (run.output().isPresent()) {
      return run.output().get();
    }
    Path outbox = context.folders(run).outbox();
    Folders.make(outbox);
    for (String mark : List.of("", "." + run.id())) {
      ResultFiles files = ResultFiles.inFolder(outbox, run.stem(), mark);
      boolean free = files.all().stream().noneMatch(Files::exists) && isFree(files.parts());
      if (free && context.ledger().runs().promiseOutput(run.id(), files.results())) {
        return files.results();
      }
    }
    return context
        .ledger()
        .queries()
        .run(run.id())
        .output() // it may have been decided since the run was read
        .orElseThrow(() -> new IllegalStateException("Two runs have the id " + run.id()));
  }

  /** Whether there is nothing, or an empty folder. */
  public static boolean isFree(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return !Files.exists(folder);
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.findFirst().isEmpty();
    }
  }
}
