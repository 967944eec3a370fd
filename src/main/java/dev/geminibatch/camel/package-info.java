/** The object graph of the pipeline, the names under which routes know it, and Camel's adapters. */
package dev.geminibatch.camel;
