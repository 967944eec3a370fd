/**
 * The stages of the pipeline in plain Java, a room each, and what they share. Every stage is
 * idempotent: between two of them a run is a row in the ledger and a folder on disk.
 */
package dev.geminibatch.stage;
