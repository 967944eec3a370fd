/** Polls the open jobs and says which runs have something to do. */
package dev.geminibatch.stage.poll;
