/** What all pages for a browser have in common: how they are made, and how they look. */
package dev.geminibatch.page;
