package dev.geminibatch.cli;

import dev.geminibatch.answer.ResultFiles;
import dev.geminibatch.camel.Beans;
import dev.geminibatch.io.NameEncoding;
import dev.geminibatch.io.UsageException;
import dev.geminibatch.run.InputFile;
import dev.geminibatch.run.StateFolder;
import dev.geminibatch.stage.receive.CopyAhead;
import dev.geminibatch.stage.receive.Receiver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code --file}: one file now. */
final class FileCommand {
  private static final Logger LOG = LoggerFactory.getLogger("command");

  private final Session session;

  FileCommand(Session session) {
    this.session = session;
  }

  int run() throws IOException, InterruptedException {
    NameEncoding.remedy().ifPresent(remedy -> LOG.warn("File names: {}.", remedy));
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
      return new DryRunCommand(session, order).run();
    }
    StateFolder state = session.settings().folders().stateFolder();
    try (CopyAhead ahead = CopyAhead.begin(file, state, session.settings().inputLimits())) {
      RunWatch.End end =
          new RunWatch(session, resume)
              .await(beans -> List.of(unfinishedOrNew(beans, order, ahead)))
              .get(0);
      return new RunEnd(session, end, resume).tell();
    }
  }

  private String unfinishedOrNew(Beans beans, Receiver.Order order, CopyAhead ahead)
      throws IOException {
    beans.workspace().connection().batches().checkAccess();
    Optional<String> unfinished = beans.receiver().unfinished(order);
    if (unfinished.isEmpty()) {
      return beans.receiver().receive(order, ahead);
    }
    ahead.close();
    session.terminal().tell("Resuming run " + unfinished.get());
    return unfinished.get();
  }

  private static void checkWritable(Path folder) {
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
      throw new UsageException(
          "--file names "
              + file
              + ", which does not exist"
              + NameEncoding.remedy().map(remedy -> "; " + remedy).orElse("")
              + ".");
    }
    if (!Files.isRegularFile(file)) {
      throw new UsageException(
          "--file names " + file + ", which is not a file; write its content into one.");
    }
    if (!Files.isReadable(file)) {
      throw new UsageException("--file names " + file + ", which cannot be read.");
    }
    return file.toAbsolutePath().normalize();
  }

  /** In the working directory; shortened if the input's name leaves no room for more. */
  private static Path byDefault(Path input) throws IOException {
    Path here = Path.of("").toAbsolutePath();
    checkWritable(here);
    String stem = InputFile.stem(input.getFileName().toString());
    return ResultFiles.inFolder(here, stem, "").results();
  }

  private Path output(Path input) throws IOException {
    Path output =
        session.options().output == null
            ? byDefault(input)
            : session.options().output.toAbsolutePath().normalize();
    if (Files.isDirectory(output)) {
      throw new UsageException(
          "--output names the folder " + output + "; name the results file itself.");
    }
    checkWritable(output.getParent());
    ResultFiles files = ResultFiles.beside(output);
    if (!files.fit()) {
      throw new UsageException(
          "--output names "
              + output
              + ", but its folder does not accept a name that long, or these characters; give a shorter"
              + " one.");
    }
    for (Path written : files.all()) {
      if (Files.exists(written) && Files.isSameFile(written, input)) {
        throw new UsageException(
            "The run would write over its own input " + input + "; give another --output.");
      }
    }
    return output;
  }
}
