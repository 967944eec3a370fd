package dev.geminibatch.stage.inspect;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SequenceWriter;
import dev.geminibatch.cost.PreflightCount;
import dev.geminibatch.io.AtomicFiles;
import dev.geminibatch.io.LazyOutput;
import dev.geminibatch.io.LruMap;
import dev.geminibatch.io.Visible;
import dev.geminibatch.job.JobRules;
import dev.geminibatch.job.KeyTable;
import dev.geminibatch.line.BatchRequest;
import dev.geminibatch.line.CheckedLine;
import dev.geminibatch.line.FileTag;
import dev.geminibatch.line.FileTokens;
import dev.geminibatch.line.LineProblem;
import dev.geminibatch.line.MediaTokens;
import dev.geminibatch.line.ProblemCode;
import dev.geminibatch.line.ReadAhead;
import dev.geminibatch.line.RejectedLine;
import dev.geminibatch.media.MediaExamination;
import dev.geminibatch.media.MediaFile;
import dev.geminibatch.media.MediaIndex;
import dev.geminibatch.media.MediaProblem;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunFolder;
import dev.geminibatch.settings.Settings;
import dev.geminibatch.stage.AssemblyAhead;
import dev.geminibatch.stage.LineWalk;
import dev.geminibatch.stage.UploadsAhead;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The inspection of one run: an iterator over its lines in groups, and what was found in them. */
public final class Inspection extends LineWalk<Inspection.Group> {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Logger LOG = LoggerFactory.getLogger("inspect");

  /** So that the files of the first ones are uploaded while those of the others are read. */
  private static final int LINES_AT_ONCE = 64;

  private static final int EXAMPLES = 20;

  /** The tags of late, which are the likely ones to come again. */
  private static final int REMEMBERED = 10_000;

  /** The files of more lines than that are uploaded for nothing, which does no harm. */
  private static final int MOST_NOT_UPLOADED = 10_000;

  private final Run run;
  private final Settings settings;
  private final MessageDigest digest;
  private final MediaExamination media;
  private final List<String> examples = new ArrayList<>();
  private final PreflightCount count;
  private final SequenceWriter badLines;
  private final AssemblyAhead.Attempt ahead;
  private final UploadsAhead.Attempt uploads;
  private final CompletableFuture<Void> isOnDisk;
  private final Map<String, FileTokens> tokensOfTags = new LruMap<>(REMEMBERED);
  private final Set<String> ignored = new HashSet<>();

  /** Hashes of the tags of lines that can be sent; some bytes each. */
  private final KeyTable needed = new KeyTable();

  /** Tags of lines over the limit, with what is wrong with those. */
  private final Map<String, String> overQuota = new HashMap<>();

  private boolean hasForeignShapes;
  private boolean hasTags;
  private long lines;
  private long rejected;

  /** Some lines that follow each other, and the inspection that they belong to. */
  public record Group(Inspection inspection, List<CheckedLine> lines) {}

  Inspection(
      Run run,
      Settings settings,
      RunFolder folder,
      ReadAhead<?, List<CheckedLine>> lines,
      Closeable source,
      MessageDigest digest,
      MediaExamination media,
      JobRules rules,
      AssemblyAhead.Attempt ahead,
      UploadsAhead.Attempt uploads)
      throws IOException {
    super(lines, source);
    this.run = run;
    this.settings = settings;
    this.digest = digest;
    this.media = media;
    this.ahead = ahead;
    this.uploads = uploads;
    this.count = new PreflightCount(rules, settings.costs().outputTokens());
    this.badLines =
        MAPPER
            .writer()
            .withRootValueSeparator("\n")
            .writeValues((OutputStream) new LazyOutput(folder.badLines()));
    // A copied input comes to the disk while its lines are parsed.
    Path input = folder.received(run);
    this.isOnDisk =
        run.fromInbox()
            ? CompletableFuture.completedFuture(null)
            : CompletableFuture.runAsync(() -> force(input));
  }

