/**
 * Lines: from the bytes of an export to the requests of a batch job.
 *
 * <p>A line is parsed once to find where its parts are, and is then copied by byte ranges. What is
 * not a file tag or a bare part reaches the service exactly as it was written: numbers, escapes,
 * field order, unknown fields.
 */
package dev.geminibatch.line;
