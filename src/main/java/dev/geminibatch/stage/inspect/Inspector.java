package dev.geminibatch.stage.inspect;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SequenceWriter;
import dev.geminibatch.cost.Preflight;
import dev.geminibatch.cost.PreflightCount;
import dev.geminibatch.cost.Prices;
import dev.geminibatch.io.AtomicFiles;
import dev.geminibatch.io.Sha256;
import dev.geminibatch.io.UsageException;
import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.line.BatchRequest;
import dev.geminibatch.line.CheckedLine;
import dev.geminibatch.line.FileTag;
import dev.geminibatch.line.Line;
import dev.geminibatch.line.LineGroups;
import dev.geminibatch.line.LineProblem;
import dev.geminibatch.line.LineReader;
import dev.geminibatch.line.ReadAhead;
import dev.geminibatch.line.RejectedLine;
import dev.geminibatch.line.RequestDefaults;
import dev.geminibatch.media.MediaCatalog;
import dev.geminibatch.media.MediaExamination;
import dev.geminibatch.media.MediaProblem;
import dev.geminibatch.media.Uploader;
import dev.geminibatch.run.InputGuard;
import dev.geminibatch.run.Progress;
import dev.geminibatch.run.Progress.Unit;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunFailure;
import dev.geminibatch.run.RunFolder;
import dev.geminibatch.settings.Settings;
import dev.geminibatch.stage.AssemblyAhead;
import dev.geminibatch.stage.FileProblem;
import dev.geminibatch.stage.Gunzip;
import dev.geminibatch.stage.LineParser;
import dev.geminibatch.stage.LineWalk;
import dev.geminibatch.stage.StageContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at every line of a run and at every file that a line names, before anything is spent; and
 * notices content that has been answered before.
 */
public final class Inspector {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Logger LOG = LoggerFactory.getLogger("inspect");

  private final Ledger ledger;
  private final StageContext context;
  private final MediaCatalog catalog;
  private final LineParser parser;
  private final AssemblyAhead ahead;
  private final Settings settings;
  private final Progress progress;
  private final Uploader uploader;
  private final Prices prices;

  public Inspector(
      StageContext context,
      MediaCatalog catalog,
      Uploader uploader,
      Prices prices,
      LineParser parser,
      AssemblyAhead ahead) {
    this.uploader = uploader;
    this.prices = prices;
    this.context = context;
    this.ledger = context.ledger();
    this.settings = context.settings();
    this.progress = context.progress();
    this.catalog = catalog;
    this.parser = parser;
    this.ahead = ahead;
  }

  /** A line that cannot be sent, as it is kept for whoever asks for all of them. */
  public record BadLine(long line, String code, String message) {}

  /** Some lines that follow each other, and the inspection that they belong to. */
  public record Group(Inspection inspection, List<CheckedLine> lines) {}

  /** The inspection of one run: an iterator over its lines in groups. */
  public static final class Inspection extends LineWalk<Group> {
    private static final int EXAMPLES = 20;

    private final Run run;
    private final Settings settings;
    private final MediaExamination media;
    private final MessageDigest digest;
    private final List<String> examples = new ArrayList<>();
    private final PreflightCount count;
    private final SequenceWriter badLines;
    private final AssemblyAhead.Attempt ahead;
    private final CompletableFuture<Void> isOnDisk;
    private long lines;
    private long rejected;

    @Override
    public Group group(List<CheckedLine> lines) {
      return new Group(this, lines);
    }

    /** The split closes the walk before its last lines are checked; this is for afterwards. */
    private void release() throws IOException {
      media.close();
      badLines.close();
    }

    private Inspection(
        Run run,
        Settings settings,
        ReadAhead<?, List<CheckedLine>> lines,
        LineGroups chunks,
        MediaExamination media,
        MessageDigest digest,
        PreflightCount count,
        SequenceWriter badLines,
        AssemblyAhead.Attempt ahead,
        Path input) {
      super(lines, chunks);
      this.ahead = ahead;
      // A copied input comes to the disk while its lines are parsed.
      this.isOnDisk =
          run.fromInbox()
              ? CompletableFuture.completedFuture(null)
              : CompletableFuture.runAsync(() -> force(input));
      this.count = count;
      this.badLines = badLines;
      this.run = run;
      this.settings = settings;
      this.media = media;
      this.digest = digest;
    }
  }

