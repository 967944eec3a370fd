/**
 * Runs and their batch jobs: the stages of the pipeline in plain Java, and the ledger that knows
 * how far each run has come.
 *
 * <p>Between two stages a run is a row in the ledger and a folder on disk, so going on after a
 * restart is the same as going on. Every stage may be run again and does no harm.
 */
package dev.geminibatch.batch;
