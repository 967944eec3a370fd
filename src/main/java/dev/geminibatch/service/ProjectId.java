package dev.geminibatch.service;

/**
 * Tells projects apart without keeping their keys: jobs and uploads of one project are invisible to
 * the key of another.
 *
 * @param value 16 hex digits, the fingerprint of the project's API key
 */
public record ProjectId(String value) {
  @Override
  public String toString() {
    return value;
  }
}
