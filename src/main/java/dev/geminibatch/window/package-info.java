/** The window: pages in which a person sees what the daemon does and steers it, and their API. */
package dev.geminibatch.window;
