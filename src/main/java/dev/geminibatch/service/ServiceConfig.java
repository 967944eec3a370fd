package dev.geminibatch.service;

import dev.geminibatch.io.UsageException;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * How to reach a service.
 *
 * @param key empty when none was given; see {@link #requireKey}
 * @param baseUrl scheme and host, without a path
 * @param timeout how long one answer may take to begin, and how long it may pause
 * @param uploadConcurrency how many files may be uploaded at the same time
 * @param proxies the proxies on the way to it
 */
public record ServiceConfig(
    Optional<ApiKey> key,
    URI baseUrl,
    String apiVersion,
    Duration timeout,
    int uploadConcurrency,
    Proxies proxies) {

  /**
   * The key.
   *
   * @throws UsageException when there is none
   */
  public ApiKey requireKey() {
    return key.orElseThrow(
        () ->
            new UsageException(
                "No API key. Set GEMINI_API_KEY in the environment, gemini.api-key-file in"
                    + " config/local.properties, or give --api-key."));
  }

  /**
   * The project that the key belongs to.
   *
   * @throws UsageException when there is no key
   */
  public ProjectId project() {
    return requireKey().project();
  }

  /** The same for a caller who does not wait for longer than this. */
  public ServiceConfig within(Duration longest) {
    return new ServiceConfig(
        key,
        baseUrl,
        apiVersion,
        timeout.compareTo(longest) < 0 ? timeout : longest,
        uploadConcurrency,
        proxies);
  }
}
