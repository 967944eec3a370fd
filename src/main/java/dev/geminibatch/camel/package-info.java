/** Wiring: the object graph, the names under which the routes know it, and Camel's adapters. */
package dev.geminibatch.camel;
