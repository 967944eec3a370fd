package dev.geminibatch.sandbox;

import java.util.Optional;
import java.util.function.Predicate;

/**
 * How an ended job is shown.
 *
 * @param state instead of its own; empty text leaves it out
 * @param inMetadata whether the metadata names the answers
 * @param inResponse whether the response names them
 * @param saysDone whether it says that it is done
 * @param inlined whether the answers are in the job itself
 */
record JobShape(
    Optional<String> state,
    boolean inMetadata,
    boolean inResponse,
    boolean saysDone,
    boolean inlined) {

  /** Asks every rule of this kind, for they apply together. */
  static JobShape of(Faults faults, String project) {
    return new JobShape(
        faults
            .take(Endpoint.JOB, project, is(Misbehaviour.END_STATE))
            .map(fault -> fault.value().equals("none") ? "" : fault.value()),
        !applies(faults, project, Misbehaviour.NO_OUTPUT),
        !applies(faults, project, Misbehaviour.NO_RESPONSE),
        !applies(faults, project, Misbehaviour.NO_DONE),
        applies(faults, project, Misbehaviour.INLINE));
  }

  private static boolean applies(Faults faults, String project, Misbehaviour what) {
    return faults.take(Endpoint.JOB, project, is(what)).isPresent();
  }

  private static Predicate<Fault> is(Misbehaviour what) {
    return fault -> fault.is(what);
  }
}
