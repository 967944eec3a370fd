package dev.geminibatch.window;

import java.util.List;

/** Pages that belong together, and the same as JSON below {@code /api/v1}. */
interface Section {
  /** Where they are. */
  List<Route> routes();
}
