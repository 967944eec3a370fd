/** Sends small jobs of several runs as one. */
package dev.geminibatch.stage.pack;
