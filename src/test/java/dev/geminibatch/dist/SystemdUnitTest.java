package dev.geminibatch.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The unit and the Dockerfile, as far as they can be judged without a service manager. */
class SystemdUnitTest {
  private static final Path UNIT = Path.of("src/dist/systemd/gemini-batch.service");

  @TempDir Path scratch;
  private String unit;

  @BeforeEach
  void read() throws IOException {
    unit = Files.readString(UNIT);
  }

  @Test
  void systemd_has_no_complaint() throws Exception {
    assumeThat(hasSystemd()).as("systemd-analyze is installed").isTrue();
    Path launcher = Path.of("src/dist/bin/gemini-batch").toAbsolutePath();
    assertThat(unit).contains("ExecStart=/opt/gemini-batch/bin/gemini-batch ");
    Path copy = scratch.resolve("gemini-batch.service");
    Files.writeString(
        copy, unit.replace("/opt/gemini-batch/bin/gemini-batch", launcher.toString()));

    assertThat(run("systemd-analyze", "verify", copy.toString())).isEmpty();
  }

  @Test
  void an_attacker_in_the_service_has_little() throws Exception {
    assumeThat(hasSystemd()).as("systemd-analyze is installed").isTrue();
    String rated = run("systemd-analyze", "security", "--offline=yes", UNIT.toString());
    assumeThat(rated).as("systemd-analyze can judge a file").contains("Overall exposure");

    Matcher exposure = Pattern.compile("Overall exposure level for .*: ([\\d.]+)").matcher(rated);

    assertThat(exposure.find()).isTrue();
    assertThat(Double.parseDouble(exposure.group(1))).as(rated).isLessThan(2.0);
  }

  @Test
  void the_key_is_a_credential_and_the_ledger_has_a_folder_of_its_own() {
    assertThat(unit.lines())
        .contains(
            "DynamicUser=true",
            "StateDirectory=gemini-batch",
            "LoadCredential=key:/etc/gemini-batch/key",
            "Environment=GEMINI_API_KEY_FILE=%d/key",
            // systemd sets this variable, and ours has its name
            "Environment=STATE_DIRECTORY=/var/lib/gemini-batch/state");
  }

  @Test
  void a_wrong_configuration_is_not_tried_again_and_a_stop_is_no_failure() {
    assertThat(unit.lines())
        .contains("Restart=on-failure", "RestartPreventExitStatus=2", "SuccessExitStatus=143")
        .doesNotContain("MemoryDenyWriteExecute=true"); // Java compiles
  }

  @Test
  void a_container_has_a_user_without_rights_a_volume_and_no_shell_between() throws IOException {
    List<String> lines = Files.readAllLines(Path.of("src/dist/Dockerfile"));

    assertThat(lines)
        .hasSizeLessThanOrEqualTo(10)
        .contains(
            "USER gemini-batch",
            "VOLUME /var/lib/gemini-batch",
            "ENTRYPOINT [\"/opt/gemini-batch/bin/gemini-batch\"]");
  }

  private static boolean hasSystemd() {
    try {
      return !run("systemd-analyze", "--version").isEmpty();
    } catch (IOException | InterruptedException e) {
      return false;
    }
  }

  private static String run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return said;
  }
}
