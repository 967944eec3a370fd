package dev.geminibatch.answer;

import dev.geminibatch.line.LineProblem;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Optional;

/** Lines of a run in ascending order, each with what became of it at one attempt. */
interface LineSource {
  /** The present line is the next to be written. */
  default void due() throws IOException {}

  /** Goes to the next line; false at the end. */
  boolean advance() throws IOException;

  /** The number of the present line. */
  long line();

  /** Which attempt at its lines it is, counted from 1. */
  int attempt();

  /** Why the present line has no answer; empty if it has one. */
  Optional<LineProblem> problem();

  /** Writes the present line into the results, with line end. */
  void writeResult(OutputStream out) throws IOException;

  /** The present line for the errors, with line end. */
  byte[] error(LineProblem problem) throws IOException;

  /** The present line for a person. */
  ShownLine shown(Optional<LineProblem> problem) throws IOException;
}
