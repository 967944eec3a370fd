/** Lines into the files of batch jobs, and back from a job's answers to the lines. */
package dev.geminibatch.job;
