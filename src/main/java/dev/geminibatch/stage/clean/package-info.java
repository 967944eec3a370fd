/** Removes what is kept of runs that were finished long ago. */
package dev.geminibatch.stage.clean;
