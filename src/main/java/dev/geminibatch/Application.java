package dev.geminibatch;

/** Entry point. */
public final class Application {
  private Application() {}

  public static void main(String[] args) {}
}
