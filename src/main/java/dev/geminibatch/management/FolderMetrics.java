package dev.geminibatch.management;

import dev.geminibatch.io.Folders;
import dev.geminibatch.settings.Settings;
import dev.geminibatch.stage.receive.Inbox;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** What is left on the disks of the folders, and what stays in the inboxes. */
final class FolderMetrics {
  private final Settings settings;
  private final Tally tally;

  FolderMetrics(Settings settings, Tally tally) {
    this.settings = settings;
    this.tally = tally;
  }

  void disks(Samples samples) throws IOException {
    for (Settings profile : settings.profiles().served()) {
      for (Map.Entry<String, Path> folder : folders(profile.folders()).entrySet()) {
        FileStore disk = Files.getFileStore(Folders.existing(folder.getValue()));
        String name = tally.profile(profile.profile());
        samples.most(Metric.DISK_FREE, disk.getUsableSpace(), name, folder.getKey());
        samples.most(Metric.DISK_SIZE, disk.getTotalSpace(), name, folder.getKey());
      }
    }
  }

  private static Map<String, Path> folders(Settings.Folders folders) {
    Map<String, Path> all = new LinkedHashMap<>();
    all.put("state", folders.state());
    all.put("inbox", folders.inbox());
    all.put("outbox", folders.outbox());
    all.put("archive", folders.archive());
    all.put("failed", folders.failed());
    return all;
  }

  void inboxes(Samples samples) throws IOException {
    for (Settings profile : settings.profiles().served()) {
      int ignored = new Inbox(profile).notTaken().size();
      samples.add(Metric.INBOX_IGNORED, ignored, tally.profile(profile.profile()));
    }
  }
}
