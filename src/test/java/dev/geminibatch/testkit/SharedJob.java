package dev.geminibatch.testkit;

import static dev.geminibatch.testkit.Samples.answer;
import static dev.geminibatch.testkit.Samples.nativeLine;

import dev.geminibatch.run.PackFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Files {@code x0.jsonl}, {@code x1.jsonl} and so on that share a job. Each has the lines {@code a}
 * ("question 0") and {@code b} ("more 0"), so that most keys are changed on the way.
 */
public final class SharedJob {
  /** Its name with the service. */
  public static final String NAME = "batches/1";

  private final StageFixture fixture;
  private final FakeService service;
  private final List<String> runs = new ArrayList<>();

  /** Drops the files and sends them, which takes one tick. */
  public SharedJob(StageFixture fixture, FakeService service, StageLoop loop, int files)
      throws IOException {
    this.fixture = fixture;
    this.service = service;
    for (int i = 0; i < files; i++) {
      String lines = nativeLine("a", "question " + i) + "\n" + nativeLine("b", "more " + i) + "\n";
      String run = fixture.dropped("x" + i + ".jsonl", lines);
      fixture.busy().end(run);
      runs.add(run);
    }
    loop.tick();
    if (service.made().size() != 1) {
      throw new IllegalStateException("They do not share a job: " + service.made());
    }
  }

  /** The ids of the runs, in the order of their files. */
  public List<String> runs() {
    return runs;
  }

  /** Its files here. */
  public PackFolder folder() {
    String last = runs.get(runs.size() - 1);
    return fixture
        .context()
        .state()
        .pack(fixture.jobs().job(last, 1).remote().pack().orElseThrow());
  }

  /**
   * It ends, with answers ("to question 0"), the last one first.
   *
   * @param isAnswered which of the lines that were sent
   */
  public void end(String state, Predicate<String> isAnswered) throws IOException {
    List<String> answers = new ArrayList<>();
    for (String line : Files.readAllLines(folder().body())) {
      if (isAnswered.test(line)) {
        String key = line.replaceAll(".*\"key\":\"([^\"]*)\".*", "$1");
        answers.add(0, answer(key, line.replaceAll(".*((question|more) \\d+).*", "to $1")));
      }
    }
    service.end(NAME, state, service.holds("files/out", answers.toArray(String[]::new)));
  }
}
