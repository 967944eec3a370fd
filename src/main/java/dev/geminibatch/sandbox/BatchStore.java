package dev.geminibatch.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.geminibatch.io.FieldNames;
import dev.geminibatch.sandbox.FileStore.StoredFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.stream.Collectors;

/** Batch jobs. Their states follow from the clock; their answers are written when they end. */
final class BatchStore {
  private static final Duration LIFE = Duration.ofHours(48);

  /** Answers are kept this long, six weeks, unless their job is deleted. */
  private static final Duration LIFE_OF_ANSWERS = Duration.ofDays(42);

  /** Of a project; the service's own limit. */
  private static final int MOST_OPEN = 100;

  private final Path folder;
  private final FileStore files;
  private final Faults faults;
  private volatile Duration jobTime;
  private final Clock clock;
  private final ExecutorService threads;
  private final Counters counters;
  private final Map<String, SandboxJob> jobs = new ConcurrentHashMap<>();
  private final List<SandboxJob> newestFirst = new CopyOnWriteArrayList<>();

  /** Also those that were deleted: it does not stop them. */
  private final List<SandboxJob> active = new CopyOnWriteArrayList<>();

  private final TokenQuota quota = new TokenQuota();

  BatchStore(
      Path folder,
      FileStore files,
      Faults faults,
      Duration jobTime,
      Clock clock,
      ExecutorService threads,
      Counters counters) {
    this.counters = counters;
    this.faults = faults;
    this.folder = folder;
    this.files = files;
    this.jobTime = jobTime;
    this.clock = clock;
    this.threads = threads;
  }

  /** From now on jobs take this long, those that are there already as well. */
  void setJobTime(Duration jobTime) {
    this.jobTime = jobTime;
  }

  Duration jobTime() {
    return jobTime;
  }

  TokenQuota quota() {
    return quota;
  }

  /** Checks every line as the service does, and creates the job. */
  ObjectNode create(String project, String model, JsonNode body) throws IOException {
    JsonNode batch = body.path("batch");
    if (open(project) >= MOST_OPEN) {
      throw new ApiError(429, "Too many batch jobs: " + MOST_OPEN + " are pending or running.");
    }
    String id = files.randomId(36);
    JobInput input = input(project, FieldNames.either(batch, "inputConfig"), id);
    SandboxJob job;
    synchronized (active) {
      String name = "models/" + model;
      refuseOverQuota(project, name, input.tokens());
      job =
          new SandboxJob(
              id,
              project,
              name,
              FieldNames.either(batch, "displayName").asText(""),
              input,
              clock.instant(),
              folder.resolve("answers-" + id),
              faults.take(Endpoint.JOB, project).orElse(null),
              JobShape.of(faults, project));
      active.add(job);
    }
    jobs.put(id, job);
    newestFirst.add(0, job);
    counters.jobCreated(input.requests());
    return json(job, false);
  }

  private long open(String project) {
    return newestFirst.stream()
        .filter(job -> job.project.equals(project) && !advanced(job).isEnded())
        .count();
  }

  private JobInput input(String project, JsonNode config, String id) throws IOException {
    JsonNode requests = config.path("requests").path("requests");
    if (requests.isArray()) {
      return JobInput.ofRequests(requests, folder.resolve("requests-" + id));
    }
    String name = FieldNames.either(config, "fileName").asText("");
    if (!name.startsWith("files/")) {
      throw new ApiError(
          400,
          "* BatchGenerateContentRequest.batch.input_config: a file name or requests are"
              + " required.");
    }
    StoredFile file =
        files
            .find(project, name.substring("files/".length()))
            .orElseThrow(() -> ApiError.noSuchEntity(name));
    return JobInput.ofFile(name, file.content());
  }

  private void refuseOverQuota(String project, String model, long tokens) {
    OptionalLong limit = quota.limit(model);
    if (limit.isPresent() && tokens + enqueued(project, model) > limit.getAsLong()) {
      throw ApiError.overQuota(model, limit.getAsLong());
    }
  }

  private long enqueued(String project, String model) {
    return stillActive().stream()
        .filter(job -> job.project.equals(project) && job.model.equals(model))
        .mapToLong(job -> job.input.tokens())
        .sum();
  }

  /** The tokens of all active jobs, by their models. */
  Map<String, Long> enqueued() {
    return stillActive().stream()
        .collect(
            Collectors.groupingBy(job -> job.model, Collectors.summingLong(j -> j.input.tokens())));
  }

  private List<SandboxJob> stillActive() {
    active.removeIf(this::hasRun);
    return active;
  }

  /** Whether it has ended, but for the writing of its answers. */
  private boolean hasRun(SandboxJob job) {
    synchronized (job) {
      return advanced(job).isEnded() || job.writing != null;
    }
  }

  HttpAnswer get(String project, String id) throws IOException {
    SandboxJob job = advanced(find(project, id));
    ObjectNode json = json(job, false);
    return job.isInlined()
        ? HttpAnswer.ok(json, job.answersMark(), job.inlinedAnswers())
        : HttpAnswer.ok(json);
  }

  List<ObjectNode> list(String project) {
    return newestFirst.stream()
        .filter(job -> job.project.equals(project))
        .map(job -> json(advanced(job), true))
        .toList();
  }

