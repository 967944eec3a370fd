package dev.geminibatch.camel;

import static dev.geminibatch.testkit.Samples.nativeLine;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.geminibatch.testkit.Workshop;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An Error in a route is seen, whatever the route does about it. */
@Tag("camel")
class NodeWatchTest {
  /** For a body of two letters and more this is longer than any array, however large the heap. */
  private static final String TOO_LARGE = "${body.toString().repeat(2000000000)}";

  @TempDir Path folder;
  private Workshop workshop;

  @AfterEach
  void close() throws IOException {
    if (workshop != null) {
      workshop.close();
    }
  }

  private void open(String route, String... settings) throws IOException {
    Path mine = Files.createDirectories(folder.resolve("mine"));
    Files.writeString(mine.resolve("mine.camel.yaml"), route.replace("TOO-LARGE", TOO_LARGE));
    String[] all = new String[settings.length + 1];
    System.arraycopy(settings, 0, all, 1, settings.length);
    all[0] = "routes.extra=" + mine;
    workshop = Workshop.open(folder, all);
  }

  private void assertEnded(String place) {
    await().atMost(Duration.ofSeconds(20)).until(() -> !workshop.lastWords().isEmpty());
    assertThat(workshop.lastWords()).singleElement().asString().contains("Out of memory", place);
  }

  @Test
  void an_error_that_a_route_catches_ends_the_process() throws IOException {
    open(
        """
        - route:
            id: mine
            from:
              uri: direct:mine
              steps:
                - doTry:
                    steps:
                      - setBody:
                          simple: TOO-LARGE
                    doCatch:
                      - exception:
                          - java.lang.Throwable
                        steps:
                          - setBody:
                              constant: "{}"
                - to:
                    uri: direct:inspect
        """,
        "stage.after-receive=direct:mine");
    workshop.drop("a.jsonl", nativeLine("1", "any"));

    assertEnded("in the stage inspect of a.jsonl (run ");
  }

  @Test
  void an_error_in_a_notification_ends_the_process_and_is_known_by_its_run() throws IOException {
    open(
        """
        - route:
            id: mine
            from:
              uri: direct:mine
              steps:
                - setBody:
                    simple: TOO-LARGE
        """,
        "stage.after-submit=direct:mine");
    workshop.drop("a.jsonl", nativeLine("1", "any"));

    assertEnded("in the stage submit of a.jsonl (run ");
  }

  @Test
  void an_error_on_a_timer_or_in_a_pool_ends_the_process() throws IOException {
    open(
        """
        - route:
            id: mine
            from:
              uri: timer:mine
              parameters:
                delay: 1
                repeatCount: 1
              steps:
                - setBody:
                    constant: any
                - threads:
                    poolSize: 1
                - setBody:
                    simple: TOO-LARGE
        """);

    assertEnded("in the thread ");
  }

  @Test
  void an_error_in_a_part_of_a_split_ends_the_process() throws IOException {
    open(
        """
        - route:
            id: mine
            from:
              uri: quartz:mine
              parameters:
                trigger.repeatInterval: 200
                trigger.repeatCount: -1
              steps:
                - setBody:
                    constant: "one,two"
                - split:
                    tokenize:
                      token: ","
                    parallelProcessing: true
                    steps:
                      - setBody:
                          simple: TOO-LARGE
        """);

    assertEnded("in the thread ");
  }
}
