package dev.geminibatch.cli;

import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.geminibatch.camel.Beans;
import dev.geminibatch.camel.Pipeline;
import dev.geminibatch.cost.Preflight;
import dev.geminibatch.logging.LogLevel;
import dev.geminibatch.run.Progress;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunFolder;
import dev.geminibatch.run.RunState;
import dev.geminibatch.settings.Settings;
import dev.geminibatch.stage.inspect.UnsentLine;
import dev.geminibatch.stage.receive.Receiver;
import dev.geminibatch.wiring.Workspace;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
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
    this.order = order;
  }

  int run() throws IOException, InterruptedException {
    session.logs().showOf("inspect", LogLevel.ERROR); // all of it is printed
    Settings settings = session.settings();
    try (Workspace workspace = session.workspace();
        Beans beans = new Beans(workspace, Progress.none(), run -> false);
        Pipeline pipeline = Pipeline.start(settings, beans, session.properties(), false)) {
      removeRemains(workspace);
      String id = beans.receiver().receive(order);
      try {
        workspace.busy().begin(id);
        pipeline.advance(id);
        return tell(inspected(workspace, id), workspace.state().run(id));
      } finally {
        remove(workspace, id);
      }
    }
  }

  /** Of dry runs that were interrupted; those under way are leased by their processes. */
  private void removeRemains(Workspace workspace) throws IOException {
    for (Run run : workspace.ledger().queries().dryRuns()) {
      if (workspace.leases().acquire(run.id())) {
        remove(workspace, run.id());
      }
    }
  }

  private void remove(Workspace workspace, String id) throws IOException {
    workspace.leases().release(id);
    workspace.state().run(id).remove();
    workspace.ledger().runs().remove(id);
  }

  private static Run inspected(Workspace workspace, String id)
      throws IOException, InterruptedException {
    Run run = workspace.ledger().queries().run(id);
    boolean isOver = false;
    while (run.state() == RunState.RECEIVED && run.reason().isEmpty() && !isOver) {
      Thread.sleep(LOOK.toMillis());
      isOver = workspace.busy().begin(id); // whoever worked on it has ended
      run = workspace.ledger().queries().run(id);
    }
    return run;
  }

  private int tell(Run run, RunFolder folder) throws IOException {
    if (run.state() != RunState.INSPECTED) {
      // The first line has been logged by whoever found it.
      run.reason().ifPresent(why -> why.lines().skip(1).forEach(session.terminal()::tell));
      return ExitCode.FAILED;
    }
    Preflight preflight = MAPPER.readValue(folder.preflight().toFile(), Preflight.class);
    Optional<String> overBudget =
        session.settings().costs().maxPerFile().flatMap(preflight::overBudget);
    if (session.options().json) {
      ObjectNode document = MAPPER.valueToTree(preflight);
      eachUnsentLine(folder, line -> document.withArray("badLines").addPOJO(line));
      document.put("overBudget", overBudget.isPresent());
      session.terminal().printJson(document);
    } else {
      preflight.inWords().forEach(session.terminal()::print);
      eachUnsentLine(
          folder,
          line -> session.terminal().print("  line " + line.line() + ": " + line.message()));
    }
    if (overBudget.isPresent()) {
      session.terminal().tell(overBudget.get());
      return ExitCode.FAILED;
    }
    session.terminal().tell("Nothing was sent. Without --dry-run, what can be sent is.");
    return preflight.bad() == 0 ? ExitCode.OK : ExitCode.INCOMPLETE;
  }

  private static void eachUnsentLine(RunFolder folder, Consumer<UnsentLine> taker)
      throws IOException {
    if (!Files.exists(folder.badLines())) {
      return; // all can be sent
    }
    try (MappingIterator<UnsentLine> lines =
        MAPPER.readerFor(UnsentLine.class).readValues(folder.badLines().toFile())) {
      while (lines.hasNextValue()) {
        taker.accept(lines.nextValue());
      }
    }
  }
}
