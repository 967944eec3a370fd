package dev.geminibatch.bench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.io.SerializedString;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * What anybody would write first: Jackson reads every value of a file and writes it again; the
 * outcome is uploaded and made a job, and its answers are read and written in the same way. It
 * keeps no record of anything.
 */
final class PlainProgram {
  private static final int THREADS = 32;
  private static final JsonFactory JACKSON = new JsonFactory();

  private final PlainClient client;
  private final long pollMillis;

  PlainProgram(URI service, long pollMillis) {
    this.client = new PlainClient(service);
    this.pollMillis = pollMillis;
  }

  /**
   * A file from its first line to its answers; prints the milliseconds of each part.
   *
   * @param arguments input, output and the service; without a service the input is only copied
   */
  public static void main(String[] arguments) throws Exception {
    Path input = Path.of(arguments[0]);
    Path output = Path.of(arguments[1]);
    long begin = System.nanoTime();
    copy(Files.newInputStream(input), output);
    System.out.println("copied " + millisSince(begin));
    if (arguments.length > 2) {
      PlainProgram program = new PlainProgram(URI.create(arguments[2]), 20);
      String job = program.createJob(output);
      System.out.println("created " + millisSince(begin));
      String answers = program.client.awaitAnswers(job, program.pollMillis);
      begin = System.nanoTime();
      copy(program.client.download(answers), output);
      System.out.println("answered " + millisSince(begin));
    }
  }

  private static long millisSince(long begin) {
    return (System.nanoTime() - begin) / 1_000_000;
  }

  /** Reads every value and writes it again. */
  static void copy(InputStream source, Path target) throws IOException {
    try (InputStream in = new BufferedInputStream(source, 1 << 17);
        OutputStream out = new BufferedOutputStream(Files.newOutputStream(target), 1 << 17);
        JsonParser parser = JACKSON.createParser(in);
        JsonGenerator generator = JACKSON.createGenerator(out)) {
      generator.setRootValueSeparator(new SerializedString("\n"));
      while (parser.nextToken() != null) {
        generator.copyCurrentStructure(parser);
      }
    }
  }

  private String createJob(Path file) throws IOException, InterruptedException {
    return client.createJob(client.upload(file, "application/jsonl"));
  }

  /** A file with a job of its own. */
  void run(Path input, Path output) throws IOException, InterruptedException {
    copy(Files.newInputStream(input), output);
    copy(client.download(client.awaitAnswers(createJob(output), pollMillis)), output);
  }

  /** Each file with a job of its own, as many beside each other as there are threads. */
  void runEach(List<Path> inputs, Path folder) throws Exception {
    List<Callable<Void>> tasks = new ArrayList<>();
    for (Path input : inputs) {
      tasks.add(
          () -> {
            run(input, folder.resolve(input.getFileName()));
            return null;
          });
    }
    together(tasks);
  }

  /** Uploads all, as many beside each other as there are threads. */
  void uploadAll(List<Path> files, String type) throws Exception {
    List<Callable<Void>> tasks = new ArrayList<>();
    for (Path file : files) {
      tasks.add(
          () -> {
            client.upload(file, type);
            return null;
          });
    }
    together(tasks);
  }

  private static void together(List<Callable<Void>> tasks) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try {
      for (Future<Void> done : threads.invokeAll(tasks)) {
        done.get();
      }
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException failed ? failed : e;
    } finally {
      threads.shutdownNow();
    }
  }
}
