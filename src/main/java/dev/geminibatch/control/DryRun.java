package dev.geminibatch.control;

import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.geminibatch.cost.Preflight;
import dev.geminibatch.run.BusyRuns;
import dev.geminibatch.run.Run;
import dev.geminibatch.run.RunFolder;
import dev.geminibatch.run.RunState;
import dev.geminibatch.stage.inspect.UnsentLine;
import dev.geminibatch.wiring.Workspace;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/** Inspects inputs up to the moment before something is sent, and forgets them. */
public final class DryRun {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Duration LOOK = Duration.ofMillis(50);

  private final Workspace workspace;
  private final Consumer<String> advance;

  /**
   * Inspects nothing yet.
   *
   * @param advance begins the work on a run
   */
  public DryRun(Workspace workspace, Consumer<String> advance) {
    this.workspace = workspace;
    this.advance = advance;
  }

  /** Makes something of what was found, which is removed then. */
  @FunctionalInterface
  public interface Judge<T> {
    T judge(Inspected inspected) throws IOException;
  }

  /**
   * What was found.
   *
   * @param preflight empty if nothing can be sent
   * @param reason why not, or why it is not known now
   */
  public record Inspected(
      Optional<Preflight> preflight, Optional<String> reason, RunFolder folder) {
    /** Gives each line that cannot be sent. */
    public void eachUnsentLine(Consumer<UnsentLine> taker) throws IOException {
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

  /**
   * Removes what dry runs have left that were interrupted; others are leased by their processes.
   */
  public void removeRemains() throws IOException {
    for (Run run : workspace.ledger().queries().dryRuns()) {
      if (workspace.leases().acquire(run.id())) {
        remove(run.id());
      }
    }
  }

  /** Inspects an input that was received for it, and waits for the end of that. */
  public <T> T of(String id, Judge<T> judge) throws IOException, InterruptedException {
    BusyRuns busy = workspace.busy();
    try {
      while (!busy.begin(id)) {
        Thread.sleep(LOOK.toMillis()); // another run is worked on alone
      }
      advance.accept(id);
      do {
        Thread.sleep(LOOK.toMillis());
      } while (!busy.begin(id) && !busy.isStuck(id)); // until whoever worked on it has ended
      return judge.judge(inspected(id));
    } finally {
      busy.end(id);
      remove(id);
    }
  }

  private Inspected inspected(String id) throws IOException {
    Run run = workspace.ledger().queries().run(id);
    RunFolder folder = workspace.state().run(id);
    Optional<Preflight> preflight =
        run.state() == RunState.INSPECTED
            ? Optional.of(MAPPER.readValue(folder.preflight().toFile(), Preflight.class))
            : Optional.empty();
    return new Inspected(preflight, run.reason(), folder);
  }

  private void remove(String id) throws IOException {
    workspace.leases().release(id);
    workspace.state().run(id).remove();
    workspace.ledger().runs().remove(id);
  }
}
