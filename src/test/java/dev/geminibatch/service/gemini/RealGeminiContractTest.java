package dev.geminibatch.service.gemini;

import dev.geminibatch.service.ApiKey;
import dev.geminibatch.service.BatchServiceContract;
import dev.geminibatch.service.Connection;
import dev.geminibatch.service.FileServiceContract;
import dev.geminibatch.service.Proxies;
import dev.geminibatch.service.Redactor;
import dev.geminibatch.service.RetryPolicy;
import dev.geminibatch.service.ServiceConfig;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/**
 * The implementation for Gemini against the real service. It creates a few jobs of one short line,
 * cancels all but one of them at once, and removes whatever it has created.
 */
@EnabledIfEnvironmentVariable(
    named = "GEMINI_TEST_KEY",
    matches = ".+",
    disabledReason = "Set GEMINI_TEST_KEY to a key to run the contract against the real service.")
class RealGeminiContractTest {
  private static Connection connected(ApiKey key) {
    Redactor.hide(key);
    return new Connection(
        new ServiceConfig(
            Optional.of(key),
            URI.create("https://generativelanguage.googleapis.com"),
            "v1beta",
            Duration.ofSeconds(60),
            4,
            Proxies.none()),
        (config, clock) -> new GeminiService(config, RetryPolicy.standard(), clock),
        Clock.systemUTC());
  }

  private static ApiKey realKey() {
    return ApiKey.of(System.getenv("GEMINI_TEST_KEY"), "GEMINI_TEST_KEY");
  }

  @Nested
  class Jobs extends BatchServiceContract {
    @Override
    protected Connection connect(ApiKey key) {
      return connected(key);
    }

    @Override
    protected ApiKey key() {
      return realKey();
    }

    @Override
    protected Duration patience() {
      return Duration.ofMinutes(5);
    }
  }

  @Nested
  class Files extends FileServiceContract {
    @Override
    protected Connection connect(ApiKey key) {
      return connected(key);
    }

    @Override
    protected ApiKey key() {
      return realKey();
    }

    @Override
    protected Duration patience() {
      return Duration.ofHours(1);
    }
  }
}
