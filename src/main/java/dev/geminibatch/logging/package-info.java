/**
 * The log: levels, records as text or JSON, standard error and a rotated file. Every library's log
 * comes here through java.util.logging, ours through SLF4J and without a look at the stack.
 */
package dev.geminibatch.logging;
