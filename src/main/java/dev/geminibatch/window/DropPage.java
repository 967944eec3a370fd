package dev.geminibatch.window;

import dev.geminibatch.stage.receive.IncomingFiles;
import java.util.List;

/**
 * Where a file is chosen that is dropped into an inbox.
 *
 * @param once makes sure that pressing a button twice sends once
 */
record DropPage(Frame frame, List<IncomingFiles.Place> places, String once) {
  /** Whether there is anything to choose. */
  boolean hasChoice() {
    return places.size() > 1;
  }
}
