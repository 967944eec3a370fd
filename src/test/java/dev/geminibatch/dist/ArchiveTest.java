package dev.geminibatch.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The archives, where the build has made them: {@code ./mvnw -Pdist verify}. */
@Tag("process")
class ArchiveTest {
  private static final Path TARGET = Path.of("target");
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)#]+)(#[^)]*)?\\)");

  /** Below the one folder. */
  private static final Map<String, Entry> ENTRIES = new TreeMap<>();

  private static Path archive;
  private static String folder;

  private record Entry(int mode, String hash, String text) {}

  @BeforeAll
  static void read() throws IOException {
    List<Path> found = made(".tar.gz");
    assumeThat(found).as("./mvnw -Pdist package has made an archive").hasSize(1);
    archive = found.get(0);
    folder = archive.getFileName().toString().replace(".tar.gz", "/");
    assumeThat(Files.getLastModifiedTime(archive))
        .as("the archive is of this build")
        .isGreaterThan(Files.getLastModifiedTime(TARGET.resolve("gemini-batch.jar")));
    try (TarArchiveInputStream tar =
        new TarArchiveInputStream(
            new GzipCompressorInputStream(
                new BufferedInputStream(Files.newInputStream(archive))))) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        assertThat(entry.getName()).startsWith(folder);
        if (!entry.isDirectory()) {
          byte[] content = tar.readAllBytes();
          String name = entry.getName().substring(folder.length());
          ENTRIES.put(name, new Entry(entry.getMode() & 0777, hash(content), text(name, content)));
        }
      }
    }
  }

  @Test
  void it_holds_the_program_and_what_belongs_to_it() throws IOException {
    try (Stream<Path> libraries = Files.list(TARGET.resolve("lib"))) {
      assertThat(ENTRIES.keySet())
          .containsAll(libraries.map(file -> "lib/" + file.getFileName()).toList());
    }
    assertThat(ENTRIES)
        .containsKeys(
            "gemini-batch.jar",
            "bin/gemini-batch",
            "bin/gemini-batch.cmd",
            "routes/receive.camel.yaml",
            "config/application.properties",
            "docs/operating.md",
            "docs/monitoring.md",
            "systemd/gemini-batch.service",
            "Dockerfile",
            "LICENSE",
            "THIRD-PARTY.txt",
            "share/man/man1/gemini-batch.1",
            "share/bash-completion/completions/gemini-batch",
            "share/zsh/site-functions/_gemini-batch")
        .doesNotContainKey("config/local.properties");
  }

  @Test
  void only_the_script_is_executable() {
    ENTRIES.forEach(
        (name, entry) ->
            assertThat(entry.mode())
                .as(name)
                .isEqualTo(name.equals("bin/gemini-batch") ? 0755 : 0644));
  }

  @Test
  void the_script_for_windows_has_its_ends_of_lines_and_the_other_one_has_not() {
    assertThat(ENTRIES.get("bin/gemini-batch.cmd").text()).contains("@echo off\r\n");
    assertThat(ENTRIES.get("bin/gemini-batch").text())
        .startsWith("#!/bin/sh\n")
        .doesNotContain("\r");
  }

  @Test
  void the_links_of_its_documents_lead_somewhere_and_its_commands_are_those_installed() {
    List<String> broken = new ArrayList<>();
    ENTRIES.forEach(
        (name, entry) -> {
          Matcher link = LINK.matcher(name.endsWith(".md") ? entry.text() : "");
          while (link.find()) {
            String target =
                Path.of("/" + name).resolveSibling(link.group(1)).normalize().toString();
            if (!link.group(1).contains(":") && !ENTRIES.containsKey(target.substring(1))) {
              broken.add(name + " links to " + link.group(1));
            }
          }
        });

    assertThat(broken).isEmpty();
    assertThat(ENTRIES.get("README.md").text())
        .contains("    bin/gemini-batch --demo")
        .doesNotContain("target/");
  }

  @Test
  void the_zip_holds_the_same() throws IOException {
    Map<String, Entry> zipped = new TreeMap<>();
    try (ZipFile zip = ZipFile.builder().setPath(made(".zip").get(0)).get()) {
      for (ZipArchiveEntry entry : java.util.Collections.list(zip.getEntries())) {
        if (!entry.isDirectory()) {
          try (InputStream in = zip.getInputStream(entry)) {
            byte[] content = in.readAllBytes();
            String name = entry.getName().substring(folder.length());
            zipped.put(
                name, new Entry(entry.getUnixMode() & 0777, hash(content), text(name, content)));
          }
        }
      }
    }

    assertThat(zipped).isEqualTo(ENTRIES);
  }

  @Test
  void the_checksums_are_those_of_the_files() throws IOException {
    List<String> lines = Files.readAllLines(made(".sha256").get(0));

    assertThat(lines).hasSizeGreaterThanOrEqualTo(2);
    for (String line : lines) {
      String[] parts = line.split("  ");
      assertThat(parts[0]).isEqualTo(hash(Files.readAllBytes(TARGET.resolve(parts[1]))));
    }
  }

  private static List<Path> made(String ending) throws IOException {
    try (Stream<Path> files = Files.list(TARGET)) {
      return files
          .filter(
              file ->
                  file.getFileName()
                      .toString()
                      .matches("gemini-batch-[\\w.-]+" + Pattern.quote(ending)))
          .toList();
    }
  }

  private static String text(String name, byte[] content) {
    return name.endsWith(".jar") ? "" : new String(content, StandardCharsets.UTF_8);
  }

  private static String hash(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
