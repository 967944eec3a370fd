/** Downloads answers, matches them to their requests, and plans retries. */
package dev.geminibatch.stage.collect;
