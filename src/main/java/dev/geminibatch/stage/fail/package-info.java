/** Decides what becomes of a run whose stage failed. */
package dev.geminibatch.stage.fail;
