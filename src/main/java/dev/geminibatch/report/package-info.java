/** What a person reads about a run: the report as JSON, text and a page. */
package dev.geminibatch.report;
