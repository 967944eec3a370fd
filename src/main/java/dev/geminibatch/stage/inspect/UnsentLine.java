package dev.geminibatch.stage.inspect;

/** A line that cannot be sent, as it is kept for whoever asks for all of them. */
public record UnsentLine(long line, String code, String message) {}
