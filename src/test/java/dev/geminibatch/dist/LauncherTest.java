package dev.geminibatch.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code bin/gemini-batch} with a Java that only says how it was called. */
@DisabledOnOs(OS.WINDOWS)
class LauncherTest {
  private static final String MEMORY = "-XX:\\+UseSerialGC|-Xms96m|-Xmn48m";
  private static final String CKSUM_OF_CLASSES = "3758406165-7";
  private static final String LATE_COMPILER = "-XX:Tier4.*";

  private static final Path LAUNCHER = Path.of("src/dist/bin/gemini-batch").toAbsolutePath();

  /** Says its locale, each argument in a line of its own, and ends with 7. */
  private static final String JAVA =
      """
      #!/bin/sh
      if [ "$1" = -version ]; then echo 'openjdk version "%s" 2026-01-01' >&2; exit 0; fi
      echo "java=$0 locale=${LC_ALL:-$LC_CTYPE}"
      for argument in "$@"; do printf '<%%s>\\n' "$argument"; done
      exit 7
      """;

  /** What a shell has where nothing is set. */
  private static final String PATH = "/usr/bin:/bin";

  @TempDir Path scratch;
  private Path program;
  private Path work;
  private final Map<String, String> environment = new HashMap<>();

  @BeforeEach
  void install() throws IOException {
    program = Files.createDirectories(scratch.resolve("a program's folder"));
    work = Files.createDirectories(scratch.resolve("batches"));
    Files.writeString(program.resolve("gemini-batch.jar"), "a jar");
    Path bin = Files.createDirectories(program.resolve("bin"));
    executable(Files.copy(LAUNCHER, bin.resolve("gemini-batch")));
    environment.put("PATH", PATH);
    environment.put("JAVA_HOME", java("17.0.15").toString());
  }

  @Test
  void arguments_arrive_as_they_were_given() throws Exception {
    String[] arguments = {"--file", "a b.jsonl", "", "*", "$HOME", "it's", "\"q\"", "ä\\n", "a\nb"};

    Said said = run(arguments);

    assertThat(said.afterJar()).isEqualTo("<" + String.join(">\n<", arguments) + ">\n");
  }

  @Test
  void the_program_learns_how_it_was_called() throws Exception {
    assertThat(run().out()).contains("<-Dgemini-batch.launcher=" + program + "/bin/gemini-batch>");
  }

  @Test
  void the_exit_code_is_that_of_the_program() throws Exception {
    assertThat(run().exit()).isEqualTo(7);
  }

