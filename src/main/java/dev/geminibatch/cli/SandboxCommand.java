package dev.geminibatch.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.geminibatch.io.UsageException;
import dev.geminibatch.sandbox.Sandbox;
import java.io.IOException;
import java.net.BindException;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/** {@code --sandbox}: the look-alike of the service, alone. */
final class SandboxCommand {
  private static final int DEFAULT_PORT = 8090;

  private final Session session;

  SandboxCommand(Session session) {
    this.session = session;
  }

  int run() throws IOException, InterruptedException {
    int port = Optional.ofNullable(session.options().port).orElse(DEFAULT_PORT);
    if (port < 0 || port > 65535) {
      throw new UsageException("--port is " + port + "; write 0 to 65535, 0 for any.");
    }
    try (Sandbox sandbox = start(port)) {
      sandbox.faults().addAll(session.options().faults);
      if (session.options().tier != null) {
        sandbox.quota().set("tier=" + session.options().tier);
      }
      sandbox.quota().setAll(session.options().tokens);
      Runtime.getRuntime().addShutdownHook(new Thread(sandbox::close, "farewell"));
      String url = sandbox.baseUrl().toString();
      session
          .terminal()
          .print(
              session.options().json
                  ? JsonNodeFactory.instance.objectNode().put("sandbox", url).toString()
                  : "Sandbox at " + url);
      session
          .terminal()
          .tell(
              "Any key will do. In another terminal: export GOOGLE_GEMINI_BASE_URL="
                  + sandbox.baseUrl()
                  + " GEMINI_API_KEY=x. Stop with Ctrl-C.");
      new CountDownLatch(1).await();
      return ExitCode.OK;
    }
  }

  private Sandbox start(int port) throws IOException {
    try {
      return Sandbox.start(port, session.settings().operation().sandboxJobTime(), session.clock());
    } catch (BindException e) {
      throw new UsageException(
          "Port " + port + " is taken; give another with --port, or 0 for any.");
    }
  }
}
