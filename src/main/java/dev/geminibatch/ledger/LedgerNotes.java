package dev.geminibatch.ledger;

/** Numbers that {@link Restoration} keeps in the database itself, in minutes since 1970. */
interface LedgerNotes {
  /** What they say. */
  enum Note {
    LACKS_SINCE,
    LACKS_UNTIL
  }

  /** A number that was noted; 0 if none was. */
  long minutes(Handle handle, Note note);

  /** Notes a number. */
  void write(Handle handle, Note note, long minutes);
}
