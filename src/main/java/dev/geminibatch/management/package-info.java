/**
 * What an operator asks of a daemon: whether it is well, what it has done, what is set up wrongly.
 */
package dev.geminibatch.management;
