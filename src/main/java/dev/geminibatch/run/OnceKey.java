package dev.geminibatch.run;

/**
 * The key of a request that makes a run: when the request is repeated, it makes no other one.
 *
 * @param key as whoever asks has chosen it
 * @param asked stands for what is asked for: something else with the same key is a mistake
 */
public record OnceKey(String key, String asked) {}
