package dev.geminibatch.stage;

import dev.geminibatch.answer.JobProblem;
import dev.geminibatch.io.Amounts;
import dev.geminibatch.io.AtomicFiles;
import dev.geminibatch.job.PackIndex;
import dev.geminibatch.job.Refusals;
import dev.geminibatch.ledger.CreationQueue;
import dev.geminibatch.ledger.Packs;
import dev.geminibatch.ledger.QuotaWaits;
import dev.geminibatch.line.ByteSearch;
import dev.geminibatch.line.Line;
import dev.geminibatch.line.LineReader;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.PackFolder;
import dev.geminibatch.service.ServiceWords;
import dev.geminibatch.service.ServiceWords.RefusedLine;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What becomes of the jobs of a pack that the service has not worked on. What is wrong with one of
 * them must not cost the others anything but time: those that are to blame end, and all others wait
 * for another pack. Where nobody knows who is to blame, the next packs are half as large, until the
 * one job is alone and fails for itself.
 */
public final class Unpacking {
  private static final Logger LOG = LoggerFactory.getLogger("pack");

  /** A refusal may name a million lines. */
  private static final int LONGEST_REASON = 500;

  private static final Duration SHORTLY = Duration.ofSeconds(10);

  private final StageContext context;
  private final Packs packs;

  public Unpacking(StageContext context) {
    this.context = context;
    this.packs = context.ledger().packs();
  }

  /** What a pack is called in the story of its runs. */
  public static String name(Job pack) {
    return pack.displayName().replaceFirst(" \\[[^\\[\\]]*\\]$", "");
  }

  /** All jobs of a pack wait for another one. */
  public void again(Job pack, CreationQueue.Place place) {
    LOG.info("{}: {}", name(pack), place.reason());
    packs.dissolved(pack, place, Optional.empty());
  }

  /** There is less room than was assumed; its jobs wait for smaller packs. */
  public void smaller(Job pack, String reason) {
    boolean isOne = packs.unfinished(id(pack)).size() == 1;
    String shown = QuotaWaits.outOfQuota(reason) + "; it is tried with fewer lines in a job";
    LOG.info("{}: {}", name(pack), shown);
    packs.dissolved(
        pack, place(pack, shown, Duration.ZERO), isOne ? Optional.of(1) : Optional.empty());
  }

  /** All jobs of a pack end as they would have alone: what is wrong is true of each. */
  public void allEnd(Job pack, JobProblem.Kind how, String reason) {
    List<Job> all = packs.unfinished(id(pack));
    packs.dissolvedBut(pack, all, how.name(), reason, place(pack, reason, Duration.ZERO));
  }

  /** Nobody knows which of the jobs is to blame. */
  public void inHalves(Job pack, String reason) {
    int size = packs.unfinished(id(pack)).size();
    int most = Math.max(1, (size + 1) / 2);
    String words = Amounts.shortened(reason, LONGEST_REASON);
    LOG.warn(
        "{}: the service refuses the job that {} share ({}); it is tried with at most {} in one",
        name(pack),
        Amounts.count(size, "job"),
        words,
        most);
    String why = "A job shared with others was refused (" + words + "); it is tried with fewer.";
    packs.dissolved(pack, place(pack, why, Duration.ZERO), Optional.of(most));
  }

  /**
   * The lines that the service names end, each in its own run.
   *
   * @param lines by their numbers in the pack
   */
  public void takeOut(Job pack, List<RefusedLine> lines) throws IOException {
    PackIndex index = PackIndex.read(folder(pack).index());
    BitSet ending = noteRefusals(index, lines);
    LOG.warn(
        "{}: the service refuses {} of the {} requests of the shared job, the first with \"{}\";"
            + " the others are sent without them",
        name(pack),
        lines.size(),
        index.lines(),
        Amounts.shortened(lines.get(0).message(), LONGEST_REASON));
    end(pack, index, ending, JobProblem.Kind.LINES_REFUSED, "other lines of the job were refused");
  }

