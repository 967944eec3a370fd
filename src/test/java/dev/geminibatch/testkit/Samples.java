package dev.geminibatch.testkit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPOutputStream;

/** Lines and files as users have them. */
public final class Samples {
  public static final String MODEL = "gemini-2.5-flash";

  private Samples() {}

  /** A line of the extraction export: one image, a prompt, an answer schema. */
  public static String extraction(String id, String image) {
    return """
    {"custom_id":"%s","method":"POST","url":"/v1beta/models/%s:generateContent","body":{"contents":[{"parts":[\
    {"text":"[[FILE:%s]]"},{"text":"Extract"}]}],"generationConfig":{"responseMimeType":"application/json",\
    "responseSchema":{"type":"ARRAY","items":{"type":"OBJECT","properties":{"root":{"type":"STRING"}}}}}}}"""
        .formatted(id, MODEL, image);
  }

  /** A line of the correction export: an image and a Hebrew prompt. */
  public static String correction(String id, String image) {
    return """
    {"custom_id":"%s","method":"POST","url":"/v1beta/models/%s:generateContent","body":{"contents":[{"parts":[\
    {"text":"[[FILE:%s]]"},{"text":"תקן את הטקסט"}]}]}}"""
        .formatted(id, MODEL, image);
  }

  /** A line of the validation export: a bare part, the model in an absolute URL. */
  public static String validation(String id) {
    return """
    {"custom_id":"%s","method":"POST","url":"https://generativelanguage.googleapis.com/v1beta/models/%s:generateContent",\
    "body":{"contents":[{"text":"Is %s right?"}]}}"""
        .formatted(id, MODEL, id);
  }

  /** A line of about a kilobyte of text in several scripts. */
  public static String textLine(long number) {
    StringBuilder text = new StringBuilder();
    for (long i = number; text.length() < 700; i++) {
      text.append("The ").append(i % 97).append("th résumé of größere Firmen, данные и 日本語; ");
    }
    return nativeLine("request-" + number, text.toString());
  }

  /** A line as the service takes it. */
  public static String nativeLine(String key, String text) {
    return """
    {"key":"%s","request":{"contents":[{"role":"user","parts":[{"text":"%s"}]}]}}"""
        .formatted(key, text);
  }

  /** An answer of the service that counts. */
  public static String answer(String key, String text) {
    return """
    {"key":"%s","response":{"candidates":[{"content":{"parts":[{"text":"%s"}]},"finishReason":"STOP"}],\
    "usageMetadata":{"promptTokenCount":10,"candidatesTokenCount":1}}}"""
        .formatted(key, text);
  }

  /** What the service says when it has no answer. */
  public static String error(String key, int code, String message) {
    return """
    {"key":"%s","error":{"code":%d,"message":"%s"}}"""
        .formatted(key, code, message);
  }

  /** The response of an answer that counts. */
  public static String response(String text) {
    return """
    {"candidates":[{"content":{"parts":[{"text":"%s"}]},"finishReason":"STOP"}]}"""
        .formatted(text);
  }

  /** A text as gzip packs it. */
  public static byte[] gzip(String text) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return packed.toByteArray();
  }

  /** A file of {@code src/test/resources/media}. */
  public static byte[] media(String name) throws IOException {
    try (InputStream in = Samples.class.getResourceAsStream("/media/" + name)) {
      return in.readAllBytes();
    }
  }

  /** A file that begins like a PNG, different for each name. */
  public static byte[] png(String name) {
    byte[] head = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
    byte[] rest = name.getBytes(StandardCharsets.UTF_8);
    byte[] file = new byte[head.length + rest.length];
    System.arraycopy(head, 0, file, 0, head.length);
    System.arraycopy(rest, 0, file, head.length, rest.length);
    return file;
  }
}
