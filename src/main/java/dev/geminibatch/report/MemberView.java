package dev.geminibatch.report;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.geminibatch.io.Amounts;
import dev.geminibatch.ledger.Members;
import dev.geminibatch.ledger.Members.Member;
import dev.geminibatch.ledger.Whereabouts;
import dev.geminibatch.ledger.Whereabouts.Place;
import dev.geminibatch.run.Run;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * The members of a ledger on a server, as a person sees them.
 *
 * @param silence after which one is taken for gone, by another one if there is any
 */
public record MemberView(Instant now, Duration silence) {
  /** {@code up}, {@code draining}, {@code gone}; {@code silent} if nobody has found it gone yet. */
  public String state(Member member) {
    boolean isSilent = member.state() != Members.State.GONE && age(member).compareTo(silence) > 0;
    return isSilent ? "silent" : member.state().name().toLowerCase(Locale.ROOT);
  }

  /** How long ago its last heartbeat was. */
  public Duration age(Member member) {
    Duration age = Duration.between(member.beat(), now);
    return age.isNegative() ? Duration.ZERO : age;
  }

  /** The same in words. */
  public String beat(Member member) {
    return Amounts.time(age(member)) + " ago";
  }

  /** For programs. */
  public ObjectNode json(Member member) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("id", member.id())
        .put("name", member.name())
        .put("version", member.version())
        .put("daemon", member.isDaemon())
        .put("state", state(member))
        .put("since", member.since().toString())
        .put("heartbeat", member.beat().toString())
        .put("heartbeatSecondsAgo", age(member).toSeconds())
        .put("runs", member.runs())
        .put("here", member.isHere());
  }

  /** Who has a run, or whom it waits for; empty if whoever comes first will take it. */
  public static Optional<String> place(Run run, Place place) {
    if (run.state().isFinished()) {
      return Optional.empty();
    }
    if (place.member().isPresent()) {
      return Optional.of("with member " + place.member().get());
    }
    return place.isInReach()
        ? Optional.empty()
        : Optional.of("waits for " + folder(place.folderOf()));
  }

  /** Who can read files of a folder. */
  private static String folder(Optional<String> of) {
    return "a member with the state folder "
        + of.map(name -> "of " + name).orElse("that has its files");
  }

  /** Adds where it is to a run for programs. */
  public static ObjectNode add(ObjectNode json, Run run, Place place) {
    return json.put("member", place.member().orElse(null))
        .put("where", place(run, place).orElse(null));
  }

  /** Runs that nobody can work on, in a sentence. */
  public static String sentence(Whereabouts.Stranded stranded) {
    return Amounts.count(stranded.runs(), "run")
        + (stranded.runs() == 1 ? " waits for " : " wait for ")
        + "a member with the state folder "
        + stranded.folderOf().map(name -> "of " + name).orElse("that has the files")
        + "; none is up.";
  }

  /** Why files of a run are not to be had; empty if they are here, or nobody can say. */
  public static Optional<String> elsewhere(Place place) {
    if (place.isHere()) {
      return Optional.empty();
    }
    return Optional.of(
        "The files of this run are with "
            + place.folderOf().map(name -> "member " + name).orElse("another member")
            + (place.isInReach() ? "; see the window there." : ", which is not up."));
  }
}
