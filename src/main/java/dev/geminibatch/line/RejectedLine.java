package dev.geminibatch.line;

/**
 * A line that cannot become a request.
 *
 * @param key the key that the line brings as far as it could be read, else its line number
 */
public record RejectedLine(Line line, RequestKey key, LineProblem problem) implements CheckedLine {}
