package dev.geminibatch.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.geminibatch.io.UsageException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PlaceOfMistakesTest {
  @TempDir Path home;
  private Path local;

  @BeforeEach
  void makeConfig() throws IOException {
    local = Files.createDirectories(home.resolve("config")).resolve("local.properties");
  }

  /** One wrong value of every key that can have one. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "inbox.directory = a\\u0000b",
        "inbox.interval = 5",
        "inbox.settle-time = soon",
        "disk.keep-free = much",
        "history.keep = 0s",
        "gemini.api-key = ${KEY}",
        "gemini.api-key-file = missing",
        "gemini.base-url = example.org",
        "gemini.api-version = v 1",
        "gemini.timeout = 1",
        "gemini.proxy = ftp://proxy:1",
        "gemini.model = a b",
        "job.max-requests = 0",
        "job.max-bytes = 3GB",
        "job.pack-wait = x",
        "job.pack-below = 0",
        "job.max-open = 101",
        "service.tier = 9",
        "job.max-tokens = 0",
        "limits.file = missing.json",
        "job.stuck-after = 1",
        "retry.max-attempts = 0",
        "results.check = no",
        "results.parts = yes",
        "budget.max-cost-per-file = 1,50",
        "budget.output-tokens = -1",
        "poll.interval = 0s",
        "job.timeout = 1",
        "run.concurrency = 65",
        "run.stuck-after = never",
        "run.priority = 10",
        "run.paused = 1",
        "media.remote-hosts = localhost",
        "media.remote-max-bytes = 3GiB",
        "media.remote-timeout = 5",
        "upload.concurrency = 257",
        "upload.min-life = 25",
        "upload.storage-limit = x",
        "media.types = jpg",
        "media.mismatch = x",
        "lines.on-error = x",
        "lines.max-bytes = 2GiB",
        "input.max-bytes = x",
        "input.max-ratio = 0",
        "request.generation-config = {",
        "request.system-instruction = file:missing",
        "routes.reload = yes",
        "routes.extra = a\\u0000b",
        "management.enabled = yes",
        "management.host = 0.0.0.0",
        "management.port = 65536",
        "management.token = short",
        "sandbox.job-time = 3",
      })
  void a_wrong_value_in_a_file_is_named_with_file_and_line(String line) throws IOException {
    String text = "# a comment\n\n" + line.split(" ")[0] + " = \\\n   " + line.split(" = ")[1];
    Files.writeString(local, text);

    assertThat(mistakes(Map.of(), Map.of()))
        .singleElement()
        .asString()
        .startsWith(local + ", line 3: ");
  }

  @ParameterizedTest
  @CsvSource({
    "POLL_INTERVAL,poll.interval",
    "INBOX_SETTLE_TIME,inbox.settle-time",
    "GOOGLE_GEMINI_BASE_URL,gemini.base-url",
    "RUN_PRIORITY,run.priority",
  })
  void a_wrong_value_of_the_environment_is_named_with_its_variable(String name, String key)
      throws IOException {
    Files.writeString(local, key + " = wrong too");

    assertThat(mistakes(Map.of(), Map.of(name, "some thing")))
        .singleElement()
        .asString()
        .startsWith(name + ": " + key + " is \"some thing\"; write ");
  }

  @Test
  void a_wrong_value_of_an_option_is_named_with_the_option() {
    assertThat(mistakes(Map.of("gemini.model", "a b"), Map.of()))
        .singleElement()
        .asString()
        .startsWith("--model: gemini.model is \"a b\"");
    assertThat(mistakes(Map.of("poll.interval", "0ms"), Map.of()))
        .containsExactly("--poll-interval: poll.interval is 0; write at least 1ms.");
  }

  @Test
  void a_wrong_value_of_a_profile_is_named_with_its_own_key_and_once() throws IOException {
    Files.writeString(
        local,
        """
        retry.max-attempts = x
        profile.books.lines.on-error = stop
        profile.maps.pictures.schema-file = s
        """);

    assertThat(mistakes(Map.of(), Map.of("PROFILE_BOOKS_RUN_PRIORITY", "0")))
        .containsExactlyInAnyOrder(
            local + ", line 1: retry.max-attempts is \"x\"; write a whole number from 1 to 10.",
            "PROFILE_BOOKS_RUN_PRIORITY: profile.books.run.priority is \"0\"; write a whole number"
                + " from 1 to 9.",
            local + ", line 2: profile.books.lines.on-error is \"stop\"; write skip or fail.",
            local
                + ", line 3: profile.maps.pictures.schema-file says nothing without a prompt; set"
                + " pictures.prompt-file, too.");
  }

  @Test
  void every_mistake_is_named_at_once() throws IOException {
    Files.writeString(
        local,
        """
        poll.intervall = 3s
        pictures.prompt-file = p
        profil.books.gemini.model = m
        profile.BOOKS.gemini.model = m
        profile.books.poll.interval = 3s
        profile.a.inbox.directory = in
        profile.b.inbox.directory = in
        job.max-requests = none
        folder = C:\\users
        run.colour = red
        """);

    assertThat(mistakes(Map.of(), Map.of()))
        .extracting(mistake -> mistake.replace(local + ", line ", "").replaceFirst("[.;,] .*", ""))
        .containsExactlyInAnyOrder(
            "9: \\u begins an escape there",
            "8: job.max-requests is \"none\"",
            "2: pictures.prompt-file is for a profile alone",
            "3: There is no setting profil.books.gemini.model",
            "4: profile.BOOKS.gemini.model is not a setting of a profile",
            "5: A profile has no setting poll.interval (profile.books.poll.interval)",
            "7: The profiles a and b have the same inbox " + home.resolve("in"),
            "1: There is no setting poll.intervall",
            "10: There is no setting run.colour");
    assertThat(catchThrowableOfType(UsageException.class, () -> settings(Map.of(), Map.of())))
        .message()
        .hasLineCount(9);
  }

  @Test
  void what_is_wrong_has_its_default_for_those_who_look_further() throws IOException {
    Files.writeString(local, "run.concurrency = many\ninbox.directory = in");

    Settings settings =
        Settings.of(sources(Map.of(), Map.of()), Places.both(home), home, mistake -> {});

    assertThat(settings.jobs().runs().concurrency()).isEqualTo(4);
    assertThat(settings.folders().inbox()).isEqualTo(home.resolve("in"));
  }

  @Test
  void a_file_that_is_not_text_hides_no_mistake_in_the_others() throws IOException {
    Path application = Files.writeString(home.resolve("config/a"), "run.priority = 0");
    Files.write(local, "inbox.directory = \u00e9".getBytes(StandardCharsets.ISO_8859_1));
    List<String> mistakes = new ArrayList<>();

    Settings.of(
        PropertySources.read(Map.of(), Map.of(), List.of(application, local)),
        Places.both(home),
        home,
        mistakes::add);

    assertThat(mistakes).hasSize(2).anyMatch(text -> text.contains("not UTF-8 text (line 1)"));
  }

  @Test
  void a_key_that_is_set_twice_is_named_with_both_lines_and_the_last_counts() throws IOException {
    Files.writeString(local, "run.priority = 3\n\nrun.priority = 4");

    PropertySources sources = sources(Map.of(), Map.of());

    assertThat(Settings.of(sources, home, home).jobs().runs().priority()).isEqualTo(4);
    assertThat(sources.doubts())
        .containsExactly(
            local
                + ", line 3: run.priority was set before, on line 1; only this line counts. Remove"
                + " the others.");
  }

  @Test
  void the_settings_beside_an_input_are_named_after_it_with_their_line() throws IOException {
    Settings settings = settings(Map.of(), Map.of());
    String text = "run.priority = 2\nlines.on-error = stop\nrun.paused = x\ninbox.directory = y";

    String refusal =
        catchThrowableOfType(
                UsageException.class,
                () ->
                    FileOverrides.of(
                        "x.jsonl",
                        text.getBytes(StandardCharsets.UTF_8),
                        settings,
                        Profiles.DEFAULT))
            .getMessage();

    assertThat(
            refusal.lines().map(line -> line.replaceFirst("; .*", "").replaceFirst(" \\(.*", "")))
        .containsExactly(
            "x.jsonl.properties, line 4: a single file has no setting inbox.directory",
            "x.jsonl.properties, line 3: run.paused is \"x\"",
            "x.jsonl.properties, line 2: lines.on-error is \"stop\"");
  }

  @Test
  void it_is_known_where_the_key_comes_from_and_the_key_is_not_told() throws IOException {
    Files.writeString(home.resolve("key"), "some-secret");
    Files.writeString(local, "profile.b.gemini.api-key-file = key\ngemini.model = m");
    Profiles profiles = settings(Map.of(), Map.of("API_KEY", "other-secret")).profiles();

    assertThat(profiles.placeOfKey(Profiles.DEFAULT)).hasValue("API_KEY");
    assertThat(profiles.placeOfKey("b"))
        .hasValue(home.resolve("key") + ", which " + local + ", line 1 names");
  }

  private PropertySources sources(Map<String, String> options, Map<String, String> environment) {
    return PropertySources.read(options, environment, List.of(local));
  }

  private Settings settings(Map<String, String> options, Map<String, String> environment) {
    return Settings.of(sources(options, environment), Places.both(home), home.resolve("media"));
  }

  private List<String> mistakes(Map<String, String> options, Map<String, String> environment) {
    List<String> mistakes = new ArrayList<>();
    Settings.of(
        sources(options, environment), Places.both(home), home.resolve("media"), mistakes::add);
    return mistakes;
  }
}
