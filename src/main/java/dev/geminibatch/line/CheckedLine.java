package dev.geminibatch.line;

/** What became of a line after reading it: a request, or a problem to report. */
public sealed interface CheckedLine permits BatchRequest, RejectedLine {
  Line line();

  RequestKey key();
}
