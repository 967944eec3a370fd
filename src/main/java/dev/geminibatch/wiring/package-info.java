/**
 * Opens what every command works with, without Camel: the ledger, the leases and the connections;
 * and chooses the service behind the port.
 */
package dev.geminibatch.wiring;