  /** Begins, from nothing. */
  public Inspection open(String runId) throws IOException {
    Run run = ledger.run(runId);
    RunFolder folder = RunFolder.of(settings, runId);
    InputGuard.check(run, folder);
    Settings set = settingsOf(run);
    if (run.isPacked() && !Files.exists(folder.changed())) {
      Gunzip.unpack(
          folder.received(run),
          folder.plain(),
          at -> progress.step(run, "unpacking", at, run.inputSize(), Unit.BYTES));
    }
    long size = Files.size(folder.input());
    MessageDigest digest = Sha256.digest();
    LineReader reader = LineReader.digesting(folder.input(), settings.lines().maxBytes(), digest);
    LineGroups chunks =
        new LineGroups(
            reader,
            number -> true,
            at -> progress.step(run, "checking lines", at, size, Unit.BYTES));
    return new Inspection(
        run,
        set,
        parser.parse(chunks, set),
        chunks,
        catalog.examine(runId, run.mediaRoot()),
        digest,
        new PreflightCount(set),
        MAPPER.writer().withRootValueSeparator("\n").writeValues(folder.badLines().toFile()),
        ahead.begin(run),
        folder.received(run));
  }

  /** What was dropped beside the file may be wrong, which only whoever dropped it can mend. */
  private Settings settingsOf(Run run) throws IOException {
    try {
      Settings set = context.settings(run);
      RequestDefaults.of(set.requests());
      return set;
    } catch (UsageException e) {
      context.service(run); // a profile that is missing is another matter
      throw new RunFailure(run.name() + ".properties: " + e.getMessage());
    }
  }

  /** Checks a group of lines and the files that they name. */
  public void check(Group group) throws IOException {
    try {
      checkEach(group.inspection(), group.lines());
    } catch (IOException | RuntimeException e) {
      try {
        group.inspection().ahead.discard();
      } finally {
        group.inspection().release();
      }
      throw e;
    }
  }

  private void checkEach(Inspection inspection, List<CheckedLine> lines) throws IOException {
    List<String> paths = lines.stream().flatMap(Inspector::tags).map(FileTag::path).toList();
    if (!paths.isEmpty()) {
      inspection.media.prepare(paths);
    }
    for (CheckedLine checked : lines) {
      inspection.lines++;
      inspection.ahead.add(checked);
      Optional<LineProblem> problem =
          checked instanceof BatchRequest request
              ? problemOfFiles(inspection, request)
              : Optional.of(((RejectedLine) checked).problem());
      if (problem.isPresent()) {
        inspection.rejected++;
        note(inspection, checked.line(), problem.get());
      } else if (checked instanceof BatchRequest request) {
        String model = request.model() == null ? inspection.run.model() : request.model();
        inspection.count.add(model, request);
      }
    }
  }

