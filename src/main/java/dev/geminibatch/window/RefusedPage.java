package dev.geminibatch.window;

/** Says what was not done, and why. */
record RefusedPage(Frame frame, String why) {}
