/** Answers: which request each belongs to, whether it is one, and the files they are written to. */
package dev.geminibatch.answer;
