package dev.geminibatch.control;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.geminibatch.answer.ResultFiles;
import dev.geminibatch.cost.Cost;
import dev.geminibatch.cost.Preflight;
import dev.geminibatch.io.Amounts;
import dev.geminibatch.io.RegularFile;
import dev.geminibatch.io.UsageException;
import dev.geminibatch.io.Visible;
import dev.geminibatch.run.InputFile;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.StateFolder;
import dev.geminibatch.settings.FileOverrides;
import dev.geminibatch.stage.receive.IncomingFile;
import dev.geminibatch.stage.receive.IncomingFiles;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Sends the lines of finished runs again that have no answer, as if the errors file was dropped.
 */
public final class FailedLines {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final int BUFFER_BYTES = 1 << 17;

  private final StateFolder state;
  private final IncomingFiles files;

  /** Sends nothing yet. */
  public FailedLines(StateFolder state, IncomingFiles files) {
    this.state = state;
    this.files = files;
  }

  /** Whether there are lines that may be sent again; only a delivered run knows. */
  public static boolean areIn(Run run) {
    return run.isDelivered() && run.fromInbox() && run.counts().unanswered() > 0;
  }

  /** What will happen, and about what it costs. */
  public String forecast(Run run) {
    long lines = run.counts().unanswered();
    long bad = Math.min(lines, run.counts().rejected());
    return Amounts.count(lines, "line")
        + " without an answer "
        + (lines == 1 ? "is" : "are")
        + " sent again as a new run of the profile "
        + run.profile()
        + ", as if you had dropped the errors file."
        + (bad == 0
            ? ""
            : " "
                + Amounts.count(bad)
                + " of them cannot be sent, unless you correct the errors file first.")
        + cost(run, lines - bad)
            .map(
                cost ->
                    " By their share of the first forecast, "
                        + (bad == 0 ? "they cost " : "the others cost ")
                        + cost
                        + ".")
            .orElse("");
  }

  private Optional<String> cost(Run run, long lines) {
    Path file = state.run(run.id()).preflight();
    if (lines == 0 || !Files.exists(file)) {
      return Optional.empty();
    }
    try {
      Cost all = MAPPER.readValue(file.toFile(), Preflight.class).cost();
      BigDecimal share =
          all.estimate()
              .multiply(BigDecimal.valueOf(lines))
              .divide(BigDecimal.valueOf(run.counts().requests()), new MathContext(2));
      BigDecimal plain = new BigDecimal(share.stripTrailingZeros().toPlainString());
      return Optional.of(
          new Cost(plain, all.currency(), all.pricesOf(), all.unknownModels()).inWords());
    } catch (IOException e) {
      return Optional.empty(); // it is a forecast, and the run is long over
    }
  }

  /**
   * Sends them.
   *
   * @return the id of the new run
   * @throws UsageException when that cannot be done
   * @throws IOException when there is no room for them
   */
  public String send(Run run) throws IOException {
    Path errors = errors(run);
    IncomingFiles.Order order =
        new IncomingFiles.Order(
            run.profile(),
            errors.getFileName().toString(),
            own(errors),
            false,
            OptionalLong.of(Files.size(errors)));
    try (RegularFile open = RegularFile.open(errors);
        InputStream in = open.stream();
        IncomingFile copy = files.begin(order)) {
      byte[] buffer = new byte[BUFFER_BYTES];
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        copy.write(ByteBuffer.wrap(buffer, 0, read));
      }
      return copy.take().run().orElseThrow();
    }
  }

  private static Path errors(Run run) {
    String name = Visible.line(run.name());
    if (!run.isDelivered()) {
      throw new UsageException(
          name + " is not delivered; there are no failed lines to send again.");
    }
    if (!run.fromInbox()) {
      throw new UsageException(
          name + " came from the command line; send its errors file with --file.");
    }
    if (run.counts().unanswered() == 0) {
      throw new UsageException("Every line of " + name + " has an answer.");
    }
    Path errors = ResultFiles.beside(run.output().orElseThrow()).errors();
    if (!Files.isRegularFile(errors, LinkOption.NOFOLLOW_LINKS)) {
      throw new UsageException(
          "The errors file "
              + errors
              + " is no longer there; drop those lines of the input again.");
    }
    return errors;
  }

  /** What was set for the file is beside its errors. */
  private static Optional<String> own(Path errors) throws IOException {
    Path beside = InputFile.settingsBeside(errors);
    if (!Files.isRegularFile(beside, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    try (RegularFile open = RegularFile.open(beside)) {
      byte[] text = open.stream().readNBytes(FileOverrides.MOST_BYTES + 1);
      return Optional.of(new String(text, StandardCharsets.UTF_8));
    }
  }
}
