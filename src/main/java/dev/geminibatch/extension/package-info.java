/** What the routes of users may name. */
package dev.geminibatch.extension;
