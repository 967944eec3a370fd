package dev.geminibatch.settings;

import java.time.Duration;

/**
 * What a process is to the others that share a ledger on a server.
 *
 * @param name for a person
 * @param silence after which one is taken for gone
 */
public record MemberSettings(String name, Duration silence) {}
