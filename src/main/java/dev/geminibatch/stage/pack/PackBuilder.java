package dev.geminibatch.stage.pack;

import dev.geminibatch.io.UsageException;
import dev.geminibatch.job.JobBody;
import dev.geminibatch.job.PackLimits;
import dev.geminibatch.job.PackWriter;
import dev.geminibatch.ledger.Packs;
import dev.geminibatch.media.StaleReferences;
import dev.geminibatch.media.UploadCache;
import dev.geminibatch.run.InputChanged;
import dev.geminibatch.run.InputGuard;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.PackFolder;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunFailure;
import dev.geminibatch.run.RunFolder;
import dev.geminibatch.service.Connection;
import dev.geminibatch.stage.StageContext;
import java.io.IOException;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes the file of a pack. A job that cannot go with the others is left to its own run. */
final class PackBuilder {
  private static final Logger LOG = LoggerFactory.getLogger("pack");

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").withZone(ZoneOffset.UTC);

  /** The service takes some hundred characters of a name. */
  private static final int LONGEST_NAME = 200;

  private final StageContext context;
  private final UploadCache references;

  PackBuilder(StageContext context, UploadCache references) {
    this.context = context;
    this.references = references;
  }

  /**
   * A pack whose files are written.
   *
   * @param jobs in it, in their order
   * @param runs of the jobs, in the same order
   * @param isFull whether more were there
   */
  record Pack(
      PackFolder folder, String displayName, List<Job> jobs, List<Run> runs, boolean isFull) {
    String model() {
      return jobs.get(0).model();
    }
  }

  /**
   * Builds one.
   *
   * @param candidates in the order of their turns, more than there is room for if there are more
   * @param begun receives the runs that are begun for it, to be ended whatever happens
   * @return empty if none of them can go now
   */
  Optional<Pack> build(
      Connection service, List<Packs.Candidate> candidates, PackLimits limits, Set<String> begun)
      throws IOException {
    PackFolder folder = context.state().pack(newId());
    folder.create();
    List<Job> jobs = new ArrayList<>();
    List<Run> runs = new ArrayList<>();
    long tokens = 0;
    boolean isFull = false;
    String first = null;
    try (PackWriter writer = new PackWriter(folder)) {
      for (Packs.Candidate candidate : candidates) {
        Job job = candidate.job();
        if (!begun.contains(job.runId()) && !context.busy().begin(job.runId())) {
          continue; // another thread or process is at it
        }
        begun.add(job.runId());
        isFull =
            jobs.size() == limits.maxMembers()
                || !jobs.isEmpty()
                    && (writer.requests() + job.requests() > limits.maxRequests()
                        || tokens + job.size().tokens() > limits.maxTokens());
        if (isFull) {
          break;
        }
        Optional<PackWriter.Member> member = read(service, candidate, writer);
        if (member.isEmpty()) {
          context.ledger().packs().sendAlone(job);
          continue;
        }
        isFull = !jobs.isEmpty() && writer.bytesWith(member.get()) > limits.maxBytes();
        if (isFull) {
          break;
        }
        writer.add(member.get());
        jobs.add(job);
        runs.add(candidate.run());
        tokens += job.size().tokens();
        first = first == null ? candidate.run().options().displayName() : first;
      }
      if (!jobs.isEmpty()) {
        writer.finish();
        return Optional.of(new Pack(folder, name(first, jobs.size(), folder), jobs, runs, isFull));
      }
    } catch (IOException | RuntimeException e) {
      folder.remove();
      throw e;
    }
    folder.remove();
    return Optional.empty();
  }

  /** The lines of a job, if they are what was checked and their files live long enough. */
  private Optional<PackWriter.Member> read(
      Connection service, Packs.Candidate candidate, PackWriter writer) {
    Run run = candidate.run();
    Job job = candidate.job();
    RunFolder folder = context.folder(run);
    try {
      if (JobBody.of(folder, job.number()).size() > PackLimits.MAX_MEMBER_BYTES) {
        return Optional.empty();
      }
      references.requireLiveReferences(run.id(), run.attempt(), service.project());
      InputGuard.check(run, folder);
      PackWriter.Member member = writer.read(job, folder);
      // What was copied is what was checked only if nothing has changed in the meantime either.
      InputGuard.checkBeforePaying(run, folder);
      return Optional.of(member);
    } catch (InputChanged e) {
      return Optional.empty(); // its own stage checks it again, and says so
    } catch (StaleReferences | RunFailure | UsageException | IOException e) {
      LOG.info("{}: not sent together with others: {}", run.name(), e.getMessage());
      return Optional.empty(); // its own stage says more
    }
  }

  /** What a person sees in a listing; it ends with what makes it unique. */
  private static String name(String first, int jobs, PackFolder folder) {
    String more = jobs == 1 ? "" : " and " + (jobs - 1) + " more";
    String shown =
        first.length() <= LONGEST_NAME ? first : first.substring(0, LONGEST_NAME) + "...";
    return shown + more + " [" + folder.id() + "]";
  }

  /** Unique, and short enough to be part of a file's name with the service. */
  private String newId() {
    String random = HexFormat.of().toHexDigits(new SplittableRandom().nextInt());
    return "p" + TIME.format(context.clock().instant()) + "-" + random;
  }
}
