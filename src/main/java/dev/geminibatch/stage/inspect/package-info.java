/** Checks every line and every file that a line names, before anything is spent. */
package dev.geminibatch.stage.inspect;
