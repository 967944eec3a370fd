package dev.geminibatch.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.geminibatch.camel.Beans;
import dev.geminibatch.camel.Pipeline;
import dev.geminibatch.control.DryRun;
import dev.geminibatch.cost.Preflight;
import dev.geminibatch.logging.LogLevel;
import dev.geminibatch.run.Progress;
import dev.geminibatch.settings.Settings;
import dev.geminibatch.stage.receive.Receiver;
import dev.geminibatch.wiring.Workspace;
import java.io.IOException;
import java.util.Optional;

/** {@code --file F --dry-run}: everything up to the moment before something is sent. */
final class DryRunCommand {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final Session session;
  private final Receiver.Order order;

  DryRunCommand(Session session, Receiver.Order order) {
    this.session = session;
    this.order = order;
  }

  int run() throws IOException, InterruptedException {
    session.logs().showOf("inspect", LogLevel.ERROR); // all of it is printed
    Settings settings = session.settings();
    try (Workspace workspace = session.workspace();
        Beans beans = new Beans(workspace, Progress.none(), run -> false);
        Pipeline pipeline = Pipeline.start(settings, beans, session.properties(), false)) {
      DryRun dryRun = new DryRun(workspace, pipeline::advance);
      dryRun.removeRemains();
      return dryRun.of(beans.receiver().receive(order), this::tell);
    }
  }

  private int tell(DryRun.Inspected inspected) throws IOException {
    if (inspected.preflight().isEmpty()) {
      // The first line has been logged by whoever found it.
      inspected.reason().ifPresent(why -> why.lines().skip(1).forEach(session.terminal()::tell));
      return ExitCode.FAILED;
    }
    Preflight preflight = inspected.preflight().get();
    Optional<String> overBudget =
        session.settings().costs().maxPerFile().flatMap(preflight::overBudget);
    if (session.options().json) {
      ObjectNode document = MAPPER.valueToTree(preflight);
      inspected.eachUnsentLine(line -> document.withArray("badLines").addPOJO(line));
      document.put("overBudget", overBudget.isPresent());
      session.terminal().printJson(document);
    } else {
      preflight.inWords().forEach(session.terminal()::print);
      inspected.eachUnsentLine(
          line -> session.terminal().print("  line " + line.line() + ": " + line.message()));
    }
    if (overBudget.isPresent()) {
      session.terminal().tell(overBudget.get());
      return ExitCode.FAILED;
    }
    session.terminal().tell("Nothing was sent. Without --dry-run, what can be sent is.");
    return preflight.bad() == 0 ? ExitCode.OK : ExitCode.INCOMPLETE;
  }
}
