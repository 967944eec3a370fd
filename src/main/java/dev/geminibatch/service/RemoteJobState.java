package dev.geminibatch.service;

import dev.geminibatch.io.UsageException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** The state of a batch job as the service reports it. */
public enum RemoteJobState {
  PENDING,
  RUNNING,
  SUCCEEDED,
  FAILED,
  CANCELLED,
  EXPIRED,
  /** Missing, unspecified or a state that this version does not know: keep polling. */
  UNKNOWN;

  /** The service's word for a state without its prefix, in small letters. */
  public static String word(String stateText) {
    return stateText.replaceFirst("^(BATCH|JOB)_STATE_", "").toLowerCase(Locale.ROOT);
  }

  /** The same for a person: {@code partially succeeded}. */
  public static String words(String stateText) {
    return word(stateText).replace('_', ' ');
  }

  /** Whether nothing more will happen to the job. */
  public boolean isEnded() {
    return this == SUCCEEDED || this == FAILED || this == CANCELLED || this == EXPIRED;
  }

  /** Takes {@code BATCH_STATE_RUNNING}, {@code JOB_STATE_RUNNING} and {@code RUNNING}. */
  public static RemoteJobState ofService(String text) {
    String name = text == null ? "" : shortName(text);
    return Arrays.stream(values())
        .filter(state -> state != UNKNOWN && state.name().equals(name))
        .findFirst()
        .orElse(UNKNOWN);
  }

  /**
   * Reads a person's list of states, {@code failed,cancelled}.
   *
   * @throws UsageException naming the word that is not a state
   */
  public static Set<RemoteJobState> parseList(String text) {
    Set<RemoteJobState> states = EnumSet.noneOf(RemoteJobState.class);
    for (String word : text.split(",")) {
      RemoteJobState state = ofService(word.strip());
      if (state == UNKNOWN && !shortName(word).equals("UNKNOWN")) {
        throw new UsageException(
            "\""
                + word.strip()
                + "\" is not a state; write one or more of "
                + Arrays.stream(values())
                    .map(each -> each.name().toLowerCase(Locale.ROOT))
                    .collect(Collectors.joining(", "))
                + ", with commas between them.");
      }
      states.add(state);
    }
    return states;
  }

  private static String shortName(String text) {
    String name = text.strip().toUpperCase(Locale.ROOT).replace('-', '_');
    name = name.replaceFirst("^(BATCH|JOB)_STATE_", "");
    return name.equals("CANCELED") ? "CANCELLED" : name;
  }
}
