package dev.geminibatch.management;

/** Finds out whether one thing is as the daemon needs it. */
public interface HealthCheck {

  /** What it is about, in one word. */
  String name();

  /** How it is at present. May take a while. */
  Health check();
}
