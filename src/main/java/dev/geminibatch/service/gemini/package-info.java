/**
 * The Gemini Developer API behind the port.
 *
 * <p>The google-genai client is used where it reports all it knows. Where it loses data (uploads,
 * downloads, creating, cancelling, statistics, failure reasons) the same REST calls are made here,
 * through the same HTTP client.
 */
package dev.geminibatch.service.gemini;
