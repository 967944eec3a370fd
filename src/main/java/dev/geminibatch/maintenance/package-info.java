/** Commands on the service's jobs and files, whoever made them, and backups. */
package dev.geminibatch.maintenance;
