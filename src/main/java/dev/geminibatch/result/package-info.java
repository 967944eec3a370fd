/** Answers: which request each belongs to, whether it is one, and what the outbox gets. */
package dev.geminibatch.result;
