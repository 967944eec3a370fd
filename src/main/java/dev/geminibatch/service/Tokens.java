package dev.geminibatch.service;

/** Tokens as the service counted them. */
public record Tokens(long in, long out, long thought, long cached) {
  public static final Tokens NONE = new Tokens(0, 0, 0, 0);

  public Tokens plus(Tokens other) {
    return new Tokens(
        in + other.in, out + other.out, thought + other.thought, cached + other.cached);
  }
}
