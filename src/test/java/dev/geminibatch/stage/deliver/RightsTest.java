package dev.geminibatch.stage.deliver;

import static dev.geminibatch.testkit.Samples.answer;
import static dev.geminibatch.testkit.Samples.error;
import static dev.geminibatch.testkit.Samples.nativeLine;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.geminibatch.line.RequestReader;
import dev.geminibatch.run.RunFailure;
import dev.geminibatch.settings.Profiles;
import dev.geminibatch.stage.collect.Collector;
import dev.geminibatch.stage.collect.RetryPlanner;
import dev.geminibatch.stage.fail.FailureHandler;
import dev.geminibatch.testkit.FakeService;
import dev.geminibatch.testkit.StageFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Results hold prompts and answers: whoever could not read the input cannot read them. */
@DisabledOnOs(OS.WINDOWS)
class RightsTest {
  private static final int INVALID_ARGUMENT = 3;

  @TempDir Path folder;
  private final FakeService service = new FakeService();
  private StageFixture fixture;
  private Deliverer deliverer;

  @BeforeEach
  void open() throws IOException {
    fixture = StageFixture.open(folder, service);
    deliverer = fixture.deliverer();
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
  }

  private String dropped(String mode) throws IOException {
    return dropped(mode, input -> {});
  }

  private interface Change {
    void of(Path input) throws IOException;
  }

  private String dropped(String mode, Change change) throws IOException {
    String lines = nativeLine("a", "x") + "\n" + nativeLine("b", "x") + "\n";
    Path input = Files.writeString(fixture.folders().inbox().resolve("x.jsonl"), lines);
    Path settings =
        Files.writeString(
            fixture.folders().inbox().resolve("x.jsonl.properties"), "results.check = off");
    Files.setPosixFilePermissions(input, PosixFilePermissions.fromString(mode));
    Files.setPosixFilePermissions(settings, PosixFilePermissions.fromString("rw-r--r--"));
    change.of(input);
    return fixture.receiver().receive(Profiles.DEFAULT, input);
  }

  private void answered(String run) throws IOException {
    fixture.runs().inspected(run, run, 2, 0, true);
    fixture.assemble(run);
    fixture.submit(run);
    String file =
        service.holds("files/answers", answer("b", "x"), error("a", INVALID_ARGUMENT, "bad"));
    fixture.ended(run, 1, file);
    new Collector(fixture.context(), new RetryPlanner(fixture.context(), new RequestReader()))
        .collect(run);
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> found = Files.walk(folder)) {
      return found.filter(Files::isRegularFile).toList();
    }
  }

  private static void assertNoWider(Path folder, String mode) throws IOException {
    Set<PosixFilePermission> most = PosixFilePermissions.fromString(mode);
    for (Path file : files(folder)) {
      assertThat(most).as(file.toString()).containsAll(Files.getPosixFilePermissions(file));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"rw-------", "rw-r-----", "rwx--x--x", "rw----r--"})
  void what_is_delivered_is_no_wider_than_the_input_was(String mode) throws IOException {
    String run = dropped(mode);
    answered(run);

    deliverer.deliver(run);

    assertThat(files(fixture.folders().outbox())).hasSize(5);
    assertNoWider(fixture.folders().outbox(), mode.replace('x', '-'));
  }

  @Test
  void the_group_of_this_program_may_not_read_what_another_group_could() throws IOException {
    String run =
        dropped(
            "rw-r-----",
            input -> {
              try {
                Files.setAttribute(input, "unix:gid", 12_345);
              } catch (IOException e) {
                assumeTrue(false, "only root gives a file to a group that is not his own");
              }
            });
    answered(run);

    deliverer.deliver(run);

    assertThat(files(fixture.folders().outbox())).hasSize(5);
    assertNoWider(fixture.folders().outbox(), "rw-------");
  }

  @Test
  void the_mode_of_the_input_is_remembered_when_its_file_is_made_private() throws IOException {
    String run = dropped("rw-r-----");
    Path received = fixture.folderOf(run).received(fixture.run(run));
    answered(run);
    Files.setPosixFilePermissions(received, PosixFilePermissions.fromString("rw-------"));

    String results = deliverer.deliver(run).results();

    assertThat(Files.getPosixFilePermissions(Path.of(results)))
        .contains(PosixFilePermission.GROUP_READ)
        .doesNotContain(PosixFilePermission.OTHERS_READ);
  }

  @Test
  void a_run_that_an_earlier_version_took_is_no_wider_than_its_file() throws IOException {
    String run = dropped("rw-------");
    answered(run);
    Files.delete(fixture.folderOf(run).plain().resolveSibling("input.mode"));

    deliverer.deliver(run);

    assertNoWider(fixture.folders().outbox(), "rw-------");
  }

  @Test
  void why_a_file_failed_is_no_wider_than_the_file() throws IOException {
    String run = dropped("rw-------");

    new FailureHandler(fixture.context()).take(run, new RunFailure("\"my prompt\" is bad."), null);

    Path why = fixture.folders().failed().resolve("x.jsonl.why.txt");
    assertThat(why).content().contains("my prompt");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(why)))
        .isEqualTo("rw-------");
  }

  @Test
  void what_is_made_in_the_state_folder_is_private_file_by_file() throws IOException {
    String run = dropped("rw-r--r--");
    answered(run);
    deliverer.deliver(run);

    Path input = fixture.folderOf(run).received(fixture.run(run));
    for (Path file : files(fixture.folders().state())) {
      // The fake service writes its answers itself.
      boolean isOthers =
          file.equals(input) || file.toString().matches(".*(input.properties|answers.jsonl)");
      if (!isOthers) {
        assertThat(Files.getPosixFilePermissions(file))
            .as(file.toString())
            .doesNotContain(PosixFilePermission.GROUP_READ, PosixFilePermission.OTHERS_READ);
      }
    }
  }
}