  private static void force(Path file) {
    try {
      AtomicFiles.force(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Stream<FileTag> tags(CheckedLine line) {
    return line instanceof BatchRequest request ? request.tags().stream() : Stream.empty();
  }

  private static Optional<LineProblem> problemOfFiles(Inspection inspection, BatchRequest request) {
    Optional<LineProblem> first = Optional.empty();
    for (FileTag tag : request.tags()) {
      Optional<MediaProblem> problem = inspection.media.check(tag.path());
      if (first.isEmpty() && problem.isPresent()) {
        first = problem.map(each -> FileProblem.of(tag, each));
      }
    }
    return first;
  }

  private static void note(Inspection inspection, Line line, LineProblem problem)
      throws IOException {
    inspection.badLines.write(new BadLine(line.number(), problem.code(), problem.message()));
    String text = "line " + line.number() + ": " + problem.message();
    if (inspection.examples.size() < Inspection.EXAMPLES) {
      inspection.examples.add(text);
      LOG.warn("{} {}", inspection.run.name(), text);
    }
  }

  /**
   * Ends the inspection.
   *
   * @throws RunFailure when there is nothing to send, or one bad line is one too many
   */
  public void finish(Inspection inspection) throws IOException {
    try {
      if (judge(inspection)) {
        inspection.ahead.keep();
      }
    } finally {
      inspection.ahead.discard();
    }
  }

  /** Whether the run goes on by itself; it does not when another run answers it. */
  private boolean judge(Inspection inspection) throws IOException {
    inspection.release();
    inspection.isOnDisk.join();
    Run run = inspection.run;
    long usable = inspection.lines - inspection.rejected;
    if (inspection.lines == 0) {
      boolean isChanged = Files.exists(RunFolder.of(settings, run.id()).changed());
      throw new RunFailure(
          isChanged
              ? "stage.each-line has left out all lines."
              : "The file holds no lines. Write one request per line.");
    }
    if (usable == 0 || inspection.settings.lines().failOnError() && inspection.rejected > 0) {
      throw new RunFailure(whyNothingIsSent(inspection, usable));
    }
    String fingerprint = fingerprint(inspection);
    Preflight preflight = preflight(inspection, fingerprint);
    MAPPER.writeValue(RunFolder.of(settings, run.id()).preflight().toFile(), preflight);
    boolean isPaid = preflight.sameContentAs() == null && !run.isDryRun();
    Optional<String> overBudget =
        inspection.settings.costs().maxPerFile().flatMap(preflight::overBudget);
    if (isPaid && overBudget.isPresent()) {
      throw new RunFailure(overBudget.get());
    }
    Optional<String> leader =
        ledger.inspected(
            run.id(),
            fingerprint,
            inspection.lines,
            inspection.rejected,
            !run.forced() && !run.isDryRun());
    preflight.inWords().forEach(LOG::info);
    leader.ifPresent(
        id ->
            LOG.info(
                "{}: run {} has the same content and answers this one, too; to pay again, {}",
                run.name(),
                id,
                run.fromInbox()
                    ? "drop it as " + run.stem() + ".force" + run.ending()
                    : "add --force"));
    return leader.isEmpty();
  }

  private Preflight preflight(Inspection inspection, String fingerprint) {
    Run run = inspection.run;
    MediaCatalog.Totals files = catalog.totals(run.id(), run.attempt());
    return inspection.count.sum(
        run,
        inspection.lines,
        inspection.rejected,
        new Preflight.Files(
            files.files(),
            files.bytes(),
            uploader.bytesToUpload(run.id(), run.attempt(), context.service(run).project())),
        prices,
        run.forced() ? null : ledger.answeredBefore(run.id(), fingerprint).orElse(null));
  }

  private static String whyNothingIsSent(Inspection inspection, long usable) {
    StringBuilder why = new StringBuilder();
    if (usable == 0) {
      why.append("None of the ").append(inspection.lines).append(" lines can be sent");
    } else {
      why.append(inspection.rejected).append(" of ").append(inspection.lines);
      why.append(" lines cannot be sent, and lines.on-error=fail");
    }
    why.append("; nothing was sent. ");
    if (inspection.rejected > inspection.examples.size()) {
      why.append("The first are:");
    }
    inspection.examples.forEach(example -> why.append("\n  ").append(example));
    return why.toString();
  }

  /** The same for the same lines, default model, files and key, whatever the file's name. */
  private String fingerprint(Inspection inspection) {
    MessageDigest digest = Sha256.digest();
    digest.update(inspection.digest.digest());
    digest.update(inspection.run.model().getBytes(StandardCharsets.UTF_8));
    digest.update(context.service(inspection.run).project().getBytes(StandardCharsets.UTF_8));
    digest.update((byte) inspection.settings.results().check().ordinal());
    inspection
        .settings
        .requests()
        .inWords()
        .ifPresent(words -> digest.update(words.getBytes(StandardCharsets.UTF_8)));
    catalog.digestInto(inspection.run.id(), digest);
    return HexFormat.of().formatHex(digest.digest());
  }
}
