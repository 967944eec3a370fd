/** Turns the lines of a run into the files of its jobs. */
package dev.geminibatch.stage.assemble;
