package dev.geminibatch.stage.inspect;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.geminibatch.cost.Preflight;
import dev.geminibatch.cost.Prices;
import dev.geminibatch.io.PrivateFiles;
import dev.geminibatch.io.Sha256;
import dev.geminibatch.io.UsageException;
import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.line.LineGroups;
import dev.geminibatch.line.LineReader;
import dev.geminibatch.media.MediaIndex;
import dev.geminibatch.media.MediaLookup;
import dev.geminibatch.media.UploadCache;
import dev.geminibatch.run.InputGuard;
import dev.geminibatch.run.Progress.Unit;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunEvent;
import dev.geminibatch.run.RunFailure;
import dev.geminibatch.run.RunFolder;
import dev.geminibatch.settings.Settings;
import dev.geminibatch.stage.AssemblyAhead;
import dev.geminibatch.stage.InputLines;
import dev.geminibatch.stage.LineParser;
import dev.geminibatch.stage.StageContext;
import dev.geminibatch.stage.UploadsAhead;
import dev.geminibatch.stage.inspect.Inspection.Group;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks every line of a run and every file that a line names, before anything is spent; and
 * notices content that has been answered before.
 */
public final class Inspector {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Logger LOG = LoggerFactory.getLogger("inspect");

  private final StageContext context;
  private final Ledger ledger;
  private final MediaLookup media;
  private final UploadCache uploads;
  private final Supplier<Prices> prices;
  private final LineParser parser;
  private final AssemblyAhead ahead;
  private final UploadsAhead uploadsAhead;

  public Inspector(
      StageContext context,
      MediaLookup media,
      UploadCache uploads,
      Supplier<Prices> prices,
      LineParser parser,
      AssemblyAhead ahead,
      UploadsAhead uploadsAhead) {
    this.context = context;
    this.ledger = context.ledger();
    this.media = media;
    this.uploads = uploads;
    this.prices = prices;
    this.parser = parser;
    this.ahead = ahead;
    this.uploadsAhead = uploadsAhead;
  }

  /** Begins, from nothing. */
  public Inspection open(String runId) throws IOException {
    Run run = ledger.queries().run(runId);
    RunFolder folder = context.folder(run);
    InputGuard.check(run, folder);
    Settings set = settingsOf(run);
    if (!Files.exists(folder.changed())) {
      InputLines.prepare(run, folder, set.inputLimits(), context.progress());
    }
    long size = Files.size(folder.input());
    MessageDigest digest = Sha256.digest();
    LineGroups groups =
        new LineGroups(
            LineReader.digesting(folder.input(), set.lines().maxBytes(), digest),
            number -> true,
            at -> context.progress().step(run, "checking lines", at, size, Unit.BYTES));
    return new Inspection(
        run,
        set,
        folder,
        parser.parse(groups, set),
        groups,
        digest,
        media.examine(runId, run.options().mediaRoot(), topRoot(run)),
        context.jobRules(run),
        ahead.begin(run),
        uploadsAhead.begin(run, set));
  }

  /** A file may name a folder below its profile's root, which must not become a way out of it. */
  private Path topRoot(Run run) {
    return context.settings().profiles().of(run.profile()).uploads().mediaRoot();
  }

  /** What was dropped beside the file may be wrong, which only whoever dropped it can fix. */
  private Settings settingsOf(Run run) throws IOException {
    try {
      return context.settings(run);
    } catch (UsageException e) {
      context.connection(run); // a profile that is missing is another matter
      throw new RunFailure(e.getMessage());
    }
  }

  /** Checks a group of lines and the files that they name. */
  public void check(Group group) throws IOException {
    Inspection inspection = group.inspection();
    try {
      context.checkGoing(inspection.run().id());
      inspection.check(group.lines());
    } catch (IOException | RuntimeException e) {
      inspection.uploads().stop();
      try {
        inspection.ahead().discard();
      } finally {
        inspection.release();
      }
      throw e;
    }
  }

