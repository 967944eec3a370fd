package dev.geminibatch.cli;

/** How this program was called, so that messages can name whole commands. */
final class Program {
  /** What {@code bin/gemini-batch} says that it was called as. */
  private static final String LAUNCHER = "gemini-batch.launcher";

  private Program() {}

  /** The command line with some arguments, ready to be typed. */
  static String command(String arguments) {
    return name() + " " + arguments;
  }

  /** Whether {@code bin/gemini-batch} has started it. */
  static boolean isLaunched() {
    return !System.getProperty(LAUNCHER, "").isEmpty();
  }

  /** What has started it; empty if it was Java. */
  static String launcher() {
    return System.getProperty(LAUNCHER, "");
  }

  /** What is typed before the arguments. */
  static String name() {
    String launcher = System.getProperty(LAUNCHER, "");
    if (isLaunched()) {
      return launcher.matches("[\\w./:@+-]+")
          ? launcher
          : "'" + launcher.replace("'", "'\\''") + "'";
    }
    String called = System.getProperty("sun.java.command", "").split(" ", 2)[0];
    return "java -jar " + (called.endsWith(".jar") ? called : "gemini-batch.jar");
  }
}
