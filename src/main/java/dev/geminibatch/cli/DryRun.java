package dev.geminibatch.cli;

import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.geminibatch.camel.Beans;
import dev.geminibatch.camel.Pipeline;
import dev.geminibatch.cost.Preflight;
import dev.geminibatch.run.Progress;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunFolder;
import dev.geminibatch.run.RunState;
import dev.geminibatch.settings.Settings;
import dev.geminibatch.stage.inspect.Inspector.BadLine;
import dev.geminibatch.stage.receive.Receiver;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;

/** {@code --file F --dry-run}: everything up to the moment before something is sent. */
final class DryRun {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Duration LOOK = Duration.ofMillis(50);

  private static final Logger INSPECT_LOG = Logger.getLogger("inspect");

  private final Session session;
  private final Receiver.Order order;

  DryRun(Session session, Receiver.Order order) {
    this.session = session;
    this.order = order;
  }

  int run() throws IOException, InterruptedException {
    INSPECT_LOG.setLevel(Level.OFF); // all of it is printed
    Settings settings = session.settings();
    try (Beans beans =
            new Beans(settings, session.retries(), session.clock(), Progress.none(), run -> false);
        Pipeline pipeline = Pipeline.start(settings, beans, session.properties(), false)) {
      removeRemains(beans);
      String id = beans.receiver().receive(order);
      try {
        beans.claims().begin(id);
        pipeline.advance(id);
        return tell(inspected(beans, id), RunFolder.of(settings, id));
      } finally {
        remove(beans, id);
      }
    }
  }

  /** Of dry runs that were interrupted; those under way are claimed by their processes. */
  private void removeRemains(Beans beans) throws IOException {
    for (Run run : beans.ledger().dryRuns()) {
      if (beans.claims().own(run.id())) {
        remove(beans, run.id());
      }
    }
  }

  private void remove(Beans beans, String id) throws IOException {
    beans.claims().disown(id);
    RunFolder.of(session.settings(), id).remove();
    beans.ledger().remove(id);
  }

  private static Run inspected(Beans beans, String id) throws InterruptedException {
    Run run = beans.ledger().run(id);
    boolean isOver = false;
    while (run.state() == RunState.RECEIVED && run.reason().isEmpty() && !isOver) {
      Thread.sleep(LOOK.toMillis());
      isOver = beans.claims().begin(id); // whoever worked on it has let it go
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
    Optional<String> overBudget =
        session.settings().costs().maxPerFile().flatMap(preflight::overBudget);
    if (session.options().json) {
      ObjectNode document = MAPPER.valueToTree(preflight);
      eachBadLine(folder, line -> document.withArray("badLines").addPOJO(line));
      document.put("overBudget", overBudget.isPresent());
      session.terminal().print(document.toPrettyString());
    } else {
      preflight.inWords().forEach(session.terminal()::print);
      eachBadLine(
          folder,
          line -> session.terminal().print("  line " + line.line() + ": " + line.message()));
    }
    if (overBudget.isPresent()) {
      session.terminal().tell(overBudget.get());
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
