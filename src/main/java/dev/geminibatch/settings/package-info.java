/** Configuration: where each value comes from, and what it means once it has been checked. */
package dev.geminibatch.settings;
