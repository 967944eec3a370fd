/** Files, locks, hashes, sizes and words that know nothing of the product. */
package dev.geminibatch.io;