  /** Notes lines that the service refuses with the runs that they are of. */
  public void noteRefusals(Job pack, List<RefusedLine> lines) throws IOException {
    noteRefusals(PackIndex.read(folder(pack).index()), lines);
  }

  /** The numbers of the members that they are of. */
  private BitSet noteRefusals(PackIndex index, List<RefusedLine> lines) throws IOException {
    Map<Integer, List<RefusedLine>> byMember = new TreeMap<>();
    for (RefusedLine line : lines) {
      int number = (int) line.line() - 1;
      if (number < index.lines()) {
        int member = index.memberOf(number);
        byMember
            .computeIfAbsent(member, any -> new ArrayList<>())
            .add(
                new RefusedLine(line.line() - index.members().get(member).first(), line.message()));
      }
    }
    BitSet ending = new BitSet();
    for (Map.Entry<Integer, List<RefusedLine>> each : byMember.entrySet()) {
      PackIndex.Member member = index.members().get(each.getKey());
      Path refusals = context.folder(member.runId()).refusals(member.number());
      if (Files.isDirectory(refusals.getParent())) {
        Refusals.write(each.getValue(), refusals);
        AtomicFiles.force(refusals);
      }
      ending.set(each.getKey());
    }
    return ending;
  }

  /**
   * A file is gone, the pack's own or one that lines name.
   *
   * @param reason which names it
   */
  public void fileGone(Job pack, String reason) throws IOException {
    List<String> ids = ServiceWords.fileIds(reason);
    String own = pack.inputFile().orElse("").replaceFirst("^files/", "");
    if (ids.contains(own)) {
      again(pack, place(pack, "The file of the shared job is gone; it is uploaded again", SHORTLY));
      return;
    }
    PackIndex index = PackIndex.read(folder(pack).index());
    BitSet naming = naming(pack, index, ids);
    if (naming.isEmpty()) {
      inHalves(pack, reason);
    } else {
      end(pack, index, naming, JobProblem.Kind.FILES_GONE, reason);
    }
  }

  private BitSet naming(Job pack, PackIndex index, List<String> ids) throws IOException {
    BitSet naming = new BitSet();
    if (!Files.exists(folder(pack).body())) {
      return naming;
    }
    try (LineReader lines = LineReader.open(folder(pack).body(), LineReader.MAX_LINE_BYTES)) {
      while (lines.hasNext()) {
        Line line = lines.next();
        int number = (int) line.number() - 1;
        if (number < index.lines() && ids.stream().anyMatch(id -> names(line.bytes(), id))) {
          naming.set(index.memberOf(number));
        }
      }
    }
    return naming;
  }

  private static boolean names(byte[] line, String id) {
    byte[] wanted = ("files/" + id + '"').getBytes(StandardCharsets.UTF_8);
    for (int at = -1; (at = ByteSearch.indexOf(line, at + 1, line.length, 'f')) >= 0; ) {
      if (at + wanted.length <= line.length
          && Arrays.equals(line, at, at + wanted.length, wanted, 0, wanted.length)) {
        return true;
      }
    }
    return false;
  }

  private void end(Job pack, PackIndex index, BitSet ending, JobProblem.Kind how, String reason) {
    Set<String> names =
        ending.stream()
            .mapToObj(index.members()::get)
            .map(member -> member.runId() + "." + member.number())
            .collect(Collectors.toSet());
    List<Job> jobs =
        packs.unfinished(id(pack)).stream()
            .filter(job -> names.contains(job.runId() + "." + job.number()))
            .toList();
    String why = "A job shared with others was refused for lines of theirs; it is sent again.";
    packs.dissolvedBut(pack, jobs, how.name(), reason, place(pack, why, Duration.ZERO));
  }

  /** Where the jobs of a pack wait for another one. */
  public static CreationQueue.Place place(Job pack, String reason, Duration time) {
    return CreationQueue.packAgain(
        pack.model(), pack.remote().project().orElseThrow(), reason, time);
  }

  private PackFolder folder(Job pack) {
    return context.state().pack(id(pack));
  }

  private static String id(Job pack) {
    return pack.remote().pack().orElseThrow();
  }
}
