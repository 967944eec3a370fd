package dev.geminibatch.testkit;

import dev.geminibatch.service.Connection;
import dev.geminibatch.service.Content;
import dev.geminibatch.service.FileUpload;
import dev.geminibatch.service.JobName;
import dev.geminibatch.service.ModelService;
import dev.geminibatch.service.RemoteFile;
import dev.geminibatch.service.RemoteJob;
import dev.geminibatch.service.RemoteJobState;
import dev.geminibatch.service.RemoteService;
import dev.geminibatch.service.ServiceClock;
import dev.geminibatch.service.ServiceConfig;
import dev.geminibatch.service.ServiceFailure;
import dev.geminibatch.service.ServiceFailure.Kind;
import dev.geminibatch.service.ServiceLimits;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.UnaryOperator;

/** A service in memory, for one process and one key. It fails when it was told to. */
public final class FakeService implements RemoteService, Connection.Opener {
  /** What can be asked of it. */
  public enum Call {
    CREATE,
    FIND,
    JOB,
    CANCEL,
    DELETE,
    UPLOAD,
    FILE,
    DOWNLOAD
  }

  private final List<String> calls = Collections.synchronizedList(new ArrayList<>());
  private final Map<String, Deque<ServiceFailure>> failures = new HashMap<>();
  private final Map<String, RemoteJob> jobs = new LinkedHashMap<>();
  private final Map<String, RemoteFile> files = new LinkedHashMap<>();
  private final Map<String, byte[]> contents = new LinkedHashMap<>();
  private final Deque<Integer> cuts = new ArrayDeque<>();
  private UnaryOperator<RemoteFile> stored = file -> file;
  private UnaryOperator<RemoteFile> later = file -> file;
  private long tokensAllowed = Long.MAX_VALUE;
  private final Map<String, Long> tokens = new LinkedHashMap<>();
  private volatile Consumer<String> arriving = call -> {};
  private boolean losesAnswers;
  private boolean hidesJobs;
  private Clock clock = Clock.systemUTC();

  /** A failure as the service would give it. */
  public static ServiceFailure failure(Kind kind, String message) {
    return failure(kind, message, null);
  }

  /** The same, with a time to wait. */
  public static ServiceFailure failure(Kind kind, String message, Duration retryAfter) {
    return new ServiceFailure(kind, kind.name(), message, Optional.ofNullable(retryAfter), null);
  }

  /** The next call of this sort has no effect but this. */
  public void fail(Call call, ServiceFailure failure) {
    fail(call.name(), failure);
  }

  /** As {@link #fail(Call, ServiceFailure)}, of this call only: {@code CREATE gemini-x}. */
  public synchronized void fail(String call, ServiceFailure failure) {
    failures.computeIfAbsent(call, any -> new ArrayDeque<>()).add(failure);
  }

  /** What happens when a call arrives, as {@link #calls()} has it, before it has any effect. */
  public void whenCalled(Consumer<String> what) {
    arriving = what;
  }

  /** How many tokens all its open jobs may put in, of four bytes each; the files are its own. */
  public void allowTokens(long most) {
    tokensAllowed = most;
  }

  /** All jobs are over: their tokens are enqueued no more. */
  public void endJobs() {
    tokens.clear();
  }

  /** The tokens of the jobs that are not over. */
  public long enqueued() {
    return tokens.values().stream().mapToLong(Long::longValue).sum();
  }

  /** The content of a file. */
  public String content(String file) {
    return new String(contents.get(file), StandardCharsets.UTF_8);
  }

  /** Whether jobs are created from now on, but nobody is told. */
  public void loseAnswers(boolean lose) {
    losesAnswers = lose;
  }

  /** Whether jobs are missing from listings from now on. */
  public void hideJobs(boolean hide) {
    hidesJobs = hide;
  }

  /** The next download breaks after so many bytes more. */
  public void cutDownload(int bytes) {
    cuts.add(bytes);
  }

  /** What files are like once they have arrived. */
  public void store(UnaryOperator<RemoteFile> change) {
    stored = change;
  }

  /** What becomes of a file from one look to the next. */
  public void process(UnaryOperator<RemoteFile> change) {
    later = change;
  }

