package dev.geminibatch.cli;

/** How this program was called, so that messages can name whole commands. */
final class Program {
  private Program() {}

  /** The command line with some arguments, ready to be typed. */
  static String command(String arguments) {
    String called = System.getProperty("sun.java.command", "").split(" ", 2)[0];
    String program = called.endsWith(".jar") ? called : "gemini-batch.jar";
    return "java -jar " + program + " " + arguments;
  }
}
