/** Takes dropped files, pictures and files from the command line, and makes runs of them. */
package dev.geminibatch.stage.receive;
