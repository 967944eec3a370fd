package dev.geminibatch.cli;

import dev.geminibatch.camel.Pipeline;
import dev.geminibatch.management.HealthReport;
import dev.geminibatch.settings.ManagementSettings;
import dev.geminibatch.window.Window;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/** The window of the demo: on a free port, for whoever is on this machine. */
final class DemoWindow {
  static final ManagementSettings ANYWHERE =
      new ManagementSettings(true, "127.0.0.1", 0, Optional.empty(), Optional.empty());

  private final Terminal terminal;
  private volatile URI address;

  DemoWindow(Terminal terminal) {
    this.terminal = terminal;
  }

  /** Serves it; the log says where. */
  void serve(Pipeline pipeline, HealthReport checks, Window window) throws InterruptedException {
    pipeline
        .serve(
            ANYWHERE,
            checks,
            List.of(),
            Optional.of(window),
            port -> address = URI.create("http://" + ANYWHERE.host() + ":" + port + "/"))
        .join();
  }

  /** Shows it in the browser of whoever is at the machine. */
  void open() {
    if (address == null) {
      return; // the log has said why
    }
    try {
      new ProcessBuilder(opener(address.toString()))
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .redirectError(ProcessBuilder.Redirect.DISCARD)
          .start();
    } catch (IOException e) {
      terminal.tell("No browser was found here; open " + address + " in one.");
    }
  }

  private static List<String> opener(String address) {
    String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    if (system.contains("windows")) {
      return List.of("rundll32", "url.dll,FileProtocolHandler", address);
    }
    return List.of(system.contains("mac") ? "open" : "xdg-open", address);
  }

  /** Waits for Enter; without a keyboard only a signal ends it. */
  void keep(InputStream keyboard) throws IOException, InterruptedException {
    if (address == null) {
      return;
    }
    terminal.tell("The window stays at " + address + " until you press Enter or Ctrl-C.");
    int key;
    do {
      key = keyboard.read();
    } while (key != '\n' && key >= 0);
    if (key < 0) {
      new CountDownLatch(1).await();
    }
  }
}
