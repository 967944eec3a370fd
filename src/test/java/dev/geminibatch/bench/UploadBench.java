package dev.geminibatch.bench;

import static dev.geminibatch.testkit.Samples.extraction;
import static dev.geminibatch.testkit.Samples.png;

import dev.geminibatch.sandbox.Counters;
import dev.geminibatch.sandbox.Endpoint;
import dev.geminibatch.service.Content;
import dev.geminibatch.service.FileUpload;
import dev.geminibatch.testkit.Workshop;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * How close the uploads come to the ideal, which is the number of files times the time of each over
 * the concurrency; beside a plain loop over threads with the same HTTP calls.
 */
final class UploadBench {
  private static final int FILES = 500;
  private static final int CONCURRENCY = 32;
  private static final Duration EACH = Duration.ofMillis(150);
  private static final double IDEAL = FILES * EACH.toMillis() / 1e3 / CONCURRENCY;

  private final Path folder;

  private UploadBench(Path folder) {
    this.folder = folder;
  }

  static void measure(Path folder, Figures figures) throws Exception {
    new UploadBench(folder).measure(figures);
  }

  private void measure(Figures figures) throws Exception {
    try (Workshop workshop = Workshop.open(folder, "upload.concurrency=" + CONCURRENCY)) {
      workshop.sandbox().faults().add("upload-chunk delay=" + EACH.toMillis() + "ms");
      double plain = 0;
      double ours = 0;
      for (int round = 1; round <= 2; round++) { // the second one counts
        plain = plainLoop(workshop, round);
        ours = routes(workshop, "run " + round);
      }
      String what = FILES + " images, " + CONCURRENCY + " at once, " + EACH.toMillis() + " ms each";
      figures.add(what, ours, "s", IDEAL / ours, "the ideal");
      figures.add("the same by a plain loop over threads", plain, "s", IDEAL / plain, "the ideal");
      Counters counters = workshop.sandbox().counters();
      long before = counters.requests(Endpoint.UPLOAD_START);
      routes(workshop, "run 2");
      long again = counters.requests(Endpoint.UPLOAD_START) - before - 1;
      figures.add("the same once more, uploads", again, "");
    }
  }

  private double plainLoop(Workshop workshop, int round) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(CONCURRENCY);
    List<Future<?>> uploads = new ArrayList<>();
    long begin = System.nanoTime();
    for (int i = 0; i < FILES; i++) {
      String id = "plain-" + round + "-" + i;
      Path file = Files.write(folder.resolve(id), png(id));
      FileUpload upload = new FileUpload(Content.of(file), "files/" + id, id, "image/png");
      uploads.add(
          threads.submit(
              () -> workshop.workspace().connection().files().upload(upload, sent -> {})));
    }
    for (Future<?> upload : uploads) {
      upload.get();
    }
    threads.shutdown();
    return (System.nanoTime() - begin) / 1e9;
  }

  /** From the first upload to the last one. */
  private double routes(Workshop workshop, String content) throws Exception {
    String[] lines = new String[FILES];
    for (int i = 0; i < FILES; i++) {
      workshop.media("image-" + i + ".png", png(content + " image " + i));
      lines[i] = extraction("" + i, "image-" + i + ".png");
    }
    Counters counters = workshop.sandbox().counters();
    long jobs = counters.jobsCreated();
    long files = counters.filesStored();
    long starts = counters.requests(Endpoint.UPLOAD_START);
    workshop.drop("x" + jobs + ".force.jsonl", lines);
    long first = 0;
    long last = 0;
    while (counters.jobsCreated() == jobs) {
      if (first == 0 && counters.requests(Endpoint.UPLOAD_START) > starts) {
        first = System.nanoTime();
      }
      if (last == 0 && counters.filesStored() >= files + FILES) {
        last = System.nanoTime();
      }
      Thread.onSpinWait();
      Thread.sleep(1);
    }
    return (last - first) / 1e9;
  }
}
