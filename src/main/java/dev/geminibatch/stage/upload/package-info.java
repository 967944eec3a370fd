/** Brings the files of a run to the service before its jobs are assembled. */
package dev.geminibatch.stage.upload;
