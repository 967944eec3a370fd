package dev.geminibatch.management;

import dev.geminibatch.settings.ManagementSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.util.Optional;

/** Tries whether the management server can listen where it should. */
public final class PortTrial {
  private PortTrial() {}

  /** Why it cannot; empty if it can. */
  public static Optional<String> problem(ManagementSettings settings) {
    try (ServerSocketChannel trial = ServerSocketChannel.open()) {
      trial.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      trial.bind(new InetSocketAddress(InetAddress.getByName(settings.host()), settings.port()));
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(e.getMessage() == null ? e.toString() : e.getMessage());
    }
  }
}