  private static void force(Path file) {
    try {
      AtomicFiles.force(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Group group(List<CheckedLine> lines) {
    return new Group(this, lines);
  }

  /** Checks a group of lines and the files that they name. */
  void check(List<CheckedLine> group) throws IOException {
    for (int at = 0; at < group.size(); at += LINES_AT_ONCE) {
      checkSome(group.subList(at, Math.min(at + LINES_AT_ONCE, group.size())));
    }
  }

  private void checkSome(List<CheckedLine> group) throws IOException {
    List<String> paths = group.stream().flatMap(Inspection::tags).map(FileTag::path).toList();
    if (!paths.isEmpty()) {
      hasTags = true;
      media.prepare(paths);
    }
    for (CheckedLine checked : group) {
      lines++;
      ahead.add(checked);
      Optional<LineProblem> problem =
          checked instanceof BatchRequest request
              ? problemOf(request)
              : Optional.of(((RejectedLine) checked).problem());
      if (problem.isPresent()) {
        reject(checked.line().number(), problem.get());
      } else if (checked instanceof BatchRequest request) {
        note(request.line().number(), request.shape());
      }
    }
    ahead.advance();
  }

  private FileTokens fileTokens(BatchRequest request) {
    FileTokens tokens = FileTokens.NONE;
    for (FileTag tag : request.tags()) {
      FileTokens known = tokensOfTags.get(tag.path());
      if (known == null) {
        known = media.file(tag.path()).map(MediaFile::tokens).orElseGet(MediaTokens::unknown);
        tokensOfTags.put(tag.path(), known);
      }
      tokens = tokens.plus(known);
    }
    return tokens;
  }

  private void note(long line, BatchRequest.Shape shape) {
    hasForeignShapes |= shape.isForeign();
    for (String field : shape.ignored()) {
      if (ignored.add(field)) {
        LOG.warn(
            "{} line {}: {} is for the program that wrote the line, and is not sent",
            run.name(),
            line,
            field);
      }
    }
  }

  private static Stream<FileTag> tags(CheckedLine line) {
    return line instanceof BatchRequest request ? request.tags().stream() : Stream.empty();
  }

  private Optional<LineProblem> problemOf(BatchRequest request) {
    String model = request.model() == null ? run.model() : request.model();
    Optional<LineProblem> problem = problemOfFiles(request);
    if (problem.isPresent()) {
      return problem;
    }
    problem = count.add(model, request, fileTokens(request));
    boolean isSent = problem.isEmpty();
    for (FileTag tag : request.tags()) {
      if (isSent) {
        if (needed.add(KeyTable.hash(tag.path()))) {
          media.recent(tag.path()).ifPresent(uploads::offer);
        }
      } else if (overQuota.size() < MOST_NOT_UPLOADED) {
        overQuota.put(tag.path(), problem.get().message());
      }
    }
    return problem;
  }

  /**
   * The files that only lines over the limit name are not uploaded for nothing.
   *
   * @param index of the run's files, all of which are written down
   */
  void leaveOut(MediaIndex index) {
    if (overQuota.isEmpty()) {
      return;
    }
    KeyTable contents = new KeyTable();
    Map<String, String> unneeded = new HashMap<>();
    index.forEachContent(
        run.id(),
        (tag, content) -> {
          if (needed.find(KeyTable.hash(tag)) >= 0) {
            contents.add(KeyTable.hash(content));
          } else if (overQuota.containsKey(tag)) {
            unneeded.put(content, overQuota.get(tag));
          }
        });
    unneeded.forEach(
        (content, why) -> {
          if (contents.find(KeyTable.hash(content)) < 0) {
            index.reject(run.id(), content, new MediaProblem(ProblemCode.OVER_QUOTA, why));
          }
        });
  }

  private Optional<LineProblem> problemOfFiles(BatchRequest request) {
    Optional<LineProblem> first = Optional.empty();
    for (FileTag tag : request.tags()) {
      Optional<MediaProblem> problem = media.check(tag.path());
      if (first.isEmpty() && problem.isPresent()) {
        first = problem.map(each -> each.of(tag));
      }
    }
    return first;
  }

  private void reject(long line, LineProblem problem) throws IOException {
    rejected++;
    badLines.write(new UnsentLine(line, problem.code(), problem.message()));
    if (examples.size() < EXAMPLES) {
      String text = "line " + line + ": " + Visible.line(problem.message());
      examples.add(text);
      LOG.warn("{} {}", run.name(), text);
    } else if (rejected == EXAMPLES + 1) {
      LOG.warn(
          "{} has more lines that cannot be sent; the errors file has all of them", run.name());
    }
  }

  /** The split closes the walk before its last lines are checked; this is for afterwards. */
  void release() throws IOException {
    media.close();
    badLines.close();
  }

  /** Waits until a copied input is on the disk. */
  void awaitDisk() {
    isOnDisk.join();
  }

  /** Of the input's bytes; to be asked once, in the end. */
  byte[] digest() {
    return digest.digest();
  }

  /**
   * Of the input's bytes and how they were understood.
   *
   * @param bytes the digest of the bytes
   */
  byte[] digestOfContent(byte[] bytes) {
    return hasForeignShapes ? ContentFingerprint.ofForeignShapes(bytes) : bytes;
  }

  Run run() {
    return run;
  }

  /** Whether any line names a file. */
  boolean hasTags() {
    return hasTags;
  }

  Settings settings() {
    return settings;
  }

  PreflightCount count() {
    return count;
  }

  UploadsAhead.Attempt uploads() {
    return uploads;
  }

  AssemblyAhead.Attempt ahead() {
    return ahead;
  }

  long lines() {
    return lines;
  }

  long rejected() {
    return rejected;
  }

  /** Whether something is left to send, of the lines as a whole or by {@code lines.on-error}. */
  boolean isSendable() {
    return rejected < lines && !(settings.lines().failOnError() && rejected > 0);
  }

  /** Why nothing is sent, with the first bad lines. */
  String whyNothingIsSent() {
    StringBuilder why = new StringBuilder();
    if (rejected == lines) {
      why.append(lines == 1 ? "The line cannot" : "None of the " + lines + " lines can");
      why.append(" be sent");
    } else {
      why.append(rejected).append(" of ").append(lines);
      why.append(" lines cannot be sent, and lines.on-error=fail");
    }
    why.append("; nothing was sent.");
    if (rejected > examples.size()) {
      why.append(" The first are:");
    }
    examples.forEach(example -> why.append("\n  ").append(example));
    return why.toString();
  }
}