  @Test
  void the_program_takes_the_place_of_the_shell_so_that_signals_reach_it() throws Exception {
    Path java = Path.of(environment.get("JAVA_HOME"), "bin/java");
    Files.writeString(java, "#!/bin/sh\necho $$\n");

    Said said = run();

    assertThat(said.out().strip()).isEqualTo(Long.toString(said.pid()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"link", "links/link", "links/chain"})
  void it_finds_its_folder_through_links(String name) throws Exception {
    Files.createDirectories(scratch.resolve("links"));
    Path link = scratch.resolve(name);
    if (name.endsWith("chain")) {
      Path first = scratch.resolve("first");
      Files.createSymbolicLink(first, Path.of(program.getFileName() + "/bin/gemini-batch"));
      Files.createSymbolicLink(link, Path.of("../first"));
    } else {
      Files.createSymbolicLink(link, program.resolve("bin/gemini-batch"));
    }

    assertThat(runAs(List.of(link.toString())).out()).contains(jar());
  }

  @Test
  void it_is_found_by_the_path() throws Exception {
    environment.put("PATH", program.resolve("bin") + ":" + PATH);

    assertThat(runAs(List.of("sh", "-c", "gemini-batch")).out()).contains(jar());
  }

  @Test
  void a_link_to_the_folder_is_followed() throws Exception {
    Path current = Files.createSymbolicLink(scratch.resolve("current"), program);

    assertThat(runAs(List.of(current + "/bin/gemini-batch")).out()).contains(jar());
  }

  @Test
  void a_search_path_for_folders_leads_it_nowhere_else() throws Exception {
    Files.createDirectories(scratch.resolve("elsewhere/bin"));
    environment.put("CDPATH", scratch.resolve("elsewhere").toString());
    environment.put("IN", program.toString());

    assertThat(runAs(List.of("sh", "-c", "cd -- \"$IN\" && bin/gemini-batch")).out())
        .contains(jar());
  }

  @Test
  void without_a_folder_of_java_the_one_of_the_path_is_taken() throws Exception {
    Path java = Path.of(environment.remove("JAVA_HOME"));
    Path bin = Files.createDirectories(scratch.resolve("usr"));
    Files.createSymbolicLink(bin.resolve("java"), java.resolve("bin/java"));
    environment.put("PATH", bin + ":" + PATH);

    assertThat(run().out()).contains("java=" + bin.resolve("java"), jar());
  }

  @Test
  void no_java_at_all_is_said() throws Exception {
    environment.remove("JAVA_HOME");
    Path bin = Files.createDirectories(scratch.resolve("few"));
    for (String tool : List.of("sh", "readlink")) {
      Files.createSymbolicLink(bin.resolve(tool), Path.of("/bin").resolve(tool));
    }
    environment.put("PATH", bin.toString());

    assertThat(run())
        .isEqualTo(
            refused(
                "there is no Java; install version 17 or later, or let JAVA_HOME name"
                    + " the folder of one"));
  }

  @Test
  void a_folder_without_java_is_said_and_not_replaced() throws Exception {
    environment.put("JAVA_HOME", "/none such");

    assertThat(run())
        .isEqualTo(
            refused(
                "JAVA_HOME is /none such, which has no bin/java; correct it, or unset it to"
                    + " use the java of PATH"));
  }

  @ParameterizedTest
  @CsvSource({"1.8.0_402", "11.0.2", "16", "9-ea"})
  void an_older_java_is_refused(String version) throws Exception {
    Path java = java(version);
    environment.put("JAVA_HOME", java.toString());
    Said refused =
        refused(
            java
                + "/bin/java is Java "
                + version
                + "; version 17 or later is needed. Let"
                + " JAVA_HOME name the folder of one");

    assertThat(run()).isEqualTo(refused);
    Files.delete(java.resolve("release")); // as with wrappers
    assertThat(run()).isEqualTo(refused);
  }

  @ParameterizedTest
  @CsvSource({"17", "17.0.15", "21-ea", "25.0.3", "100.1"})
  void a_newer_java_is_taken(String version) throws Exception {
    Path java = java(version);
    environment.put("JAVA_HOME", java.toString());

    assertThat(run().out()).contains(jar());
    Files.delete(java.resolve("release"));
    assertThat(run().out()).contains(jar());
  }

  @Test
  void a_java_that_does_not_say_its_version_is_refused() throws Exception {
    Path java = java("17");
    Files.delete(java.resolve("release"));
    executable(Files.writeString(java.resolve("bin/java"), "#!/bin/sh\necho what?\n"));
    environment.put("JAVA_HOME", java.toString());

    assertThat(run())
        .isEqualTo(
            refused(
                "cannot tell the version of "
                    + java
                    + "/bin/java; let JAVA_HOME name the"
                    + " folder of Java 17 or later"));
  }

  @Test
  void the_version_costs_no_second_start() throws Exception {
    Path java = Path.of(environment.get("JAVA_HOME"), "bin/java");
    Path count = scratch.resolve("count");
    Files.writeString(java, "#!/bin/sh\necho started >> '" + count + "'\n");

    run("--list");

    assertThat(count).hasContent("started");
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "-, -, -, C.UTF-8",
        "C, -, -, C.UTF-8",
        "POSIX, -, de_DE.UTF-8, C.UTF-8",
        "-, C, de_DE.UTF-8, C.UTF-8",
        "-, -, C, C.UTF-8",
        "-, -, de_DE.UTF-8, ''",
        "-, de_DE.UTF-8, C, de_DE.UTF-8",
        "en_US.ISO-8859-1, -, -, en_US.ISO-8859-1",
      })
  void letters_are_utf_8_where_no_locale_says_otherwise(
      String all, String type, String language, String expected) throws Exception {
    set("LC_ALL", all);
    set("LC_CTYPE", type);
    set("LANG", language);

    assertThat(run().out()).contains(" locale=" + expected + "\n");
  }

