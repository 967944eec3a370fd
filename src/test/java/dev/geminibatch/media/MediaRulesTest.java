package dev.geminibatch.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.geminibatch.testkit.Samples;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which files may be sent under which name, and what is said about the others. */
class MediaRulesTest {
  private static final String LFS =
      "version https://git-lfs.github.com/spec/v1\noid sha256:4665a5ea423c2713d436b5ee50593a96"
          + "40e0018c1550b5a0002f74190d6caea8\nsize 12345\n";

  @TempDir Path folder;
  private MediaRules rules =
      new MediaRules(List.of("image/*", "audio/*", "video/*", "text/*", "application/pdf"), false);

  private String sent(String name, byte[] content) throws MediaProblem, IOException {
    Path file = Files.write(folder.resolve("stored"), content);
    return Windows.nameToSend(rules, name, file);
  }

  private String sent(String name, String content) throws MediaProblem, IOException {
    return sent(name, content.getBytes(StandardCharsets.UTF_8));
  }

  private MediaProblem problem(String name, byte[] content) {
    return catchThrowableOfType(MediaProblem.class, () -> sent(name, content));
  }

  private MediaProblem problem(String name, String content) {
    return problem(name, content.getBytes(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1\n00:00:01,000 --> 00:00:02,000\nHello\n",
        "WEBVTT\n\n00:01.000 --> 00:02.000\nHello\n",
        "\\documentclass{article}\n\\begin{document}x\\end{document}\n",
        "\\section{x} text",
        "#!/usr/bin/env python3\nprint('שלום')\n",
        "#!/bin/sh\necho hello\n",
        "# Title\n\n* text\n",
        "#include <stdio.h>\nint main() {}\n",
        "From: a@b\nTo: c@d\nSubject: x\n\nhi\n",
        "@book{a,\n title={x}}\n",
        "MZ are the initials of somebody\n",
        "P1 is the first of the tickets\n",
        "BMW and ID3 are the beginnings of this text\n",
        "%!PS-Adobe-3.0\n",
        "{\"a\":1}",
        "\ufeffwith a mark",
        "\u001b[31mred\u001b[0m\n",
        "---\ntitle: x\n---\n"
      })
  void whatever_is_utf8_text_may_go_as_plain_text(String content) throws Exception {
    assertThat(sent("x", content)).isEqualTo("text/plain");
  }

  @ParameterizedTest
  @CsvSource({
    "'<!DOCTYPE html><html><body>x</body></html>', text/html",
    "'<?xml version=\"1.0\"?><a/>', text/xml",
    "'<svg xmlns=\"http://www.w3.org/2000/svg\"/>', text/xml",
    "{\\rtf1\\ansi hello}, text/rtf"
  })
  void text_with_a_type_of_its_own_keeps_it(String content, String type) throws Exception {
    assertThat(sent("x", content)).isEqualTo(type);
  }

  @ParameterizedTest
  @CsvSource({
    "'<!DOCTYPE html><html><head><title>404 Not\n Found</title></head>', HTML (\"404 Not Found\")",
    "'<html><body>Just a moment', a page of HTML",
    "'<?xml version=\"1.0\"?>\n<Error><Code>NoSuchKey</Code></Error>', XML document (\"NoSuchKey\")",
    "'<Error><Code>AccessDenied</Code></Error>', a page of HTML that begins",
    "'{\"error\":\"gone\"}', 'JSON text that begins with \"{\"error\":\"gone\"}\"'",
    "Not Found, plain text that begins with \"Not Found\"",
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ, base64 -d",
    "'data:image/png;base64,iVBORw0KGgo=', base64 text"
  })
  void a_picture_that_is_text_is_a_failed_download(String content, String words) {
    MediaProblem problem = problem("a/photo.JPG", content);

    assertThat(problem.code()).hasToString("file-mismatch");
    assertThat(problem)
        .hasMessageStartingWith("\"a/photo.JPG\" is named like a picture but holds ")
        .hasMessageContaining(words)
        .hasMessageEndingWith(", or set media.mismatch = send");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x.png",
        "x.webp",
        "x.pdf",
        "x.mp3",
        "x.ogg",
        "x.mov",
        "x.webm",
        "x.docx",
        "x.zip",
        "https://example.com/a/x.jpg?sig=a.b#c"
      })
  void every_ending_of_binary_media_is_believed(String name) {
    assertThat(problem(name, "<html><title>Sign in</title>").code()).hasToString("file-mismatch");
  }

  @ParameterizedTest
  @ValueSource(strings = {"x.html", "x.txt", "x", "x.ts", "x.doc", "https://example.com/x?a=b.jpg"})
  void an_ending_that_may_mean_text_says_nothing(String name) throws Exception {
    assertThat(sent(name, "<html><title>Sign in</title>")).isEqualTo("text/html");
  }

  @ParameterizedTest
  @CsvSource({"x.jpg", "x.csv", "x"})
  void a_pointer_of_git_lfs_is_an_error_under_any_name(String name) {
    MediaProblem problem = problem(name, LFS);

    assertThat(problem.code()).hasToString("file-mismatch");
    assertThat(problem)
        .hasMessageContaining("Git LFS pointer")
        .hasMessageContaining("git lfs pull");
  }

