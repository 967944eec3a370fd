package dev.geminibatch.io;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;

/** The name of this machine. */
public final class HostName {
  private static final Path OF_LINUX = Path.of("/proc/sys/kernel/hostname");

  private HostName() {}

  /** The name, where it can be found out without asking the network; else "localhost". */
  public static String get() {
    try {
      return Files.exists(OF_LINUX)
          ? Files.readString(OF_LINUX).strip()
          : InetAddress.getLocalHost().getHostName();
    } catch (IOException e) {
      return "localhost";
    }
  }
}
