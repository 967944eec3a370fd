/** Hands the jobs of a run to the service, each exactly once. */
package dev.geminibatch.stage.submit;
