package dev.geminibatch.testkit;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

/** A test of the real routes against the sandbox, in a folder of its own. */
@Tag("camel")
public abstract class WorkshopTest {
  @TempDir protected Path folder;
  protected Workshop workshop;

  /**
   * Starts sandbox and routes.
   *
   * @param settings {@code key=value}
   */
  protected void open(String... settings) throws IOException {
    workshop = Workshop.open(folder, settings);
  }

  @AfterEach
  void closeWorkshop() throws IOException {
    if (workshop != null) { // else it was not to be opened
      workshop.close();
    }
  }

  /** Has the service misbehave, by a rule of the sandbox. */
  protected void fault(String rule) {
    workshop.sandbox().faults().add(rule);
  }
}
