package dev.geminibatch.line;

/** Makes one user turn of bare parts that follow each other. */
final class UserTurns {
  static final String OPENING = "{\"role\":\"user\",\"parts\":[";
  static final String CLOSING = "]}";

  private final Edits edits;
  private int end = -1;

  UserTurns(Edits edits) {
    this.edits = edits;
  }

  /** A bare part begins. */
  void open(int start) {
    if (end < 0) {
      edits.insert(start, OPENING);
    }
  }

  /** A bare part ends. */
  void extendTo(int end) {
    this.end = end;
  }

  /** No bare part follows the one before. */
  void close() {
    if (end >= 0) {
      edits.insert(end, CLOSING);
      end = -1;
    }
  }
}
