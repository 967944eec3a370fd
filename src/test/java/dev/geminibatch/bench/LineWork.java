package dev.geminibatch.bench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import dev.geminibatch.line.BatchRequest;
import dev.geminibatch.line.FileReference;
import dev.geminibatch.line.Line;
import dev.geminibatch.line.RequestReader;
import dev.geminibatch.line.WireLine;
import dev.geminibatch.testkit.Samples;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** One line: parsed and written by Jackson, and checked and rewritten by us. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class LineWork {
  static final int LINES = 1000;

  @Param({"text", "tagged"})
  public String kind;

  private final JsonFactory jackson = new JsonFactory();
  private final RequestReader requests = new RequestReader();
  private final FileReference reference = new FileReference("https://x/files/abc", "image/png");
  private Line[] lines;

  @org.openjdk.jmh.annotations.Setup
  public void makeLines() {
    lines = new Line[LINES];
    for (int i = 0; i < LINES; i++) {
      String json =
          kind.equals("text")
              ? Samples.textLine(i)
              : Samples.extraction("k" + i, "page-" + i + ".jpg");
      byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
      lines[i] = new Line(i + 1, 0, bytes, bytes.length);
    }
  }

  @Benchmark
  @OperationsPerInvocation(LINES)
  public long jackson() throws IOException {
    CountingStream out = new CountingStream();
    for (Line line : lines) {
      try (JsonParser parser = jackson.createParser(line.bytes());
          JsonGenerator generator = jackson.createGenerator(out)) {
        parser.nextToken();
        generator.copyCurrentStructure(parser);
      }
    }
    return out.count;
  }

  @Benchmark
  @OperationsPerInvocation(LINES)
  public long ours() throws IOException {
    long count = 0;
    for (Line line : lines) {
      BatchRequest request = (BatchRequest) requests.read(line);
      count += WireLine.length(request, request.key().wireJson(), tag -> reference);
    }
    return count;
  }

  private static final class CountingStream extends OutputStream {
    private long count;

    @Override
    public void write(int b) {
      count++;
    }

    @Override
    public void write(byte[] bytes, int start, int length) {
      count += length;
    }
  }
}
