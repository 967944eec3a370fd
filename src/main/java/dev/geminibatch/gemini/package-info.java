/**
 * The service: one gateway to the Gemini API's files and batches, one retry policy, one vocabulary
 * of errors.
 *
 * <p>The google-genai client is used where it tells all it knows. Where it loses data (uploads,
 * downloads, creating, cancelling, statistics, failure reasons) the same REST calls are made here,
 * through the same HTTP client.
 */
package dev.geminibatch.gemini;
