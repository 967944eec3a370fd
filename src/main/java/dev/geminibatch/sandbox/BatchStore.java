package dev.geminibatch.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
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
import java.util.concurrent.Future;

/** Batch jobs. Their states follow from the clock; their answers are written when they end. */
final class BatchStore {
  private static final Duration LIFE = Duration.ofHours(48);

  /** Of a project; the service's own limit. */
  private static final int MOST_OPEN = 100;

  private static final int LONGEST_LINE = 1 << 30;
  private static final long CHECKED_AT_ONCE = 4 << 20;

  private final Path folder;
  private final FileStore files;
  private final Faults faults;
  private volatile Duration jobTime;
  private final Clock clock;
  private final ExecutorService threads;
  private final Counters counters;
  private final Map<String, Job> jobs = new ConcurrentHashMap<>();
  private final List<Job> newestFirst = new CopyOnWriteArrayList<>();

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

  private static final class Job {
    private final String id;
    private final String project;
    private final String model;
    private final String displayName;
    private final StoredFile input;
    private final long requests;
    private final Instant created;
    private final Path answers;
    private final Fault fault;
    private String state = "PENDING";
    private Instant ended;
    private Future<?> writing;
    private long answered;
    private long failed;

    private Job(
        String id,
        String project,
        String model,
        String displayName,
        StoredFile input,
        long requests,
        Instant created,
        Path answers,
        Fault fault) {
      this.id = id;
      this.project = project;
      this.model = model;
      this.displayName = displayName;
      this.input = input;
      this.requests = requests;
      this.created = created;
      this.answers = answers;
      this.fault = fault;
    }

    private boolean isEnded() {
      return ended != null;
    }

    private boolean goesWrong(Misbehaviour how) {
      return fault != null && fault.is(how);
    }

    private boolean fails() {
      return goesWrong(Misbehaviour.FAIL) || goesWrong(Misbehaviour.EXPIRE);
    }
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
    Job job =
        new Job(
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
            .flatMap(line -> InputCheck.problemOf(line).map(each -> told(line, each)).stream())
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

  private static String told(Line line, String problem) {
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
    Job job = find(project, id);
    jobs.remove(id);
    newestFirst.remove(job);
  }

  /** Before it runs a job ends cancelled; a running one ends with the answers it has so far. */
  void cancel(String project, String id) {
    Job job = advanced(find(project, id));
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
    Job job = jobs.get(fileId.replaceFirst("^batch-", ""));
    if (job == null || !job.project.equals(project) || !hasAnswers(advanced(job))) {
      throw ApiError.noSuchFile(fileId);
    }
    return job.answers;
  }

  private boolean hasAnswers(Job job) {
    if (job.writing == null || !job.isEnded()) {
      return false;
    }
    Instant named =
        job.goesWrong(Misbehaviour.LATE_FILE) ? job.ended.plus(job.fault.time()) : job.ended;
    Instant now = clock.instant();
    return !now.isBefore(named) && now.isBefore(job.ended.plus(LIFE));
  }

  private Job find(String project, String id) {
    Job job = jobs.get(id);
    if (job == null || !job.project.equals(project)) {
      throw ApiError.noSuchBatch("batches/" + id);
    }
    return job;
  }

  private Job advanced(Job job) {
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

  private void grow(Job job, Duration age) {
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

  private static String stateAtTheEnd(Job job) {
    if (job.goesWrong(Misbehaviour.FAIL)) {
      return "FAILED";
    }
    return job.goesWrong(Misbehaviour.EXPIRE) ? "EXPIRED" : "SUCCEEDED";
  }

  private void end(Job job, String state) {
    job.state = state;
    job.ended = clock.instant();
  }

  private void beginWriting(Job job, long served) {
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

  private ObjectNode json(Job job) {
    synchronized (job) {
      String name = "batches/" + job.id;
      boolean answered = hasAnswers(job);
      ObjectNode operation = JsonNodeFactory.instance.objectNode();
      operation.put("name", name);
      ObjectNode meta = operation.putObject("metadata");
      meta.put(
          "@type", "type.googleapis.com/google.ai.generativelanguage.v1main.GenerateContentBatch");
      meta.put("model", job.model);
      meta.put("displayName", job.displayName);
      meta.putObject("inputConfig").put("fileName", "files/" + job.input.id());
      meta.put("createTime", job.created.toString());
      meta.put("updateTime", (job.ended == null ? job.created : job.ended).toString());
      if (job.ended != null) {
        meta.put("endTime", job.ended.toString());
      }
      ObjectNode stats = meta.putObject("batchStats");
      putCount(stats, "requestCount", job.requests);
      putCount(stats, "successfulRequestCount", job.answered);
      putCount(stats, "failedRequestCount", job.failed);
      putCount(stats, "pendingRequestCount", job.requests - job.answered - job.failed);
      boolean odd = job.goesWrong(Misbehaviour.STATE) && !job.isEnded();
      meta.put("state", odd ? job.fault.value() : "BATCH_STATE_" + job.state);
      meta.put("name", name);
      if (job.isEnded()) {
        operation.put("done", true);
      }
      if (answered) {
        String file = "files/batch-" + job.id;
        meta.putObject("output").put("responsesFile", file);
        operation
            .putObject("response")
            .put(
                "@type",
                "type.googleapis.com/google.ai.generativelanguage.v1main.GenerateContentBatchOutput")
            .put("responsesFile", file);
      }
      if (job.isEnded() && !job.state.equals("SUCCEEDED")) {
        operation.remove("response");
        operation
            .putObject("error")
            .put("code", job.goesWrong(Misbehaviour.FAIL) ? job.fault.code() : 13)
            .put(
                "message",
                job.fails()
                    ? job.fault.messageOr("The job ended as " + job.state + ".")
                    : "The job ended as " + job.state + ".");
      }
      return operation;
    }
  }

  private static void putCount(ObjectNode stats, String field, long count) {
    if (count > 0) {
      stats.put(field, Long.toString(count));
    }
  }
}
