/**
 * A look-alike of the Gemini API's files and batch jobs, for trying things out without a key.
 *
 * <p>It speaks the real protocol over real HTTP, so the product, its tests and the google-genai
 * clients work against it unchanged. Its answers are plainly made up and say what they were made
 * from: the key, the SHA-256 of each file, a hash of the request.
 */
package dev.geminibatch.sandbox;
