package dev.geminibatch.cli;

import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.geminibatch.batch.Inspector.BadLine;
import dev.geminibatch.batch.Preflight;
import dev.geminibatch.batch.Progress;
import dev.geminibatch.batch.Receiver;
import dev.geminibatch.batch.Run;
import dev.geminibatch.batch.RunFolder;
import dev.geminibatch.batch.RunState;
import dev.geminibatch.camel.Beans;
import dev.geminibatch.camel.Pipeline;
import dev.geminibatch.settings.Settings;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** {@code --file F --dry-run}: everything up to the moment before something is sent. */
final class DryRun {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Duration LOOK = Duration.ofMillis(50);

  private final Session session;
  private final Receiver.Order order;

  DryRun(Session session, Receiver.Order order) {
    this.session = session;
    // Forced, so that it is not answered by an earlier run but only compared with it.
    this.order = new Receiver.Order(order.file(), order.output(), order.displayName(), true);
  }

  int run() throws IOException, InterruptedException {
    Settings settings = session.settings();
    Map<String, String> properties = new HashMap<>(session.properties());
    properties.put("stage.after-inspect", "log:dry-run?level=OFF");
    try (Beans beans =
            new Beans(
                settings.withoutBudget(),
                session.retries(),
                session.clock(),
                Progress.none(),
                run -> false);
        Pipeline pipeline = Pipeline.start(settings, beans, properties, false)) {
      String id = beans.receiver().receive(order);
      try {
        beans.claims().begin(id);
        pipeline.advance(id);
        return tell(inspected(beans, id), new RunFolder(settings.folders().state(), id));
      } finally {
        beans.claims().disown(id);
        new RunFolder(settings.folders().state(), id).remove();
        beans.ledger().remove(id);
      }
    }
  }

  private static Run inspected(Beans beans, String id) throws InterruptedException {
    Run run = beans.ledger().run(id);
    while (run.state() == RunState.RECEIVED && run.reason().isEmpty()) {
      Thread.sleep(LOOK.toMillis());
      run = beans.ledger().run(id);
    }
    return run;
  }

  private int tell(Run run, RunFolder folder) throws IOException {
    if (run.state() != RunState.INSPECTED) {
      // What is wrong has been logged by whoever found it.
      return ExitCode.FAILED;
    }
    Preflight preflight = MAPPER.readValue(folder.preflight().toFile(), Preflight.class);
    Optional<BigDecimal> most = session.settings().costs().maxPerFile();
    boolean tooDear = most.isPresent() && preflight.cost().estimate().compareTo(most.get()) > 0;
    if (session.options().json) {
      ObjectNode document = MAPPER.valueToTree(preflight);
      eachBadLine(folder, line -> document.withArray("badLines").addPOJO(line));
      document.put("overBudget", tooDear);
      session.terminal().print(document.toPrettyString());
    } else {
      preflight.inWords().forEach(session.terminal()::print);
      eachBadLine(
          folder,
          line -> session.terminal().print("  line " + line.line() + ": " + line.message()));
    }
    if (tooDear) {
      session
          .terminal()
          .tell("It would not be sent: budget.max-cost-per-file is " + most.get().toPlainString());
      return ExitCode.FAILED;
    }
    session.terminal().tell("Nothing was sent. Without --dry-run it will be.");
    return preflight.bad() == 0 ? ExitCode.OK : ExitCode.INCOMPLETE;
  }

  private static void eachBadLine(RunFolder folder, Consumer<BadLine> taker) throws IOException {
    try (MappingIterator<BadLine> lines =
        MAPPER.readerFor(BadLine.class).readValues(folder.badLines().toFile())) {
      while (lines.hasNextValue()) {
        taker.accept(lines.nextValue());
      }
    }
  }
}