  void delete(String project, String id) {
    SandboxJob job = find(project, id);
    jobs.remove(id);
    newestFirst.remove(job);
  }

  /** Before it runs a job ends cancelled; a running one ends with the answers it has so far. */
  void cancel(String project, String id) {
    SandboxJob job = advanced(find(project, id));
    synchronized (job) {
      if (job.isEnded() || job.writing != null) {
        return;
      }
      if (job.state.equals("PENDING")) {
        job.state = "CANCELLED";
        job.ended = clock.instant();
        return;
      }
      Duration ran = Duration.between(job.created, clock.instant());
      beginWriting(job, served(job, ran));
    }
    advanced(job);
  }

  /** The file with the answers of an ended job, by the id that its description names. */
  Path answers(String project, String fileId) {
    if (!fileId.startsWith("batch-")) {
      files.get(project, fileId);
      throw new ApiError(400, "Only generated files can be downloaded.");
    }
    SandboxJob job = jobs.get(fileId.substring("batch-".length()));
    if (job == null
        || job.isInlined()
        || !job.project.equals(project)
        || !hasAnswers(advanced(job))) {
      throw ApiError.noSuchEntity("files/" + fileId);
    }
    return job.answers;
  }

  private boolean hasAnswers(SandboxJob job) {
    if (job.writing == null || !job.isEnded() || job.poisoned.isPresent()) {
      return false;
    }
    Instant named =
        job.goesWrong(Misbehaviour.LATE_FILE) ? job.ended.plus(job.fault.time()) : job.ended;
    Instant now = clock.instant();
    return !now.isBefore(named) && now.isBefore(job.ended.plus(LIFE_OF_ANSWERS));
  }

  private SandboxJob find(String project, String id) {
    SandboxJob job = jobs.get(id);
    if (job == null || !job.project.equals(project)) {
      throw ApiError.noSuchEntity("batches/" + id);
    }
    return job;
  }

  private SandboxJob advanced(SandboxJob job) {
    synchronized (job) {
      if (job.isEnded()) {
        return job;
      }
      if (job.writing == null) {
        grow(job, Duration.between(job.created, clock.instant()));
      }
      if (job.writing != null && job.writing.isDone()) {
        end(job, stateAtTheEnd(job));
      }
      return job;
    }
  }

  /** How many of its requests a job has answered after a time: all go equally fast. */
  private long served(SandboxJob job, Duration age) {
    long served = job.input.requests() * age.toMillis() / Math.max(1, jobTime.toMillis());
    return Math.min(job.input.requests(), served);
  }

  private void grow(SandboxJob job, Duration age) {
    boolean hangs = job.goesWrong(Misbehaviour.HANG);
    if (age.compareTo(LIFE) >= 0 && (hangs || jobTime.compareTo(LIFE) > 0)) {
      end(job, "EXPIRED");
    } else if (!hangs && age.compareTo(jobTime) >= 0) {
      job.state = "RUNNING";
      if (job.fails() && job.fault.answered() == 0) {
        end(job, stateAtTheEnd(job));
      } else {
        beginWriting(job, job.input.requests());
      }
    } else if (!hangs && age.compareTo(jobTime.dividedBy(3)) >= 0) {
      job.state = "RUNNING";
      job.served = job.fails() ? 0 : served(job, age);
    }
  }

  private static String stateAtTheEnd(SandboxJob job) {
    if (job.goesWrong(Misbehaviour.FAIL) || job.poisoned.isPresent()) {
      return "FAILED";
    }
    return job.goesWrong(Misbehaviour.EXPIRE) ? "EXPIRED" : "SUCCEEDED";
  }

  private void end(SandboxJob job, String state) {
    job.state = state;
    job.ended = clock.instant();
  }

  private void beginWriting(SandboxJob job, long served) {
    job.writing =
        threads.submit(
            () -> {
              try {
                if (!isPoisoned(job)) {
                  write(job, served);
                }
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
  }

  private static boolean isPoisoned(SandboxJob job) throws IOException {
    if (!job.goesWrong(Misbehaviour.POISON)) {
      return false;
    }
    List<Long> lines = job.input.linesWith(job.fault.value());
    synchronized (job) {
      job.poisoned =
          lines.stream()
              .map(line -> "Error on line " + line + ": Request contains an invalid argument.")
              .reduce((one, other) -> one + "\n" + other);
      return job.poisoned.isPresent();
    }
  }

  private void write(SandboxJob job, long served) throws IOException {
    JobInput input = job.input;
    AnswerFile file =
        new AnswerFile(
            faults, new MadeUpAnswers(job.model, files, job.project), job.project, job.isInlined());
    AnswerFile.Counts counts =
        job.fails()
            ? file.writeSome(input.content(), job.answers, input.requests(), job.fault.answered())
            : file.writeAll(input.content(), job.answers, served);
    if (job.isInlined()) {
      AnswerFile.inline(job.answers, job.inlinedAnswers());
    }
    synchronized (job) {
      job.answered = counts.answered();
      job.failed = counts.failed();
    }
  }

  private ObjectNode json(SandboxJob job, boolean inList) {
    synchronized (job) {
      return job.json(hasAnswers(job), inList);
    }
  }
}
