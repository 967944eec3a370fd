/** Prices, estimates before a run and costs after it. */
package dev.geminibatch.cost;
