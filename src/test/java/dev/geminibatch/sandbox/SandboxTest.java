package dev.geminibatch.sandbox;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A sandbox whose jobs end at once, and a client of it. */
abstract class SandboxTest {
  protected Sandbox sandbox;
  protected SandboxClient client;

  @BeforeEach
  void start() throws IOException {
    sandbox = Sandbox.start(0, Duration.ZERO, Clock.systemUTC());
    client = new SandboxClient(sandbox, "some-key");
  }

  @AfterEach
  void stop() {
    sandbox.close();
  }
}
