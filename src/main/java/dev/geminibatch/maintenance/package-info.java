/** Commands on the service's jobs and files, whoever made them. */
package dev.geminibatch.maintenance;
