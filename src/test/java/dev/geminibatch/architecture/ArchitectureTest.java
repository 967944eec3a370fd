package dev.geminibatch.architecture;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.geminibatch.settings.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Where every class lives, and what it may know; {@code src/docs/architecture.md} says why. */
class ArchitectureTest {
  private static final Path SOURCES = Path.of("src/main/java/dev/geminibatch");

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.geminibatch");

  /** Each row is above the next, so that no cycle can be. */
  @Test
  void a_package_imports_only_from_the_rows_above_its_own() {
    classes().that().resideInAPackage("dev.geminibatch.*..").should(new Layers()).check(CLASSES);
  }

  @Test
  void no_stage_knows_another_stage() {
    List<String> stages =
        CLASSES.stream()
            .map(JavaClass::getPackageName)
            .filter(name -> name.startsWith("dev.geminibatch.stage."))
            .distinct()
            .toList();
    assertThat(stages).contains("dev.geminibatch.stage.submit", "dev.geminibatch.stage.poll");
    for (String stage : stages) {
      String[] others =
          stages.stream().filter(other -> !other.equals(stage)).toArray(String[]::new);
      noClasses()
          .that()
          .resideInAPackage(stage)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(others)
          .check(CLASSES);
    }
  }

  @Test
  void only_the_ledger_knows_the_database() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.geminibatch.ledger")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("java.sql..", "javax.sql..", "com.zaxxer..", "org.flywaydb..")
        .check(CLASSES);
  }

  @Test
  void only_the_implementation_of_the_service_knows_its_clients() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.geminibatch.service.gemini")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("okhttp3..", "okio..", "com.google.genai..")
        .check(CLASSES);
  }

  @Test
  void only_the_wiring_knows_which_services_there_are() {
    noClasses()
        .that()
        .resideOutsideOfPackages("dev.geminibatch.service.gemini", "dev.geminibatch.wiring")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.geminibatch.service.gemini")
        .check(CLASSES);
  }

  @Test
  void only_one_package_knows_camel() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.geminibatch.camel")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.apache.camel..")
        .check(CLASSES);
  }

  @Test
  void lower_rows_get_small_records_instead_of_all_settings() {
    noClasses()
        .that()
        .resideOutsideOfPackages(
            "dev.geminibatch.settings",
            "dev.geminibatch.wiring",
            "dev.geminibatch.stage..",
            "dev.geminibatch.maintenance",
            "dev.geminibatch.management",
            "dev.geminibatch.camel",
            "dev.geminibatch.cli")
        .should()
        .dependOnClassesThat()
        .areAssignableTo(Settings.class)
        .check(CLASSES);
  }

  @Test
  void the_sandbox_knows_nothing_of_the_product_but_lines_and_error_codes() {
    classes()
        .that()
        .resideInAPackage("dev.geminibatch.sandbox")
        .should()
        .onlyDependOnClassesThat(
            com.tngtech.archunit.base.DescribedPredicate.describe(
                "may be known to the sandbox",
                (JavaClass type) ->
                    !Layers.isOurs(type)
                        || List.of("io", "line", "sandbox")
                            .contains(type.getPackageName().substring(Layers.ROOT.length()))
                        || type.getSimpleName().equals("RpcCode")))
        .check(CLASSES);
  }

  @Test
  void only_the_terminal_writes_to_the_standard_streams() {
    noClasses()
        .that()
        .doNotHaveFullyQualifiedName("dev.geminibatch.cli.Terminal")
        .should()
        .accessField(System.class, "out")
        .orShould()
        .accessField(System.class, "err")
        .check(CLASSES);
  }

  @Test
  void only_the_command_line_takes_the_clock_of_the_machine() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.geminibatch.cli")
        .should()
        .callMethod(Clock.class, "systemUTC")
        .orShould()
        .callMethod(Clock.class, "systemDefaultZone")
        .orShould()
        .callMethod(java.time.Instant.class, "now")
        .check(CLASSES);
  }

  @Test
  void nobody_sleeps_but_those_who_wait_for_the_world() {
    noClasses()
        .that()
        .doNotHaveSimpleName("RetryPolicy") // between two calls
        .and()
        .doNotHaveSimpleName("SandboxHandler") // as slow as it is asked to be
        .and()
        .doNotHaveSimpleName("Pipeline") // before it stops calls that do not end
        .and()
        .doNotHaveSimpleName("Farewell") // before it ends a process that does not
        .and()
        .doNotHaveSimpleName("DemoCommand") // a person waits
        .and()
        .doNotHaveSimpleName("Pause") // before it looks again at a server
        .and()
        .doNotHaveSimpleName("DryRun")
        .and()
        .doNotHaveSimpleName("PollCommand")
        .should()
        .callMethodWhere(target(nameMatching("sleep")))
        .check(CLASSES);
  }

  @Test
  void no_class_is_named_for_nothing_in_particular() {
    classes()
        .should()
        .haveNameNotMatching(".*(Util|Utils|Helper|Manager|Processor)(\\$.*)?")
        .check(CLASSES);
  }

  @Test
  void every_package_says_in_a_sentence_what_it_is_for() throws IOException {
    try (Stream<Path> folders = Files.walk(SOURCES)) {
      for (Path folder : folders.filter(Files::isDirectory).toList()) {
        if (holdsClasses(folder) && !folder.equals(SOURCES)) {
          assertThat(folder.resolve("package-info.java"))
              .content()
              .matches("(?s)/\\*\\*.*[.;:].*\\*/\\s*package dev\\.geminibatch\\..*;\\s*");
        }
      }
    }
  }

  private static boolean holdsClasses(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.anyMatch(file -> file.toString().endsWith(".java"));
    }
  }
}
