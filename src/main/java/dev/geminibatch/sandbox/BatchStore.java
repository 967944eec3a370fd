package dev.geminibatch.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.geminibatch.line.Line;
import dev.geminibatch.line.LineReader;
import dev.geminibatch.sandbox.FileStore.StoredFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;

/** Batch jobs. Their states follow from the clock; their answers are written when they end. */
final class BatchStore {
  private static final Duration LIFE = Duration.ofHours(48);

  /** Of a project; the service's own limit. */
  private static final int MOST_OPEN = 100;

  /** Of an input or an answer. */
  static final int LONGEST_LINE = 1 << 30;

  private static final long CHECKED_AT_ONCE = 4 << 20;

  private final Path folder;
  private final FileStore files;
  private final Faults faults;
  private volatile Duration jobTime;
  private final Clock clock;
  private final ExecutorService threads;
  private final Counters counters;
  private final Map<String, SandboxJob> jobs = new ConcurrentHashMap<>();
  private final List<SandboxJob> newestFirst = new CopyOnWriteArrayList<>();

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

  /** Checks every line as the service does, and creates the job. */
  ObjectNode create(String project, String model, JsonNode body) throws IOException {
    JsonNode batch = body.path("batch");
    JsonNode config = either(batch, "inputConfig", "input_config");
    String fileName = either(config, "fileName", "file_name").asText("");
    if (!fileName.startsWith("files/")) {
      throw new ApiError(
          400, "* CreateBatchRequest.batch.input_config.file_name: a file is required here.");
    }
    if (list(project).stream().filter(job -> !job.has("done")).count() >= MOST_OPEN) {
      throw new ApiError(429, "Too many batch jobs: " + MOST_OPEN + " are pending or running.");
    }
    StoredFile input;
    try {
      input = files.get(project, fileName.substring("files/".length()));
    } catch (ApiError e) {
      throw new ApiError(404, "Requested entity was not found: " + fileName);
    }
    String id = files.randomId(36);
    SandboxJob job =
        new SandboxJob(
            id,
            project,
            "models/" + model,
            either(batch, "displayName", "display_name").asText(""),
            input,
            countLines(input),
            clock.instant(),
            folder.resolve("answers-" + id),
            faults.take(Endpoint.JOB).orElse(null));
    jobs.put(id, job);
    newestFirst.add(0, job);
    counters.jobCreated(job.requests);
    return json(job);
  }

  private static JsonNode either(JsonNode node, String camelCase, String snakeCase) {
    return node.has(camelCase) ? node.path(camelCase) : node.path(snakeCase);
  }

  private static long countLines(StoredFile input) throws IOException {
    StringBuilder problems = new StringBuilder();
    long count = 0;
    try (LineReader lines = LineReader.open(input.content(), LONGEST_LINE)) {
      while (lines.hasNext()) {
        List<Line> some = some(lines);
        count += some.size();
        some.parallelStream()
            .flatMap(line -> InputCheck.problemOf(line).map(each -> refused(line, each)).stream())
            .forEachOrdered(problems::append);
      }
    }
    if (count == 0) {
      problems.append("The input file holds no request.\n");
    }
    if (!problems.isEmpty()) {
      throw new ApiError(400, problems.toString().strip());
    }
    return count;
  }

  private static String refused(Line line, String problem) {
    return "Error on line " + line.number() + ": " + problem + "\n";
  }

  /** Lines to check at once. */
  private static List<Line> some(LineReader lines) {
    List<Line> some = new ArrayList<>();
    for (long bytes = 0; bytes < CHECKED_AT_ONCE && lines.hasNext(); ) {
      Line line = lines.next();
      bytes += line.bytes().length;
      some.add(line);
    }
    return some;
  }

  ObjectNode get(String project, String id) {
    return json(advanced(find(project, id)));
  }

  List<ObjectNode> list(String project) {
    return newestFirst.stream()
        .filter(job -> job.project.equals(project))
        .map(job -> json(advanced(job)))
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
      long served = job.requests * ran.toMillis() / Math.max(1, jobTime.toMillis());
      beginWriting(job, Math.min(job.requests, served));
    }
    advanced(job);
  }

  /** The file with the answers of an ended job, by the id that its description names. */
  Path answers(String project, String fileId) {
    SandboxJob job = jobs.get(fileId.replaceFirst("^batch-", ""));
    if (job == null || !job.project.equals(project) || !hasAnswers(advanced(job))) {
      throw ApiError.noSuchFile(fileId);
    }
    return job.answers;
  }

  private boolean hasAnswers(SandboxJob job) {
    if (job.writing == null || !job.isEnded()) {
      return false;
    }
    Instant named =
        job.goesWrong(Misbehaviour.LATE_FILE) ? job.ended.plus(job.fault.time()) : job.ended;
    Instant now = clock.instant();
    return !now.isBefore(named) && now.isBefore(job.ended.plus(LIFE));
  }

  private SandboxJob find(String project, String id) {
    SandboxJob job = jobs.get(id);
    if (job == null || !job.project.equals(project)) {
      throw ApiError.noSuchBatch("batches/" + id);
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

  private void grow(SandboxJob job, Duration age) {
    boolean hangs = job.goesWrong(Misbehaviour.HANG);
    if (age.compareTo(LIFE) >= 0 && (hangs || jobTime.compareTo(LIFE) > 0)) {
      end(job, "EXPIRED");
    } else if (!hangs && age.compareTo(jobTime) >= 0) {
      job.state = "RUNNING";
      if (job.fails() && job.fault.answered() == 0) {
        end(job, stateAtTheEnd(job));
      } else {
        beginWriting(job, job.requests);
      }
    } else if (!hangs && age.compareTo(jobTime.dividedBy(3)) >= 0) {
      job.state = "RUNNING";
    }
  }

  private static String stateAtTheEnd(SandboxJob job) {
    if (job.goesWrong(Misbehaviour.FAIL)) {
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
                AnswerFile file =
                    new AnswerFile(
                        faults, new MadeUpAnswers(job.model, files, job.project), job.answers);
                AnswerFile.Counts counts =
                    job.fails()
                        ? file.writeSome(job.input.content(), job.requests, job.fault.answered())
                        : file.writeAll(job.input.content(), served);
                synchronized (job) {
                  job.answered = counts.answered();
                  job.failed = counts.failed();
                }
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
  }

  private ObjectNode json(SandboxJob job) {
    synchronized (job) {
      return job.json(hasAnswers(job));
    }
  }
}
