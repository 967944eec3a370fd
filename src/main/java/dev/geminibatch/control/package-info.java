/** What a person does to runs, and in which words it is confirmed or refused. */
package dev.geminibatch.control;
