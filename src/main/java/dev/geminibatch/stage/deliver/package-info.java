/** Writes the files of the outbox and archives the input. */
package dev.geminibatch.stage.deliver;