  @Test
  void options_of_java_come_after_our_own_and_the_later_wins() throws Exception {
    environment.put("JAVA_OPTS", "-Da=1  -Db=*");
    environment.put("GEMINI_BATCH_OPTS", "-Da=2");

    assertThat(run().options()).containsExactly("-Xmx512m", "-Da=1", "-Db=*", "-Da=2");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-Xmx2g", "-XX:MaxHeapSize=1g", "-XX:MaxRAMPercentage=50"})
  void a_heap_of_their_own_replaces_ours(String option) throws Exception {
    environment.put("JAVA_OPTS", option);

    assertThat(run().options()).containsExactly(option);
  }

  @Test
  void the_memory_that_a_start_takes_is_small_unless_they_say_otherwise() throws Exception {
    assertThat(run().all()).contains("-XX:+UseSerialGC", "-Xms96m", "-Xmn48m");

    environment.put("JAVA_OPTS", "-Xms1g");
    environment.put("JDK_JAVA_OPTIONS", "-XX:+UseZGC");
    assertThat(run().all())
        .doesNotContain("-XX:+UseSerialGC", "-Xms96m", "-Xmn48m")
        .contains("-Xms1g");
  }

  @ParameterizedTest
  @CsvSource({
    "JAVA_OPTS, -Xms1g",
    "JDK_JAVA_OPTIONS, -Xms1g -Xmx2g",
    "JAVA_TOOL_OPTIONS, -XX:MinHeapSize=200m",
    "_JAVA_OPTIONS, -Xmx64m",
    "JAVA_OPTS, @options",
    "JAVA_OPTS, -XX:VMOptionsFile=options",
  })
  void sizes_of_the_heap_do_not_contradict_theirs(String name, String options) throws Exception {
    environment.put(name, options);

    assertThat(run().all()).doesNotContain("-Xmx512m", "-Xms96m", "-Xmn48m");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-Xmx64m", "-Xmx8M", "-Xmx60000k", "-Xmx67108864", "-XX:MaxHeapSize=64m"})
  void a_heap_does_not_begin_larger_than_it_may_become(String option) throws Exception {
    environment.put("JAVA_OPTS", option);

    assertThat(run().all()).contains(option).doesNotContain("-Xms96m", "-Xmn48m");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--list", "--status", "--status=x", "--cancel", "--help"})
  void a_short_command_starts_quickly(String command) throws Exception {
    assertThat(run(command).options()).contains("-XX:TieredStopAtLevel=1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "--file", "--poll", "--sandbox"})
  void what_works_for_long_is_compiled_well(String command) throws Exception {
    assertThat(run(command).all())
        .doesNotContain("-XX:TieredStopAtLevel=1")
        .anyMatch(option -> option.matches(LATE_COMPILER));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"--file small.jsonl", "--file=small.jsonl", "--quiet --file small.jsonl --json"})
  void a_small_input_starts_quickly(String arguments) throws Exception {
    Files.writeString(work.resolve("small.jsonl"), "{}\n");

    assertThat(run(arguments.split(" ")).options()).contains("-XX:TieredStopAtLevel=1");
  }

  @Test
  void an_input_that_keeps_the_processor_busy_is_compiled_well() throws Exception {
    Files.write(work.resolve("large.jsonl"), new byte[(1 << 20) + 1]);
    Files.writeString(work.resolve("compressed.jsonl.gz"), "small");
    Files.writeString(work.resolve("media.jsonl"), "{\"text\": \"[[FILE:a.mp4]]\"}\n");
    Files.createDirectories(work.resolve("folder"));

    for (String name :
        List.of("large.jsonl", "compressed.jsonl.gz", "media.jsonl", "folder", "none")) {
      assertThat(run("--file", name).options()).as(name).doesNotContain("-XX:TieredStopAtLevel=1");
    }
  }

  @Test
  void an_input_that_cannot_be_read_to_its_end_does_not_hold_up_the_start() throws Exception {
    assertThat(runAs(List.of("mkfifo", "pipe.jsonl")).exit()).isZero();

    assertThat(run("--file", "pipe.jsonl").exit()).isEqualTo(7);
    assertThat(run("--file", "/dev/zero").exit()).isEqualTo(7);
  }

  @Test
  void a_jar_that_is_missing_is_said() throws Exception {
    Files.delete(program.resolve("gemini-batch.jar"));

    assertThat(run())
        .isEqualTo(refused(program + "/gemini-batch.jar is missing; unpack the archive again"));
  }

  @Test
  void a_class_archive_that_fits_is_used() throws Exception {
    Path archive = archive("state/classes", "17.0.15", checksum(), "jsa");

    assertThat(run().options())
        .containsExactly("-Xmx512m", "-XX:SharedArchiveFile=" + archive, "-Xlog:disable");
  }

  @Test
  void java_25_has_an_archive_of_another_kind() throws Exception {
    environment.put("JAVA_HOME", java("25.0.3").toString());
    archive("state/classes", "25.0.3", checksum(), "jsa");
    assertThat(run().options()).containsExactly("-Xmx512m");
    Path archive = archive("state/classes", "25.0.3", checksum(), "aot");

    assertThat(run().options()).contains("-XX:AOTCache=" + archive);
  }

  @Test
  void a_class_archive_of_another_java_or_program_is_not_used() throws Exception {
    archive("state/classes", "17.0.14", checksum(), "jsa");
    archive("state/classes", "17.0.15", "123", "jsa");

    assertThat(run()).isEqualTo(new Said(7, run().out(), "", run().pid()));
    assertThat(run().options()).containsExactly("-Xmx512m");
  }

  @Test
  void a_truncated_class_archive_is_not_used() throws Exception {
    Path archive = archive("state/classes", "17.0.15", checksum(), "jsa");
    Files.writeString(archive, "half");

    assertThat(run().options()).containsExactly("-Xmx512m");
    assertThat(run().err()).isEmpty();
  }

  @Test
  void damage_that_keeps_the_length_of_a_class_archive_is_noticed() throws Exception {
    Path archive = archive("state/classes", "17.0.15", checksum(), "jsa");
    Files.writeString(archive, "clas\0\0\0");

    assertThat(run().options()).containsExactly("-Xmx512m");
    assertThat(run().err()).isEmpty();
  }

  @Test
  void a_folder_with_a_colon_has_no_class_archives() throws Exception {
    environment.put("GEMINI_BATCH_CLASSES", work.resolve("a:b").toString());
    archive("a:b", "17.0.15", checksum(), "jsa");

    assertThat(run().options()).containsExactly("-Xmx512m");
    assertThat(run("--warm").err()).contains("colon");
  }

  @ParameterizedTest
  @CsvSource({
    "JAVA_TOOL_OPTIONS, -Xlog:gc",
    "_JAVA_OPTIONS, -Xshare:off",
    "JDK_JAVA_OPTIONS, @options",
    "JAVA_OPTS, -XX:DumpLoadedClassList=classes",
  })
  void a_class_archive_contradicts_no_other_options(String name, String option) throws Exception {
    archive("state/classes", "17.0.15", checksum(), "jsa");
    environment.put(name, option);

    assertThat(run().options()).noneMatch(each -> each.contains("SharedArchiveFile"));
  }

  @Test
  void a_class_archive_gives_way_to_options_that_name_another_one() throws Exception {
    archive("state/classes", "17.0.15", checksum(), "jsa");
    environment.put("GEMINI_BATCH_OPTS", "-Xshare:off");

    assertThat(run().options()).containsExactly("-Xmx512m", "-Xshare:off");
  }

  @ParameterizedTest
  @CsvSource({
    "STATE_DIRECTORY, own/state, own/state/classes",
    "GEMINI_BATCH_CLASSES, cache, cache",
  })
  void the_folder_of_class_archives_follows_the_state(String name, String value, String folder)
      throws Exception {
    environment.put(name, value.equals("cache") ? work.resolve(value).toString() : value);
    Path archive = archive(folder, "17.0.15", checksum(), "jsa");

    assertThat(run().options()).contains("-XX:SharedArchiveFile=" + archive);
  }

  @Test
  void without_a_class_archive_the_program_learns_where_to_have_one_made() throws Exception {
    String asked = "<-Dgemini-batch.classes=" + work.toRealPath() + "/state/classes>";
    assertThat(run().out()).contains(asked);
    archive("state/classes", "17.0.14", checksum(), "jsa");
    assertThat(run().out()).contains(asked);

    archive("state/classes", "17.0.15", checksum(), "jsa");
    assertThat(run().out()).doesNotContain("-Dgemini-batch.classes");
  }

  @Test
  void class_archives_can_be_switched_off() throws Exception {
    archive("state/classes", "17.0.15", checksum(), "jsa");
    environment.put("GEMINI_BATCH_CLASSES", "");

    assertThat(run().options()).containsExactly("-Xmx512m");
    assertThat(run().out()).doesNotContain("-Dgemini-batch.classes");
    assertThat(run("--warm"))
        .isEqualTo(
            refused(
                "GEMINI_BATCH_CLASSES is empty, or the folder's name has a colon, which switches"
                    + " class archives off"));
  }

  @Test
  void a_program_that_was_moved_has_an_archive_of_its_own() throws Exception {
    archive("state/classes", "17.0.15", checksum(), "jsa");
    Path moved = Files.move(program, scratch.resolve("moved"));

    assertThat(runAs(List.of(moved + "/bin/gemini-batch")).options()).containsExactly("-Xmx512m");
  }

  @ParameterizedTest
  @ValueSource(strings = {"folder", "empty", "dangling", "pipe"})
  void what_is_no_archive_is_not_used(String what) throws Exception {
    Path archive = archive("state/classes", "17.0.15", checksum(), "jsa");
    Files.delete(archive);
    switch (what) {
      case "folder" -> Files.createDirectory(archive);
      case "empty" -> Files.createFile(archive);
      case "dangling" -> Files.createSymbolicLink(archive, Path.of("nowhere"));
      default -> runAs(List.of("mkfifo", archive.toString()));
    }

    assertThat(run()).isEqualTo(new Said(7, run().out(), "", 0));
    assertThat(run().options()).containsExactly("-Xmx512m");
  }

  @Test
  void an_archive_is_made_beside_those_of_another_java_and_what_a_kill_left_is_removed()
      throws Exception {
    makesArchives();
    Path other = archive("state/classes", "25.0.3", "1", "aot");
    Path older = archive("state/classes", "17.0.15", "1", "jsa");
    Files.setLastModifiedTime(older, FileTime.from(Instant.EPOCH));
    Path left = Files.createDirectories(work.resolve("state/classes/making-1/demo"));
    Files.setLastModifiedTime(left.getParent(), FileTime.from(Instant.EPOCH));
    Path present = Files.createDirectories(work.resolve("state/classes/making-2"));

    Said said = run("--warm");

    assertThat(said.exit()).as(said.err()).isZero();
    Path made = Path.of(said.out().strip().substring("Made ".length()));
    assertThat(made.getParent()).isDirectoryContaining(other::equals);
    try (Stream<Path> files = Files.list(work.toRealPath().resolve("state/classes"))) {
      assertThat(files.map(Path::getFileName).map(Path::toString))
          .containsExactlyInAnyOrder(
              made.getFileName().toString(),
              other.getFileName().toString(),
              present.getFileName().toString());
    }
    assertThat(older).doesNotExist();
    assertThat(run().options()).contains("-XX:SharedArchiveFile=" + made);
  }

  @Test
  void two_that_make_an_archive_at_once_leave_one() throws Exception {
    makesArchives();
    String both = "\"$0\" --warm & \"$0\" --warm; wait";

    runAs(List.of("sh", "-c", both, program + "/bin/gemini-batch"));

    try (Stream<Path> files = Files.list(work.resolve("state/classes"))) {
      assertThat(files.toList()).hasSize(1);
    }
    assertThat(run().options().toString()).contains("-XX:SharedArchiveFile=");
  }

  /** Java writes what it is asked for. */
  private void makesArchives() throws IOException {
    Path java = Path.of(environment.get("JAVA_HOME"), "bin/java");
    String write =
        "for a in \"$@\"; do case $a in -XX:ArchiveClassesAtExit=*) echo classes > \"${a#*=}\";"
            + " exit 0;; esac; done\n";
    Files.writeString(
        java, JAVA.formatted("17.0.15").replace("echo \"java=", write + "echo \"java="));
  }

  private void set(String name, String value) {
    if (value != null) {
      environment.put(name, value);
    }
  }

  private Path java(String version) throws IOException {
    Path home = Files.createDirectories(scratch.resolve("java " + version));
    Files.writeString(
        home.resolve("release"),
        "IMPLEMENTOR=\"Who\"\nJAVA_VERSION=\"" + version + "\"\nOS_NAME=\"Linux\"\n");
    Path bin = Files.createDirectories(home.resolve("bin"));
    executable(Files.writeString(bin.resolve("java"), JAVA.formatted(version)));
    return home;
  }

  private Path archive(String folder, String java, String program, String ending)
      throws IOException {
    Path classes = Files.createDirectories(work.resolve(folder));
    Path file = classes.resolve(java + "-" + program + "-" + CKSUM_OF_CLASSES + "." + ending);
    return Files.writeString(file, "classes");
  }

  private String checksum() throws Exception {
    Said said =
        runAs(
            List.of(
                "sh",
                "-c",
                "{ cat \"$0/gemini-batch.jar\"; printf '%s' \"$0\"; } | cksum",
                program.toRealPath().toString()));
    return said.out().split(" ")[0];
  }

  private String jar() {
    return "<" + program + "/gemini-batch.jar>";
  }

  private static void executable(Path file) throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** What a start said; two are equal whatever the process was. */
  private record Said(int exit, String out, String err, long pid) {
    /** Without those of every start, see {@link #all}. */
    private List<String> options() {
      return all().stream()
          .filter(option -> !option.matches("-Dgemini-batch\\..*|" + MEMORY + "|" + LATE_COMPILER))
          .toList();
    }

    private List<String> all() {
      return Arrays.stream(out.substring(0, out.indexOf("<-jar>")).split("\n"))
          .skip(1)
          .map(line -> line.substring(1, line.length() - 1))
          .toList();
    }

    private String afterJar() {
      return out.substring(out.indexOf(".jar>\n") + ".jar>\n".length());
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Said said
          && exit == said.exit
          && out.equals(said.out)
          && err.equals(said.err);
    }

    @Override
    public int hashCode() {
      return exit;
    }
  }

  private static Said refused(String words) {
    return new Said(2, "", "gemini-batch: " + words + "\n", 0);
  }

  private Said run(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(program + "/bin/gemini-batch"));
    command.addAll(List.of(arguments));
    return runAs(command);
  }

  private Said runAs(List<String> command) throws Exception {
    Path out = Files.createTempFile(scratch, "out", ".txt");
    Path err = Files.createTempFile(scratch, "err", ".txt");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(work.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().clear();
    builder.environment().putAll(environment);
    Process process = builder.start();
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    return new Said(
        process.exitValue(),
        Files.readString(out, StandardCharsets.UTF_8),
        Files.readString(err, StandardCharsets.UTF_8),
        process.pid());
  }
}
