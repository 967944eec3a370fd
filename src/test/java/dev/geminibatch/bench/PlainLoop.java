package dev.geminibatch.bench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** What anybody would write first: Jackson reads every value of a file and writes it again. */
final class PlainLoop {
  private PlainLoop() {}

  public static void main(String[] arguments) throws IOException {
    JsonFactory jackson = new JsonFactory();
    try (InputStream in = new BufferedInputStream(Files.newInputStream(Path.of(arguments[0])));
        OutputStream out =
            new BufferedOutputStream(Files.newOutputStream(Path.of(arguments[1])), 1 << 17);
        JsonParser parser = jackson.createParser(in);
        JsonGenerator generator = jackson.createGenerator(out)) {
      generator.setRootValueSeparator(new com.fasterxml.jackson.core.io.SerializedString("\n"));
      while (parser.nextToken() != null) {
        generator.copyCurrentStructure(parser);
      }
    }
  }
}
