package dev.geminibatch.management;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;

/** Whether the inboxes can be read, and files taken out of them. */
final class InboxHealth implements Supplier<Health> {
  private final List<Path> inboxes;

  InboxHealth(List<Path> inboxes) {
    this.inboxes = inboxes;
  }

  @Override
  public Health get() {
    for (Path inbox : inboxes) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(inbox)) {
        files.iterator().hasNext();
      } catch (IOException e) {
        return Health.unwell(
            inbox
                + (Files.exists(inbox)
                    ? " cannot be read; let the daemon's user read it"
                    : " is missing; make it again"));
      }
      if (!Files.isWritable(inbox)) {
        return Health.unwell(
            "No file can be taken out of " + inbox + "; let the daemon's user write there");
      }
    }
    return Health.well("Dropped files are taken");
  }
}
