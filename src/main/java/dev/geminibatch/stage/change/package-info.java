/** Lets the routes of users change each line before it is checked. */
package dev.geminibatch.stage.change;
