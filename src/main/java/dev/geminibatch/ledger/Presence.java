package dev.geminibatch.ledger;

import dev.geminibatch.ledger.PassingTime.Moment;

/** Whether the others take this process for alive, as far as it can know that without asking. */
final class Presence {
  /** Beats of its own that a member must have got through before it takes another one for gone. */
  private static final int HEARD = 3;

  private final MemberIdentity identity;
  private final PassingTime time;
  private volatile boolean isUp;

  /** When the last beat that came through was sent. */
  private volatile Moment beaten;

  private volatile Moment heardSince;

  Presence(MemberIdentity identity, PassingTime time) {
    this.identity = identity;
    this.time = time;
  }

  Moment now() {
    return time.now();
  }

  /** It is a member, and the others have known that since then. */
  void begin(Moment sent) {
    beaten = sent;
    heardSince = sent;
    isUp = true;
  }

  /** It is none any more. */
  void end() {
    isUp = false;
  }

  boolean isUp() {
    return isUp;
  }

  /** A quarter of the silence is left for what is about to be done. */
  boolean mayWork() {
    return isUp && !isLate(now());
  }

  private boolean isLate(Moment now) {
    return beaten.atMostUntil(now).compareTo(identity.silence().multipliedBy(3).dividedBy(4)) >= 0;
  }

  boolean isHeard() {
    return isUp && beaten.atMostUntil(now()).compareTo(identity.silence().dividedBy(2)) < 0;
  }

  /** A beat came through. */
  void beat(Moment sent) {
    if (isLate(sent)) {
      heardSince = sent; // it was stopped, and the server may have been, too
    }
    beaten = sent;
  }

  /** A beat did not come through. */
  void missed() {
    heardSince = now();
  }

  /** Whether it has been heard for so long that the silence of another one is not its own. */
  boolean mayJudge(Moment sent) {
    return heardSince.until(sent).compareTo(identity.beat().multipliedBy(HEARD)) >= 0;
  }
}
