package dev.geminibatch.stage.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.answer.Strictness;
import dev.geminibatch.io.Sha256;
import dev.geminibatch.service.ApiKey;
import dev.geminibatch.settings.Settings;
import dev.geminibatch.testkit.Samples;
import dev.geminibatch.testkit.StageFixture;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The fingerprints that the versions before have written into the ledgers of users. They must never
 * change: a file that was answered before an upgrade would be paid for once more after it.
 */
class ContentFingerprintTest {
  private static final String LINE =
      "{\"key\":\"k\",\"request\":{\"contents\":[{\"parts\":[{\"text\":\"x\"}]}]}}\n";

  @TempDir private Path folder;
  private StageFixture fixture;

  @AfterEach
  void close() throws IOException {
    if (fixture != null) { // else it was not needed
      fixture.close();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          results.check=strict                             | be3d046c5ca0f4e48149367feb1a7ea640cabc1d6a4fa9a77f8c8f96ce1ba9f9
          results.check=lenient                            | 74c50e8eeb4a0a37a2829859cc4b9d42f4b85ee49047411b12fe366f5154af69
          results.check=off                                | e2b76b31dd69a832f002dbf874a7743d866b172ab36f8d394a875b234f95c50f
          gemini.model=gemini-y                            | 7bbb6065215512d720ac67557c64e1eb83cd6a3193ae391218fe6d574c435b76
          request.generation-config={"temperature":0.2}    | 5c4452b9265d6d83b4d282c50ad99016f9fbf0929e7fd73dafde655ccc0cfbe6
          request.system-instruction=Answer in English.    | 7cbb01b1d14325ee33492f9564122fc7ac35a52a2ec72b0d86dc09269bfd8245
          """)
  void a_file_has_the_fingerprint_that_it_always_had(String setting, String fingerprint)
      throws IOException {
    // A model is always set; the last of two settings of one key holds.
    fixture = StageFixture.open(folder, "gemini.model=gemini-x", setting);

    assertFingerprint(inspected(LINE), fingerprint);
  }

  @Test
  void generation_config_and_system_instruction_together_are_one_of_their_own() throws IOException {
    fixture =
        StageFixture.open(
            folder,
            "gemini.model=gemini-x",
            "request.generation-config={\"temperature\":0.2}",
            "request.system-instruction=Answer in English.");

    assertFingerprint(
        inspected(LINE), "a81e4b8d2262c4bd67e22b459e2d96e472746a8c9fdeb713750f39b1439e04de");
  }

  @Test
  void the_files_of_tags_are_part_of_it_in_the_order_of_their_names_and_missing_ones_as_well()
      throws IOException {
    Files.write(folder.resolve("a.png"), Samples.png("a"));
    Files.write(folder.resolve("b.png"), Samples.png("b"));
    fixture =
        StageFixture.open(folder, "gemini.model=gemini-x", "media.root=" + folder.toAbsolutePath());
    String lines =
        tagged("k", "[[FILE:b.png]] [[FILE:a.png]]") + tagged("m", "[[FILE:missing.png]]");

    assertFingerprint(
        inspected(lines), "6cd3f82fc6e0993a646f02ec72c78644c9d0e3a420b06b88a64ac6dca4dd5adb");
  }

  private static String tagged(String key, String text) {
    return "{\"key\":\"%s\",\"request\":{\"contents\":[{\"parts\":[{\"text\":\"%s\"}]}]}}\n"
        .formatted(key, text);
  }

  @Test
  void the_key_of_another_project_is_part_of_it() throws IOException {
    fixture = StageFixture.open(folder);

    String fingerprint =
        ContentFingerprint.of(
            Sha256.digest().digest(LINE.getBytes(StandardCharsets.UTF_8)),
            "gemini-x",
            ApiKey.of("other-key", "the test").project(),
            Strictness.STRICT,
            new Settings.Requests(Optional.empty(), Optional.empty()),
            taker -> fixture.ledger().media().forEachContent("a run without tags", taker));

    assertThat(fingerprint)
        .isEqualTo("7ad506f514c5f3663d5eaade5d0979e47d9cdec17ed505dcdd55345072bd9677");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"key":"k","request":{"contents":"x"}} | false
          {"key":"k","model":"gemini-y","request":{"contents":"x"}} | true
          {"metadata":{"key":"k"},"request":{"contents":"x"}} | true
          {"key":"k","config":{"topK":1},"request":{"contents":"x"}} | true
          {"key":"k","contents":"x"} | true
          {"key":"k","request":{"contents":{"parts":{"text":"x"}}}} | true
          """)
  void answers_to_what_the_versions_before_did_not_understand_are_not_reused(
      String line, boolean isAnother) throws IOException {
    fixture = StageFixture.open(folder, "gemini.model=gemini-x");

    inspected(line + "\n");

    String before =
        ContentFingerprint.of(
            Sha256.digest().digest((line + "\n").getBytes(StandardCharsets.UTF_8)),
            "gemini-x",
            ApiKey.of("some-key", "the test").project(),
            Strictness.STRICT,
            new Settings.Requests(Optional.empty(), Optional.empty()),
            taker -> fixture.ledger().media().forEachContent("a run without tags", taker));
    assertThat(fixture.ledger().queries().answeredBefore("another run", before).isEmpty())
        .isEqualTo(isAnother);
  }

  @Test
  void lines_of_a_foreign_shape_keep_their_fingerprint() throws IOException {
    fixture = StageFixture.open(folder, "gemini.model=gemini-x");

    assertFingerprint(
        inspected("{\"key\":\"k\",\"contents\":\"x\"}\n"),
        "4f19b0747c0a73be1d2f36eb68e6e7cabe534741fd39221525cc28c26b6a6750");
  }

  /** The id of a run of these lines after its inspection. */
  private String inspected(String lines) throws IOException {
    String run = fixture.dropped("x.jsonl", lines);
    fixture.inspect(run);
    return run;
  }

  private void assertFingerprint(String run, String fingerprint) {
    assertThat(fixture.ledger().queries().answeredBefore("another run", fingerprint))
        .as("the run of the fingerprint %s", fingerprint)
        .hasValue(run);
  }
}