  @Test
  void what_a_message_quotes_cannot_disturb_a_terminal() {
    MediaProblem problem =
        problem("x.jpg", "<html><title>a\u001b[2J\u009b\u202eb" + "c".repeat(300) + "</title>");

    assertThat(problem.getMessage())
        .contains("(\"a [2J bcc")
        .contains("ccc...\")")
        .matches(message -> message.chars().noneMatch(c -> c < ' ' || c >= 0x7f));
  }

  @Test
  void a_pointer_of_git_annex_is_an_error() {
    assertThat(problem("x.mp4", "/annex/objects/SHA256E-s1--0123.mp4\n"))
        .hasMessageContaining("git annex get");
  }

  @Test
  void a_file_of_zeros_is_an_interrupted_download() throws Exception {
    assertThat(problem("x.mp4", new byte[100_000]))
        .hasMessage(
            "\"x.mp4\" is filled with zero bytes, as an interrupted download or copy leaves it;"
                + " get the file again");

    rules = new MediaRules(rules.types(), true);
    assertThat(problem("x.mp4", new byte[100_000]).code()).hasToString("file-type");
  }

  @Test
  void with_send_a_mismatch_goes_out_as_what_it_is() throws Exception {
    rules = new MediaRules(rules.types(), true);

    assertThat(sent("x.jpg", "<html><title>404</title>")).isEqualTo("text/html");
    assertThat(sent("x.jpg", LFS)).isEqualTo("text/plain");
  }

  @Test
  void one_picture_under_the_name_of_another_is_fine() throws Exception {
    assertThat(sent("x.jpg", Samples.media("i.webp"))).isEqualTo("image/webp");
    assertThat(sent("x.mp3", Samples.media("o.ogg"))).isEqualTo("audio/ogg");
    assertThat(sent("x.pdf", Samples.media("i.jpg"))).isEqualTo("image/jpeg");
  }

  @ParameterizedTest
  @CsvSource({
    "windows-1255, windows-1255, 'שלום עולם, זה קובץ'",
    "UTF-16, UTF-16BE, 'hello'",
    "ISO-8859-1, windows-1252, 'un café'",
    "ISO-8859-1, ISO-8859-1, '<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>café</a>'",
    "windows-1255, windows-1255, '<html><meta charset=\"windows-1255\"><p>é שלום'"
  })
  void text_in_another_encoding_is_refused_with_its_name(
      String written, String named, String content) {
    MediaProblem problem = problem("x.txt", content.getBytes(Charset.forName(written)));

    assertThat(problem.code()).hasToString("file-type");
    assertThat(problem)
        .hasMessage(
            "\"x.txt\" is text in %s, not in UTF-8; convert it to UTF-8 (iconv -f %s -t UTF-8 FILE >"
                    .formatted(named, named)
                + " CONVERTED), or save it as UTF-8");
  }

  @Test
  void text_that_is_padded_with_nul_bytes_is_named_as_that() {
    assertThat(problem("x.log", "a line\n\0\0\0\0"))
        .hasMessageContaining("text with zero bytes in it; remove them");
  }

  @Test
  void what_the_service_does_not_take_comes_with_a_remedy() throws Exception {
    assertThat(problem("v.mkv", Samples.media("v.mkv")))
        .hasMessage(
            "\"v.mkv\" is of type video/x-matroska by its content, which the service does not"
                + " take; repack it as MP4, for example with ffmpeg -i FILE -c copy FILE.mp4, or"
                + " add video/x-matroska to media.types to send it as it is");
    assertThat(problem("i.avif", Samples.media("i.avif")))
        .hasMessageContaining("convert it to PNG");
    assertThat(problem("x.docx", "PK\3\4rest"))
        .hasMessageEndingWith("unpack it and name its files, or save a document as PDF");
  }

  @Test
  void what_the_service_takes_and_the_settings_do_not_is_refused_with_both() throws Exception {
    rules = new MediaRules(List.of("image/*", "video/mp4"), false);

    assertThat(problem("a.mp3", Samples.media("a.mp3")))
        .hasMessage(
            "\"a.mp3\" is of type audio/mpeg by its content; what may be sent is image/*,"
                + " video/mp4 (media.types)");
  }

  @ParameterizedTest
  @CsvSource({
    "application/x-matroska, v.webm, video/webm",
    "application/*, v.webm, video/webm",
    "application/ogg, o.ogg, audio/ogg",
    "audio/vnd.wave, a.wav, audio/wav",
    "video/x-msvideo, v.avi, video/avi",
    "video/avi, v.avi, video/avi",
    "audio/mp3, a.mp3, audio/mpeg",
    "video/mp4, audio-only.mp4, audio/mp4",
    "application/x-matroska, v.mkv, application/x-matroska",
    "video/x-matroska, v.mkv, video/x-matroska",
    "application/*, v.mkv, application/x-matroska",
    "image/avif, i.avif, image/avif",
    "video/mov, v.mov, video/quicktime"
  })
  void names_that_users_wrote_before_still_work(String pattern, String sample, String type)
      throws Exception {
    rules = new MediaRules(List.of("image/png", pattern), false);

    assertThat(sent("x", Samples.media(sample))).isEqualTo(type);
  }

  @Test
  void a_detectors_name_for_text_goes_on_working() throws Exception {
    rules = new MediaRules(List.of("image/png", "application/x-subrip"), false);

    assertThat(sent("x", "1\n00:00:01,000 --> 00:00:02,000\nHello\n")).isEqualTo("text/plain");
    assertThat(problem("x", "hello").code()).hasToString("file-type");
  }
}
