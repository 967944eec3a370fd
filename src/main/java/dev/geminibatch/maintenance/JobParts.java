package dev.geminibatch.maintenance;

import dev.geminibatch.answer.PackedAnswers;
import dev.geminibatch.io.AtomicFiles;
import dev.geminibatch.io.PrivateFiles;
import dev.geminibatch.io.ThisProcess;
import dev.geminibatch.job.JobFiles;
import dev.geminibatch.job.PackIndex;
import dev.geminibatch.ledger.Ledger;
import dev.geminibatch.run.Job;
import dev.geminibatch.run.PackFolder;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunFolder;
import dev.geminibatch.service.RemoteJob;
import dev.geminibatch.wiring.Workspace;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Whose the requests of a job are: nobody's of ours, those of one run, or of several. */
final class JobParts implements Closeable {
  private final Workspace workspace;
  private final Ledger ledger;
  private final RemoteJob job;
  private final Path answers;
  private Optional<Path> divided = Optional.empty();
  private long requests;

  /**
   * Nothing is read yet.
   *
   * @param answers where they will be
   */
  JobParts(Workspace workspace, RemoteJob job, Path answers) throws IOException {
    this.workspace = workspace;
    this.ledger = workspace.ledger();
    this.job = job;
    this.answers = answers;
  }

  /**
   * What one run has in it, or what is not known to be of a run.
   *
   * @param jobs the jobs of the run, each with its answers; none if their requests are not known
   * @param answers to all of it, if the requests are not known
   */
  record Part(String runId, Optional<Run> run, List<JobFiles> jobs, Path answers) {
    /** The input's name; without a run, its id. */
    String name() {
      return run.map(Run::name).orElse(runId);
    }
  }

  /** The parts of a job whose answers are there, in the order of their requests. */
  List<Part> divide() throws IOException {
    Optional<Job> ours = ledger.jobs().named(job.jobName());
    if (ours.isEmpty()) {
      return List.of(new Part("", Optional.empty(), List.of(), answers));
    }
    Optional<PackFolder> pack = ours.get().remote().pack().map(workspace.state()::pack);
    if (pack.isEmpty()) {
      return List.of(part(ours.get().runId(), Map.of(ours.get().number(), answers)));
    }
    // Without its index nobody knows which answer is whose: keys of several runs may be the same.
    return Files.exists(pack.get().index())
        ? divide(pack.get())
        : List.of(new Part("", Optional.empty(), List.of(), answers));
  }

  private List<Part> divide(PackFolder pack) throws IOException {
    Path folder = pack.path().resolve("fetched-" + ThisProcess.MARK);
    divided = Optional.of(folder);
    PrivateFiles.createFolder(folder);
    PackIndex index = PackIndex.read(pack.index());
    requests = index.lines();
    PackedAnswers.divide(index, answers, member -> Optional.of(answers(folder, member)));
    Map<String, Map<Integer, Path>> byRun = new LinkedHashMap<>();
    for (PackIndex.Member member : index.members()) {
      byRun
          .computeIfAbsent(member.runId(), any -> new LinkedHashMap<>())
          .put(member.number(), answers(folder, member));
    }
    List<Part> parts = new ArrayList<>();
    for (Map.Entry<String, Map<Integer, Path>> each : byRun.entrySet()) {
      parts.add(part(each.getKey(), each.getValue()));
    }
    return parts;
  }

  private static Path answers(Path folder, PackIndex.Member member) {
    return folder.resolve(member.runId() + "." + member.number() + ".answers");
  }

  /**
   * The part of a run.
   *
   * @param its the answers to each of its jobs, by number
   */
  private Part part(String runId, Map<Integer, Path> its) throws IOException {
    RunFolder folder = workspace.state().run(runId);
    List<JobFiles> jobs = new ArrayList<>();
    for (Map.Entry<Integer, Path> each : its.entrySet()) {
      JobFiles kept = JobFiles.of(folder, each.getKey());
      if (Files.exists(kept.index()) && Files.exists(folder.input())) {
        jobs.add(kept.withAnswers(each.getValue(), folder.matchesOf(each.getValue())));
      }
    }
    Optional<Run> run = ledger.queries().find(runId);
    return jobs.size() == its.size()
        ? new Part(runId, run, jobs, answers)
        : new Part(runId, run, List.of(), joined(its.values()));
  }

  /** The first file, with what is in the others behind it. */
  private static Path joined(Iterable<Path> answers) throws IOException {
    Path all = null;
    for (Path each : answers) {
      if (all == null) {
        all = each;
      } else {
        try (OutputStream out = Files.newOutputStream(all, StandardOpenOption.APPEND)) {
          Files.copy(each, out);
        }
      }
    }
    return all;
  }

  /** How many requests of runs of ours it has, once it is divided. */
  long requests() {
    return requests;
  }

  /** Removes what was divided. */
  @Override
  public void close() throws IOException {
    if (divided.isPresent()) {
      AtomicFiles.removeTree(divided.get());
    }
  }
}
