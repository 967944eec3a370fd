package dev.geminibatch.cli;

import dev.geminibatch.answer.ResultFiles;
import dev.geminibatch.io.UsageException;
import dev.geminibatch.run.InputFile;
import dev.geminibatch.stage.receive.Receiver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** {@code --file}: one file now. */
final class FileCommand {
  private final Session session;

  FileCommand(Session session) {
    this.session = session;
  }

  int run() throws IOException, InterruptedException {
    session.settings().service().requireKey();
    if (!Files.isDirectory(session.settings().uploads().mediaRoot())) {
      throw new UsageException(
          "The media root "
              + session.settings().uploads().mediaRoot()
              + " is not a folder; give --media-root the folder that [[FILE:path]] starts from.");
    }
    Path file = input();
    Path output = output(file);
    String resume = session.sameCommand();
    Receiver.Order order =
        new Receiver.Order(
            file,
            output,
            Optional.ofNullable(session.options().display),
            session.options().force,
            session.options().dryRun);
    if (session.options().dryRun) {
      return new DryRun(session, order).run();
    }
    RunWatch.End end =
        new RunWatch(session, resume)
            .await(
                beans -> {
                  beans.workspace().connection().batches().checkAccess();
                  Optional<String> unfinished = beans.receiver().unfinished(order);
                  if (unfinished.isPresent()) {
                    session.terminal().tell("Resuming run " + unfinished.get());
                    return unfinished.get();
                  }
                  return beans.receiver().receive(order);
                });
    return new RunEnd(session, end, resume).tell();
  }

  private static void makeWritable(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UsageException(
          "The folder " + folder + " for the results cannot be made; give another --output.");
    }
    if (!Files.isWritable(folder)) {
      throw new UsageException(
          "The folder " + folder + " for the results cannot be written to; give another --output.");
    }
  }

  private Path input() {
    Path file = session.options().file;
    if (Files.isDirectory(file)) {
      throw new UsageException(
          "--file names the folder " + file + "; name one JSONL file, or drop files in the inbox.");
    }
    if (!Files.exists(file)) {
      throw new UsageException("--file names " + file + ", which does not exist.");
    }
    if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
      throw new UsageException("--file names " + file + ", which cannot be read.");
    }
    return file.toAbsolutePath().normalize();
  }

  private Path output(Path input) throws IOException {
    Path byDefault =
        ResultFiles.inFolder(Path.of(""), InputFile.stem(input.getFileName().toString())).results();
    Path output =
        Optional.ofNullable(session.options().output)
            .orElse(byDefault)
            .toAbsolutePath()
            .normalize();
    if (Files.isDirectory(output)) {
      throw new UsageException(
          "--output names the folder " + output + "; name the results file itself.");
    }
    makeWritable(output.getParent());
    ResultFiles files = ResultFiles.beside(output);
    for (Path written : files.all()) {
      if (Files.exists(written) && Files.isSameFile(written, input)) {
        throw new UsageException(
            "The run would write over its own input " + input + "; give another --output.");
      }
    }
    return output;
  }
}
