package dev.geminibatch.sandbox;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.geminibatch.request.Line;
import dev.geminibatch.request.LineReader;
import dev.geminibatch.sandbox.FileStore.StoredFile;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;

/** Batch jobs. Their states follow from the clock; their answers are written when they end. */
final class BatchStore {
  private static final Duration LIFE = Duration.ofHours(48);
  private static final int LONGEST_LINE = 1 << 30;
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final Path folder;
  private final FileStore files;
  private final Faults faults;
  private volatile Duration jobTime;
  private final Clock clock;
  private final ExecutorService threads;
  private final Map<String, Job> jobs = new ConcurrentHashMap<>();
  private final List<Job> newestFirst = new CopyOnWriteArrayList<>();

  BatchStore(
      Path folder,
      FileStore files,
      Faults faults,
      Duration jobTime,
      Clock clock,
      ExecutorService threads) {
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
        Path answers) {
      this.id = id;
      this.project = project;
      this.model = model;
      this.displayName = displayName;
      this.input = input;
      this.requests = requests;
      this.created = created;
      this.answers = answers;
    }

    private boolean isEnded() {
      return ended != null;
    }
  }

  /** From now on jobs take this long, those that are there already as well. */
  void setJobTime(Duration jobTime) {
    this.jobTime = jobTime;
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
            folder.resolve("answers-" + id));
    jobs.put(id, job);
    newestFirst.add(0, job);
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
        Line line = lines.next();
        count++;
        String problem = problemOf(line);
        if (problem != null) {
          problems.append("Error on line ").append(line.number()).append(": ").append(problem);
          problems.append('\n');
        }
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

  private static String problemOf(Line line) throws IOException {
    try {
      JsonNode contents = MAPPER.readTree(line.bytes()).path("request").path("contents");
      if (!contents.isArray() || contents.isEmpty()) {
        return "invalid JSON, near column 1: 'request.contents' is required";
      }
      for (JsonNode content : contents) {
        if (!content.path("parts").isArray()) {
          return "invalid JSON, near column 1: no such field in Content, expected 'parts'";
        }
      }
      return null;
    } catch (JsonProcessingException e) {
      return "invalid JSON, near column " + e.getLocation().getColumnNr();
    }
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
    if (job == null || !job.project.equals(project) || !advanced(job).state.equals("SUCCEEDED")) {
      throw ApiError.noSuchFile(fileId);
    }
    return job.answers;
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
      Duration age = Duration.between(job.created, clock.instant());
      if (job.writing == null) {
        if (age.compareTo(LIFE) >= 0 && jobTime.compareTo(LIFE) > 0) {
          job.state = "EXPIRED";
          job.ended = clock.instant();
        } else if (age.compareTo(jobTime) >= 0) {
          job.state = "RUNNING";
          beginWriting(job, job.requests);
        } else if (age.compareTo(jobTime.dividedBy(3)) >= 0) {
          job.state = "RUNNING";
        }
      }
      if (job.writing != null && job.writing.isDone()) {
        job.state = "SUCCEEDED";
        job.ended = clock.instant();
      }
      return job;
    }
  }

  private void beginWriting(Job job, long served) {
    job.writing =
        threads.submit(
            () -> {
              try {
                writeAnswers(job, served);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
  }

  private void writeAnswers(Job job, long served) throws IOException {
    MadeUpAnswers answers = new MadeUpAnswers(job.model, files, job.project);
    long failed = 0;
    long count = 0;
    try (LineReader lines = LineReader.open(job.input.content(), LONGEST_LINE);
        OutputStream out = new BufferedOutputStream(Files.newOutputStream(job.answers), 1 << 18)) {
      while (lines.hasNext()) {
        Line line = lines.next();
        ObjectNode answer =
            count++ < served ? faultyOrNot(answers, line) : answers.error(line, 1, "Cancelled.");
        failed += answer.has("error") ? 1 : 0;
        out.write(MAPPER.writeValueAsBytes(answer));
        out.write('\n');
      }
    }
    synchronized (job) {
      job.failed = failed;
      job.answered = count - failed;
    }
  }

  private ObjectNode faultyOrNot(MadeUpAnswers answers, Line line) throws IOException {
    return faults.take(Endpoint.ANSWER_LINE).orElse(null) instanceof Faults.Status status
        ? answers.error(line, status.code(), status.message())
        : answers.answer(line);
  }

  private static ObjectNode json(Job job) {
    synchronized (job) {
      String name = "batches/" + job.id;
      boolean succeeded = job.state.equals("SUCCEEDED");
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
      putCount(stats, "successfulRequestCount", succeeded ? job.answered : 0);
      putCount(stats, "failedRequestCount", succeeded ? job.failed : 0);
      putCount(stats, "pendingRequestCount", succeeded ? 0 : job.requests);
      meta.put("state", "BATCH_STATE_" + job.state);
      meta.put("name", name);
      if (job.isEnded()) {
        operation.put("done", true);
      }
      if (succeeded) {
        String file = "files/batch-" + job.id;
        meta.putObject("output").put("responsesFile", file);
        operation
            .putObject("response")
            .put(
                "@type",
                "type.googleapis.com/google.ai.generativelanguage.v1main.GenerateContentBatchOutput")
            .put("responsesFile", file);
      } else if (job.isEnded()) {
        operation
            .putObject("error")
            .put("code", 13)
            .put("message", "The job ended as " + job.state + ".");
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
