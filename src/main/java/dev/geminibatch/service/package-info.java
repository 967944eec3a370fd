/**
 * The port to a batch service: what every implementation can do, and the words for its jobs, files
 * and failures.
 */
package dev.geminibatch.service;
