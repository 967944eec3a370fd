package dev.geminibatch.request;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.geminibatch.request.BatchRequest.Literal;
import dev.geminibatch.request.BatchRequest.Range;
import dev.geminibatch.request.BatchRequest.Segment;
import dev.geminibatch.request.BatchRequest.TaggedFile;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;

/** Writes a request as the service takes it: {@code {"key":..., "request":{...}}}. */
public final class WireLine {
  private WireLine() {}

  /**
   * The line of a batch job for a request, line end included.
   *
   * @param wireKeyJson the key under which the service will answer as a JSON string, unique within
   *     the job
   * @param references gives the {@code fileData} of a tag
   */
  public static byte[] of(
      BatchRequest request, String wireKeyJson, Function<FileTag, FileReference> references) {
    byte[] source = request.line().bytes();
    Bytes out = new Bytes(source.length + 64);
    out.write("{\"key\":");
    out.write(wireKeyJson);
    for (Range extra : request.extras()) {
      out.write(",");
      out.write(source, extra.start(), extra.end() - extra.start());
    }
    out.write(",\"request\":");
    for (Segment segment : request.segments()) {
      if (segment instanceof Range range) {
        out.write(source, range.start(), range.end() - range.start());
      } else if (segment instanceof Literal literal) {
        out.write(literal.json());
      } else if (segment instanceof TaggedFile file) {
        FileReference reference = references.apply(file.tag());
        out.write("{\"mimeType\":" + quote(reference.mimeType()));
        out.write(",\"fileUri\":" + quote(reference.uri()) + "}");
      }
    }
    out.write("}\n");
    return out.toByteArray();
  }

  /** A string as JSON. */
  public static String quote(String text) {
    StringBuilder json = new StringBuilder(text.length() + 2).append('"');
    JsonStringEncoder.getInstance().quoteAsString(text, json);
    return json.append('"').toString();
  }

  private static final class Bytes extends ByteArrayOutputStream {
    Bytes(int size) {
      super(size);
    }

    void write(String text) {
      writeBytes(text.getBytes(StandardCharsets.UTF_8));
    }
  }
}