  /** Puts a file there, its lines given. */
  public String holds(String name, String... lines) {
    byte[] content = (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
    put(name, "text/plain", content);
    return name;
  }

  /**
   * A job ends.
   *
   * @param state the service's word for how
   * @param answers the file with its answers; null if it has none
   */
  public void end(String job, String state, String answers) {
    end(job, state, answers, null);
  }

  /** A job ends, for a reason. */
  public void end(String job, String state, String answers, RemoteJob.ServiceError error) {
    RemoteJob open = jobs.get(job);
    jobs.put(
        job,
        new RemoteJob(
            job,
            open.displayName(),
            open.model(),
            RemoteJobState.ofService(state),
            state,
            open.created(),
            Optional.of(clock.instant()),
            open.counts(),
            Optional.ofNullable(answers),
            Optional.ofNullable(error),
            false,
            true));
  }

  /** A file dies. */
  public void forget(String file) {
    files.remove(file);
    contents.remove(file);
  }

  /** What was asked of it, one call after the other: {@code CREATE gemini-x}. */
  public List<String> calls() {
    return calls;
  }

  /** How often this was asked of it. */
  public long count(Call call) {
    return List.copyOf(calls).stream().filter(each -> each.startsWith(call + " ")).count();
  }

  /** The jobs that there are. */
  public synchronized List<RemoteJob> made() {
    return List.copyOf(jobs.values());
  }

  /** The names of the files that there are. */
  public List<String> fileNames() {
    return List.copyOf(files.keySet());
  }

  @Override
  public RemoteService open(ServiceConfig config, ServiceClock serviceClock) {
    clock = serviceClock;
    return this;
  }

  private void called(Call call, String what) {
    calls.add(call + " " + what);
    arriving.accept(call + " " + what);
    synchronized (this) {
      for (String key : List.of(call + " " + what, call.name())) {
        Deque<ServiceFailure> next = failures.get(key);
        if (next != null && !next.isEmpty()) {
          throw next.poll();
        }
      }
    }
  }

  private static <T> T known(T found, String name) {
    if (found == null) {
      throw failure(Kind.NOT_FOUND, name + " does not exist");
    }
    return found;
  }

  @Override
  public RemoteJob createJob(String model, String inputFile, String displayName) {
    called(Call.CREATE, model);
    return create(model, inputFile, displayName);
  }

  private synchronized RemoteJob create(String model, String inputFile, String displayName) {
    known(files.get(inputFile), inputFile);
    String name = "batches/" + (jobs.size() + 1);
    long its = files.get(inputFile).size() / 4;
    if (enqueued() + its > tokensAllowed) {
      throw failure(Kind.QUOTA, "You exceeded your current quota.");
    }
    tokens.put(name, its);
    jobs.put(
        name,
        new RemoteJob(
            name,
            displayName,
            model,
            RemoteJobState.PENDING,
            "BATCH_STATE_PENDING",
            Optional.of(clock.instant()),
            Optional.empty(),
            new RemoteJob.Counts(0, 0, 0, 0),
            Optional.empty(),
            Optional.empty(),
            false,
            false));
    if (losesAnswers) {
      throw failure(Kind.UNREACHABLE, "connection reset");
    }
    return jobs.get(name);
  }

  @Override
  public RemoteJob job(JobName name) {
    called(Call.JOB, name.value());
    return known(jobs.get(name.value()), name.value());
  }

  @Override
  public RemoteJob jobAfterAWhile(JobName name) {
    return job(name);
  }

  @Override
  public JobPage jobs(Optional<String> pageToken) {
    return new JobPage(hidesJobs ? List.of() : made(), Optional.empty());
  }

  @Override
  public Optional<RemoteJob> findJob(String displayName, Duration wait) {
    called(Call.FIND, displayName);
    return allJobs().stream().filter(job -> job.displayName().equals(displayName)).findFirst();
  }

  @Override
  public void cancelJob(JobName name) {
    called(Call.CANCEL, name.value());
    known(jobs.get(name.value()), name.value());
  }

  @Override
  public void deleteJob(JobName name) {
    called(Call.DELETE, name.value());
    known(jobs.remove(name.value()), name.value());
  }

  @Override
  public void checkAccess() {
    // whoever asks may come in
  }

  @Override
  public RemoteFile upload(FileUpload upload, LongConsumer sent) throws IOException {
    called(Call.UPLOAD, upload.name() + " " + upload.mimeType());
    return store(upload, sent);
  }

  private synchronized RemoteFile store(FileUpload upload, LongConsumer sent) throws IOException {
    if (files.containsKey(upload.name())) {
      throw failure(Kind.ALREADY_EXISTS, upload.name() + " is taken");
    }
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    try (Content.Reading reading = upload.content().open()) {
      reading.write(0, upload.content().size(), content);
    }
    sent.accept(content.size());
    put(upload.name(), upload.mimeType(), content.toByteArray());
    return files.get(upload.name());
  }

  private void put(String name, String mimeType, byte[] content) {
    contents.put(name, content);
    RemoteFile file =
        new RemoteFile(
            name,
            name,
            "uri:" + name,
            mimeType,
            content.length,
            "ACTIVE",
            Optional.empty(),
            Optional.of(clock.instant()),
            Optional.of(clock.instant().plus(ServiceLimits.FILE_LIFE)),
            Optional.empty());
    files.put(name, stored.apply(file));
  }

  @Override
  public RemoteFile file(String name) {
    called(Call.FILE, name);
    return known(files.get(name), name);
  }

  @Override
  public RemoteFile fileAfterAWhile(String name) {
    files.computeIfPresent(name, (any, file) -> later.apply(file));
    return file(name);
  }

  @Override
  public void deleteFile(String name) {
    known(files.get(name), name);
    forget(name);
  }

  @Override
  public void forEachFile(Consumer<RemoteFile> taker) {
    files.values().forEach(taker);
  }

  @Override
  public void download(String fileName, Path target, LongConsumer received) throws IOException {
    int from = Files.exists(target) ? (int) Files.size(target) : 0;
    called(Call.DOWNLOAD, fileName + " from " + from);
    byte[] content = known(contents.get(fileName), fileName);
    int until = cuts.isEmpty() ? content.length : from + cuts.peek();
    Files.write(
        target,
        Arrays.copyOfRange(content, from, until),
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
    received.accept(until);
    if (cuts.poll() != null) {
      throw failure(Kind.UNREACHABLE, "connection reset");
    }
  }

  @Override
  public ModelService models() {
    throw new UnsupportedOperationException("It has no models");
  }

  @Override
  public void stop() {
    // no call takes long
  }

  @Override
  public void close() {
    // there is nothing behind it
  }
}