  /**
   * Ends the inspection.
   *
   * @throws RunFailure when there is nothing to send, or one bad line is one too many
   */
  public void finish(Inspection inspection) throws IOException {
    boolean isGoing = false;
    try {
      isGoing = judge(inspection);
      if (isGoing) {
        inspection.ahead().keep();
      }
    } finally {
      if (!isGoing) {
        inspection.uploads().stop();
      }
      inspection.ahead().discard();
    }
  }

  /** Whether the run continues by itself; it does not when another run answers it. */
  private boolean judge(Inspection inspection) throws IOException {
    inspection.release();
    inspection.awaitDisk();
    Run run = inspection.run();
    RunFolder folder = context.folder(run);
    InputGuard.check(run, folder);
    if (inspection.lines() == 0) {
      throw new RunFailure(
          Files.exists(folder.changed())
              ? "stage.each-line dropped all lines."
              : "The file holds no lines. Write one request per line.");
    }
    if (!inspection.isSendable()) {
      throw new RunFailure(inspection.whyNothingIsSent());
    }
    byte[] digest = inspection.digest();
    if (run.fromInbox() && folder.input().equals(folder.received(run))) {
      InputGuard.remember(folder, digest);
    }
    String fingerprint = fingerprint(inspection, inspection.digestOfContent(digest));
    inspection.leaveOut(ledger.media());
    Preflight preflight = preflight(inspection, fingerprint);
    MAPPER.writeValue(PrivateFiles.output(folder.preflight()), preflight);
    boolean isPaid = preflight.sameContentAs() == null && !run.isDryRun();
    Optional<String> overBudget =
        inspection.settings().costs().maxPerFile().flatMap(preflight::overBudget);
    if (isPaid && overBudget.isPresent()) {
      throw new RunFailure(overBudget.get());
    }
    if (!run.isDryRun()) {
      Destinations.check(run, context.folders(run));
    }
    boolean mayFollow = !run.forced() && !run.isDryRun();
    Optional<String> leader =
        ledger
            .runs()
            .inspected(run.id(), fingerprint, inspection.lines(), inspection.rejected(), mayFollow);
    if (!run.isDryRun()) {
      context.progress().happened(new RunEvent.Inspected(run, inspection.lines()));
    }
    preflight.inFewWords().forEach(LOG::info);
    leader.ifPresent(id -> LOG.info(sameContent(run, id)));
    return leader.isEmpty();
  }

  private static String sameContent(Run run, String leader) {
    return run.name()
        + ": run "
        + leader
        + " has the same content and answers this one, too; to pay again, "
        + (run.fromInbox() ? "drop it as " + run.stem() + ".force" + run.ending() : "add --force");
  }

  private Preflight preflight(Inspection inspection, String fingerprint) {
    Run run = inspection.run();
    Preflight.Files files = inspection.hasTags() ? files(run) : new Preflight.Files(0, 0, 0);
    return inspection
        .count()
        .sum(
            run.name(),
            inspection.lines(),
            inspection.rejected(),
            files,
            prices.get(),
            run.forced()
                ? null
                : ledger.queries().answeredBefore(run.id(), fingerprint).orElse(null));
  }

  private Preflight.Files files(Run run) {
    MediaIndex.Totals files = ledger.media().totals(run.id(), run.attempt());
    long bytesToUpload =
        uploads.bytesToUpload(run.id(), run.attempt(), context.connection(run).project());
    return new Preflight.Files(files.files(), files.bytes(), bytesToUpload);
  }

  private String fingerprint(Inspection inspection, byte[] digest) {
    Run run = inspection.run();
    return ContentFingerprint.of(
        digest,
        run.model(),
        context.connection(run).project(),
        inspection.settings().lines().strictness(),
        inspection.settings().requests(),
        taker -> {
          if (inspection.hasTags()) {
            ledger.media().forEachContent(run.id(), taker);
          }
        });
  }
}
