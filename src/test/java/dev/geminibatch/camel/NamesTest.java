package dev.geminibatch.camel;

import static dev.geminibatch.testkit.Outbox.keys;
import static dev.geminibatch.testkit.Samples.validation;
import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.run.Run;
import dev.geminibatch.testkit.WorkshopTest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Whatever its name, and whatever lies beside it: what is paid for is delivered. */
class NamesTest extends WorkshopTest {
  private static final String ALEF = "\u05d0";

  @Test
  void whatever_is_paid_for_can_be_delivered_under_its_name() throws Exception {
    open();
    String letters = "a".repeat(208);
    String hebrew = ALEF.repeat(104);
    workshop.drop(letters + ".jsonl", validation("1"));
    workshop.drop(hebrew + ".jsonl", validation("2"));
    // No name of the same length with .part behind it is possible.
    Path longest = folder.resolve("inbox").resolve("b".repeat(249) + ".jsonl");
    Files.move(Files.writeString(folder.resolve("x"), validation("3")), longest);
    workshop.awaitJobs(3);
    workshop.awaitRuns(3);

    assertThat(keys(workshop.outbox().results(letters))).containsExactly("1");
    assertThat(keys(workshop.outbox().results(hebrew))).containsExactly("2");
    assertThat(results()).hasSize(3).anyMatch(name -> name.matches("b{180,}~[0-9a-f]{8}-.*"));
    assertThat(folder.resolve("archive").toFile().list())
        .contains(letters + ".jsonl", hebrew + ".jsonl")
        .hasSize(3);
  }

  @Test
  void a_long_name_that_cannot_be_sent_is_explained() throws Exception {
    open();
    Path longest = folder.resolve("inbox").resolve(ALEF.repeat(124) + ".jsonl");
    Files.move(Files.writeString(folder.resolve("x"), "no JSON"), longest);
    workshop.awaitRuns(1);

    assertThat(folder.resolve("failed").toFile().list())
        .hasSize(2)
        .anyMatch(name -> name.endsWith(".jsonl.why.txt"));
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void backslashes_quotes_and_placeholders_are_names_as_others() throws Exception {
    open();
    workshop.drop("a\\b.jsonl", validation("1"));
    workshop.drop("a \"b', (c) ${body}.json", validation("2"));
    workshop.drop("{{inbox.interval}}.NDJSON", validation("3"));
    workshop.awaitJobs(3);
    workshop.awaitRuns(3);

    assertThat(keys(workshop.outbox().results("a\\b"))).containsExactly("1");
    assertThat(keys(workshop.outbox().results("a \"b', (c) ${body}"))).containsExactly("2");
    assertThat(keys(workshop.outbox().results("{{inbox.interval}}"))).containsExactly("3");
  }

  @Test
  void lines_that_are_added_while_the_job_runs_are_delivered_to_be_dropped() throws Exception {
    open();
    workshop.drop("x.jsonl", validation("1"), "");
    workshop.awaitJobs(1);
    Run run = workshop.runs().get(0);
    Path input = workshop.workspace().state().run(run.id()).input();
    Files.writeString(input, validation("2") + "\n", StandardOpenOption.APPEND);
    workshop.awaitRuns(1);

    assertThat(keys(workshop.outbox().results("x"))).containsExactly("1");
    Path added = folder.resolve("outbox/x-batch-added.jsonl");
    assertThat(workshop.outbox().report("x").at("/inputChange/lines").asInt()).isEqualTo(1);
    workshop.drop("rest.jsonl", Files.readString(added));
    workshop.awaitJobs(2);
    workshop.awaitRuns(2);
    assertThat(keys(workshop.outbox().results("rest"))).containsExactly("2");
  }

  private Set<String> results() {
    return List.of(folder.resolve("outbox").toFile().list()).stream()
        .filter(name -> name.endsWith("-results.jsonl"))
        .collect(Collectors.toSet());
  }
}
