/**
 * Files that lines refer to: where a tag may point, what kind of file it is, and which reference
 * the service gave for its content.
 */
package dev.geminibatch.media;
