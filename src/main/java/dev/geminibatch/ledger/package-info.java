/** The record of runs, jobs, media and uploads: the only room that knows SQL. */
package dev.geminibatch.ledger;
