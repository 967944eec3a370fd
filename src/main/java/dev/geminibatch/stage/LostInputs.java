package dev.geminibatch.stage;

import dev.geminibatch.io.AtomicFiles;
import dev.geminibatch.io.Folders;
import dev.geminibatch.io.PrivateFiles;
import dev.geminibatch.ledger.Restoration;
import dev.geminibatch.run.InputArchive;
import dev.geminibatch.run.InputFile;
import dev.geminibatch.run.RunFolder;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Inputs of runs that a ledger on a server does not know any more, since it has gone back. Each is
 * put into the failed folder with an explanation, once. What they were called is lost with the run,
 * and so is whether they were sent: a person decides.
 */
public final class LostInputs {
  private static final Logger LOG = LoggerFactory.getLogger("receive");
  private static final Pattern RUN = Pattern.compile("\\d{8}-\\d{6}-\\w+");

  private final StageContext context;
  private final Restoration restoration;
  private Object looked;

  public LostInputs(StageContext context) {
    this.context = context;
    this.restoration = context.ledger().restoration();
    this.looked = restoration.inWords().isPresent() ? null : restoration.extent();
  }

  /** Looks for them whenever the ledger has gone back, as soon as all members know it. */
  public void look() throws IOException {
    Object extent = restoration.extent();
    if (extent.equals(looked)
        || !context.leases().areShared()
        || restoration.callsUntil().filter(context.clock().instant()::isBefore).isPresent()) {
      return;
    }
    if (restoration.inWords().isPresent()) {
      try (Stream<Path> folders = context.state().inRuns()) {
        for (Path folder : (Iterable<Path>) folders::iterator) {
          save(folder.getFileName().toString());
        }
      }
    }
    looked = extent;
  }

  /** Saves the input of a run if the ledger is shared and does not know it. */
  public void save(String id) throws IOException {
    RunFolder folder = context.folder(id);
    if (!context.leases().areShared()
        || !RUN.matcher(id).matches()
        || Files.exists(folder.lost())
        || context.ledger().housekeeping().isKnown(id)) {
      return;
    }
    Optional<Path> input =
        Stream.of(folder.received("x.jsonl.gz"), folder.plain()).filter(Files::exists).findFirst();
    if (input.isPresent()) {
      Path failed = publish(id, folder, input.get());
      PrivateFiles.write(folder.lost(), failed + "\n");
      LOG.error(
          "The ledger does not know run {} any more. Its input is {}; see {}",
          id,
          failed,
          InputArchive.explanationOf(failed));
    }
  }

  private Path publish(String id, RunFolder folder, Path input) throws IOException {
    Path target = context.settings().folders().failed();
    Folders.make(target);
    String ending = input.equals(folder.plain()) ? ".jsonl" : ".jsonl.gz";
    Path failed = target.resolve(id + ending);
    link(input, failed);
    if (Files.exists(folder.overrides())) {
      link(folder.overrides(), InputFile.settingsBeside(failed));
    }
    Path explanation = InputArchive.explanationOf(failed);
    Path aside = AtomicFiles.aside(explanation, id);
    PrivateFiles.write(aside, explanation(id, folder));
    AtomicFiles.publish(aside, explanation);
    return failed;
  }

  /** Killed in between, it is there already. */
  private void link(Path from, Path to) throws IOException {
    try {
      AtomicFiles.linkOrCopy(from, to, context.settings().folders().reserve());
    } catch (FileAlreadyExistsException e) {
      // by ourselves: nobody else has this name
    }
  }

  private String explanation(String id, RunFolder folder) {
    return String.join(
        "\n",
        "The ledger does not know this input any more.",
        "",
        "Why:  The ledger was restored from an older copy, or a standby has taken over that had not",
        "      received everything. The run " + id + " is lost, and the name of the file with it.",
        "When: " + context.clock().instant(),
        "",
        "It may have been sent. Look for its jobs with --list: their names end with ["
            + id
            + ".1], ["
            + id
            + ".2] and so on.",
        "- If there are any, fetch the answers with --poll JOB. Results may be in the outbox already.",
        "- If there are none, and it was not in a job that files share, nothing is paid yet: give this",
        "  file its name, and move it into " + context.settings().folders().inbox() + ".",
        "",
        "What else there is of the run is in " + folder.path() + " until history.keep is over.",
        "");
  }
}
