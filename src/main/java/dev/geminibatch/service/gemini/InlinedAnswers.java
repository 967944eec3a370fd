package dev.geminibatch.service.gemini;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.geminibatch.io.Amounts;
import dev.geminibatch.io.DiskReserve;
import dev.geminibatch.io.PrivateFiles;
import dev.geminibatch.service.JobName;
import dev.geminibatch.service.RetryPolicy;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.LongConsumer;
import okhttp3.Request;
import okhttp3.Response;

/**
 * Fetches the answers that are inside a job's description and writes them to disk as a file of
 * answers has them, one a line, with one answer in memory at a time. The service repeats them in
 * the same description; the first list that has any is taken.
 */
final class InlinedAnswers {
  /** Of one answer; the memory that there is takes a multiple of it for a moment. */
  private static final long MOST_BYTES =
      Math.min(AnswerLimit.JOBS.bytes(), Runtime.getRuntime().maxMemory() / 8);

  /** More than the requests that fit into the twenty megabytes of such a job. */
  private static final int MOST_ANSWERS = 1_000_000;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder().maxStringLength((int) (MOST_BYTES / 2)).build())
          .build();

  private final GeminiHttp http;
  private final RetryPolicy retries;
  private final JobName job;
  private final Path target;
  private final LongConsumer received;
  private int answers;

  InlinedAnswers(
      GeminiHttp http, RetryPolicy retries, JobName job, Path target, LongConsumer received) {
    this.http = http;
    this.retries = retries;
    this.job = job;
    this.target = target;
    this.received = received;
  }

  /** Writes the target from its beginning, whatever it holds: a description has no parts. */
  void run() throws IOException {
    retries.call(
        () -> {
          fetch();
          return null;
        });
  }

  private void fetch() throws IOException {
    Request request =
        http.request("batches", job.id()).tag(AnswerLimit.class, AnswerLimit.JOBS).get().build();
    try (Response response = http.open(request);
        JsonParser parser = FACTORY.createParser(new Arriving(response.body().byteStream()));
        OutputStream out = new BufferedOutputStream(PrivateFiles.output(target), 1 << 16)) {
      DiskReserve.FOR_THE_LEDGER.require(target, 0);
      answers = 0;
      boolean found = false;
      while (!found && parser.nextToken() != null) {
        if (parser.currentToken() == JsonToken.FIELD_NAME) {
          String name = parser.currentName();
          if (JobJson.INLINED.contains(name)) {
            parser.nextToken();
            found = write(parser, out);
          } else if (JobJson.INPUT.contains(name)) {
            parser.nextToken();
            parser.skipChildren();
          }
        }
      }
    } catch (JsonEOFException | OddAnswer e) {
      throw http.unreachable(e);
    } catch (JsonProcessingException e) {
      throw GeminiHttp.odd("The description of " + job + " is not JSON", null);
    }
  }

  /** Writes a list, or the list in an object; whether there was anything in it. */
  private boolean write(JsonParser parser, OutputStream out) throws IOException {
    boolean found = false;
    if (parser.currentToken() == JsonToken.START_ARRAY) {
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        writeAnswer(parser, out);
        found = true;
      }
    } else if (parser.currentToken() == JsonToken.START_OBJECT) {
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        parser.nextToken();
        found |= write(parser, out);
      }
    }
    return found;
  }

  private void writeAnswer(JsonParser parser, OutputStream out) throws IOException {
    if (++answers > MOST_ANSWERS) {
      throw new OddAnswer(
          "More than " + Amounts.count(MOST_ANSWERS) + " answers are inside " + job);
    }
    ByteArrayOutputStream rest = new ByteArrayOutputStream();
    String key = null;
    try (JsonGenerator json = FACTORY.createGenerator(new Bounded(rest))) {
      json.writeStartObject();
      if (parser.currentToken() != JsonToken.START_OBJECT) {
        parser.skipChildren(); // its place counts where nothing has a key
      } else {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          String name = parser.currentName();
          parser.nextToken();
          if (name.equals("key")) {
            key = parser.currentToken().isScalarValue() ? parser.getValueAsString(key) : key;
            parser.skipChildren();
          } else if (name.equals("metadata")) {
            JsonNode metadata = BoundedJson.value(parser);
            key = key == null ? metadata.path("key").asText(null) : key;
            json.writeFieldName(name);
            json.writeRawValue(metadata.toString());
          } else {
            json.writeFieldName(name);
            json.copyCurrentStructure(parser);
          }
        }
      }
      json.writeEndObject();
    }
    String known = key == null || key.isEmpty() ? "null" : TextNode.valueOf(key).toString();
    out.write(("{\"key\":" + known).getBytes(StandardCharsets.UTF_8));
    byte[] fields = rest.toByteArray();
    if (fields.length > "{}".length()) {
      out.write(',');
    }
    out.write(fields, 1, fields.length - 1);
    out.write('\n');
  }

  /** One answer in memory. */
  private static final class Bounded extends FilterOutputStream {
    private long total;

    Bounded(OutputStream out) {
      super(out);
    }

    @Override
    public void write(byte[] buffer, int offset, int length) throws IOException {
      total += length;
      if (total > MOST_BYTES) {
        throw new OddAnswer("An answer inside a job is larger than " + Amounts.size(MOST_BYTES));
      }
      out.write(buffer, offset, length);
    }
  }

  /** That the connection breaks is the service's failure, not one of the disk. */
  private final class Arriving extends FilterInputStream {
    private long total;

    Arriving(InputStream in) {
      super(in);
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      int read;
      try {
        read = super.read(buffer, offset, length);
      } catch (IOException e) {
        throw http.unreachable(e);
      }
      total += Math.max(0, read);
      received.accept(total);
      return read;
    }
  }
}
