/** Runs and their jobs as plain data: their states, their folders, and who works on them. */
package dev.geminibatch.run;
