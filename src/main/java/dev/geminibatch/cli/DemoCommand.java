package dev.geminibatch.cli;

final class DemoCommand {
  DemoCommand(Session session) {}

  int run() {
    return 1;
  }
}
