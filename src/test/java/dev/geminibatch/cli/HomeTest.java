package dev.geminibatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.geminibatch.settings.PropertySources;
import dev.geminibatch.settings.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where an installed program finds what it needs, and where it puts what it makes. */
class HomeTest {
  @TempDir Path scratch;
  private Path program;
  private Path here;

  @BeforeEach
  void install() throws IOException {
    program = Files.createDirectories(scratch.resolve("program"));
    here = Files.createDirectories(scratch.resolve("batches"));
    Files.createDirectories(program.resolve("routes"));
    Files.createDirectories(program.resolve("config"));
    Files.writeString(program.resolve("config/prices.json"), "{}");
    Files.createDirectories(program.resolve("bin"));
    Files.writeString(program.resolve("bin/gemini-batch"), "#!/bin/sh\n");
  }

  @Test
  void an_installed_program_works_in_the_working_directory() {
    Settings settings = settings();

    assertThat(settings.folders().inbox()).isEqualTo(here.resolve("inbox"));
    assertThat(settings.folders().outbox()).isEqualTo(here.resolve("outbox"));
    assertThat(settings.folders().stateFolder().path()).isEqualTo(here.resolve("state"));
    assertThat(settings.routes().folder()).isEqualTo(program.resolve("routes"));
    assertThat(settings.costs().prices()).isEqualTo(program.resolve("config/prices.json"));
  }

  @Test
  void a_program_without_its_launcher_works_in_its_own_folder_as_before() throws IOException {
    Files.delete(program.resolve("bin/gemini-batch"));

    assertThat(home()).isEqualTo(new Home(program, program));
  }

  @Test
  void a_ledger_in_the_folder_of_the_program_stays_in_use() throws IOException {
    Files.createDirectories(program.resolve("state"));
    Files.createFile(program.resolve("state/ledger.db"));

    assertThat(home()).isEqualTo(new Home(program, program));
  }

  @Test
  void the_folder_that_holds_routes_is_both() throws IOException {
    Files.createDirectories(here.resolve("routes"));

    assertThat(home()).isEqualTo(new Home(here, here));
  }

  @Test
  void prices_of_our_own_count_before_those_of_the_program() throws IOException {
    Files.createDirectories(here.resolve("config"));
    Files.writeString(here.resolve("config/prices.json"), "{}");

    assertThat(settings().costs().prices()).isEqualTo(here.resolve("config/prices.json"));
  }

  @Test
  void settings_where_we_work_override_those_where_the_program_is() throws IOException {
    Files.createDirectories(here.resolve("config"));
    Files.writeString(here.resolve("config/local.properties"), "gemini.model = of-us\n");
    Files.writeString(
        program.resolve("config/local.properties"),
        "gemini.model = of-everybody\ninbox.directory = drop\n");
    Files.writeString(program.resolve("config/application.properties"), "job.timeout = 2h\n");

    Settings settings = settings();

    assertThat(settings.jobs().model()).isEqualTo("of-us");
    assertThat(settings.folders().inbox()).isEqualTo(here.resolve("drop"));
    assertThat(settings.jobs().timeout()).hasHours(2);
  }

  @Test
  void a_file_of_settings_of_its_own_replaces_both() {
    Path own = scratch.resolve("etc/local.properties");

    assertThat(home().configFiles(Optional.of(own)))
        .containsExactly(program.resolve("config/application.properties"), own);
  }

  private Home home() {
    return Home.find(here, Optional.of(program));
  }

  private Settings settings() {
    Home home = home();
    List<Path> files = home.configFiles(Optional.empty());
    return Settings.of(
        PropertySources.read(Map.of(), Map.of(), files),
        home.places(),
        home.work().resolve("media"));
  }
}
