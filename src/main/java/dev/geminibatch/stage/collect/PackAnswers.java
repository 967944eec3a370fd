package dev.geminibatch.stage.collect;

import dev.geminibatch.answer.AnswerDownload;
import dev.geminibatch.answer.PackedAnswers;
import dev.geminibatch.io.AtomicFiles;
import dev.geminibatch.io.PrivateFiles;
import dev.geminibatch.io.ThisProcess;
import dev.geminibatch.job.PackIndex;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.PackFolder;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunFolder;
import dev.geminibatch.service.RemoteJob;
import dev.geminibatch.service.ServiceFailure;
import dev.geminibatch.service.ServiceFailure.Kind;
import dev.geminibatch.stage.StageContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Fetches the answers to a pack once, and gives each of its jobs its own. The first job that needs
 * them does it for all; the others wait for it, and find theirs.
 */
final class PackAnswers {
  private static final int LOCKS = 64;

  private final StageContext context;

  /** One thread a pack: the others would only do the same. Few packs are fetched at once. */
  private final Object[] locks = Stream.generate(Object::new).limit(LOCKS).toArray();

  PackAnswers(StageContext context) {
    this.context = context;
  }

  /**
   * Sees to it that a job has its answers, if there are any. They are not forced to the disk yet.
   *
   * @throws ServiceFailure also when what was fetched cannot be the answers
   */
  void fetchFor(Run run, Job job) throws IOException {
    String id = job.remote().pack().orElseThrow();
    PackFolder folder = context.state().pack(id);
    synchronized (locks[Math.floorMod(id.hashCode(), LOCKS)]) {
      if (!Files.exists(folder.divided())) {
        divide(run, job, folder);
      }
    }
    Path own = context.folder(run).answers(job.number());
    if (!Files.exists(own)) {
      Files.delete(folder.divided()); // a power failure has taken them
      throw new IOException("The answers of " + job.shownName() + " are divided again");
    }
  }

  private void divide(Run run, Job job, PackFolder folder) throws IOException {
    PackIndex index = PackIndex.read(folder.index());
    if (!Files.exists(folder.answers())) {
      fetch(run, job, folder, index);
    }
    long found = PackedAnswers.divide(index, folder.answers(), this::target);
    long size = Files.size(folder.answers());
    if (found == 0 && DescribedJob.hasOtherAnswers(context, run, job, size)) {
      Files.delete(folder.answers());
      throw DescribedJob.noAnswers(job);
    }
    PrivateFiles.createFile(folder.divided());
  }

  /** Those that have their answers keep them; they may be worked on. */
  private Optional<Path> target(PackIndex.Member member) {
    RunFolder folder = context.folder(member.runId());
    Path answers = folder.answers(member.number());
    boolean isWanted = Files.isDirectory(folder.path()) && !Files.exists(answers);
    return isWanted ? Optional.of(answers) : Optional.empty();
  }

  private void fetch(Run run, Job job, PackFolder folder, PackIndex index) throws IOException {
    Path part = AtomicFiles.aside(folder.answers(), ThisProcess.MARK);
    Files.deleteIfExists(part);
    String from = job.responsesFile().orElseThrow();
    try {
      AnswerDownload.fetch(
          context.connection(run).files(), from, part, index.lines(), received -> {});
    } catch (ServiceFailure failure) {
      if (failure.kind() != Kind.NOT_FOUND
          || !job.isOf(context.connection(run).project())
          || from.startsWith("batches/")
          || !DescribedJob.of(context, run, job).map(RemoteJob::inlined).orElse(false)) {
        throw failure;
      }
      Files.deleteIfExists(part); // the file is gone, the same answers are in the description
      AnswerDownload.fetch(
          context.connection(run).files(),
          job.name().orElseThrow().value(),
          part,
          index.lines(),
          received -> {});
    }
    AtomicFiles.publish(part, folder.answers());
    context.accounts().accepted(context.connection(run).project());
  }
}
