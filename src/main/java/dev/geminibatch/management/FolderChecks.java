package dev.geminibatch.management;

import dev.geminibatch.io.Amounts;
import dev.geminibatch.io.Folders;
import dev.geminibatch.management.Finding.Level;
import dev.geminibatch.settings.Settings;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The folders of all profiles: there, usable, apart from each other, and with room. */
public final class FolderChecks {
  private static final String LATE = "See whether the disk answers; a network disk may be away.";

  /** A disk with less than so many times of what is kept free will soon be full. */
  private static final int SOON = 2;

  private final Collection<Settings> profiles;
  private final Settings settings;

  public FolderChecks(Settings settings) {
    this.settings = settings;
    this.profiles = settings.profiles().all();
  }

  /** Each of them. */
  public List<Check> all() {
    return List.of(
        new Check("folders", LATE, this::folders),
        new Check("apart", LATE, this::apart),
        new Check("disk", LATE, this::disks));
  }

  /** A folder, with the key that sets it. */
  private record Folder(String key, Path path, boolean mustBeWritable) {

    /** Where it really is, or will be. */
    Path real() throws IOException {
      Path there = Folders.existing(path);
      return there.toRealPath().resolve(there.relativize(path)).normalize();
    }
  }

  private List<Folder> all(Settings profile) {
    Settings.Folders folders = profile.folders();
    return List.of(
        new Folder(profile.ownKey("inbox.directory"), folders.inbox(), true),
        new Folder(profile.ownKey("outbox.directory"), folders.outbox(), true),
        new Folder(profile.ownKey("archive.directory"), folders.archive(), true),
        new Folder(profile.ownKey("failed.directory"), folders.failed(), true),
        new Folder(profile.ownKey("media.root"), profile.uploads().mediaRoot(), false));
  }

  private Folder state() {
    return new Folder("state.directory", settings.folders().state(), true);
  }

  private List<Finding> folders() throws IOException {
    List<Finding> findings = new ArrayList<>();
    findings.add(finding(state()));
    for (Settings profile : profiles) {
      for (Folder folder : all(profile)) {
        findings.add(finding(folder));
      }
    }
    return findings;
  }

  private static Finding finding(Folder folder) throws IOException {
    String name = folder.key();
    Path path = folder.path();
    if (!Files.exists(path)) {
      return missing(folder);
    }
    String set = "or set " + name + " to another folder.";
    if (!Files.isDirectory(path)) {
      return Finding.problem(name, path + " is not a folder", "Move the file away, " + set);
    }
    if (!Files.isReadable(path) || !Files.isExecutable(path)) {
      return Finding.problem(
          name, path + " cannot be read", "Let this user read it (chmod, chown), " + set);
    }
    if (folder.mustBeWritable() && !Files.isWritable(path)) {
      return Finding.problem(
          name, path + " cannot be written to", "Let this user write there (chmod, chown), " + set);
    }
    Path real = path.toRealPath();
    return Finding.ok(name, path + (real.equals(path) ? "" : ", which is " + real));
  }

  private static Finding missing(Folder folder) {
    String name = folder.key();
    Path path = folder.path();
    Path there = Folders.existing(path);
    if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return Finding.problem(
          name,
          path + " is a link to something that is not there",
          "Make what it points to, or remove the link.");
    }
    if (Files.isDirectory(there) && Files.isWritable(there)) {
      return Finding.ok(name, path + " will be made at the start");
    }
    return Finding.problem(
        name,
        path
            + " is not there, and cannot be made: "
            + there
            + (Files.isDirectory(there) ? " cannot be written to" : " is not a folder"),
        "Make it, let this user write to " + there + ", or set " + name + " to another folder.");
  }

  /** What is put into one folder must not be found in another. */
  private List<Finding> apart() throws IOException {
    List<Finding> findings = new ArrayList<>();
    Map<Path, String> taken = new LinkedHashMap<>();
    Path state = state().real();
    taken.put(state, state().key());
    for (Settings profile : profiles) {
      for (Folder folder : all(profile)) {
        if (!folder.mustBeWritable()) {
          continue; // pictures lie in the archive
        }
        Path real = folder.real();
        String other = taken.putIfAbsent(real, folder.key());
        if (other != null && isHarmful(folder.key(), other)) {
          findings.add(
              Finding.problem(
                  "apart",
                  folder.key() + " is " + folder.path() + ", and so is " + other,
                  "Set " + folder.key() + " to a folder of its own."));
        } else if (other == null && real.startsWith(state)) {
          findings.add(
              Finding.problem(
                  "apart",
                  folder.key() + " is " + folder.path() + ", inside the state folder",
                  "Set " + folder.key() + " to a folder outside of " + state + "."));
        }
      }
      insidePictures(profile, findings);
    }
    return findings.isEmpty()
        ? List.of(Finding.ok("apart", "no folder is in the way of another one"))
        : findings;
  }

  /** Failed inputs may lie beside archived ones. */
  private static boolean isHarmful(String one, String other) {
    return (one + other).contains("inbox.")
        || (one + other).contains("state.")
        || (one + other).contains("outbox.");
  }

  /** Every folder in an inbox for pictures is taken as pictures. */
  private void insidePictures(Settings profile, List<Finding> findings) throws IOException {
    if (profile.pictures().isEmpty()) {
      return;
    }
    Path inbox = all(profile).get(0).real();
    for (Folder folder : all(profile)) {
      Path real = folder.real();
      if (real.startsWith(inbox) && !real.equals(inbox)) {
        findings.add(
            Finding.problem(
                "apart",
                folder.key() + " is " + folder.path() + ", inside an inbox for pictures",
                "Set " + folder.key() + " to a folder outside of " + inbox + "."));
      }
    }
  }

  private List<Finding> disks() throws IOException {
    Map<String, List<Folder>> byDisk = new LinkedHashMap<>();
    Map<String, FileStore> disks = new LinkedHashMap<>();
    List<Folder> written = new ArrayList<>(List.of(state()));
    profiles.forEach(profile -> written.addAll(all(profile)));
    for (Folder folder : written) {
      FileStore disk = Files.getFileStore(Folders.existing(folder.path()));
      String name = disk.name() + " (" + disk.type() + ")";
      disks.putIfAbsent(name, disk);
      byDisk.computeIfAbsent(name, any -> new ArrayList<>()).add(folder);
    }
    List<Finding> findings = new ArrayList<>();
    for (Map.Entry<String, FileStore> disk : disks.entrySet()) {
      findings.add(disk(disk.getKey(), disk.getValue(), byDisk.get(disk.getKey())));
    }
    return findings;
  }

  private Finding disk(String name, FileStore disk, List<Folder> folders) throws IOException {
    long free = disk.getUsableSpace();
    if (disk.getTotalSpace() == 0) {
      return Finding.ok("disk", name + " does not say how much room it has");
    }
    long kept = settings.folders().reserve().kept(disk.getTotalSpace());
    String what =
        name
            + ": "
            + Amounts.size(free)
            + " free, "
            + Amounts.size(kept)
            + " are kept free; it has "
            + (folders.size() > 3
                ? folders.size() + " of the folders"
                : String.join(", ", folders.stream().map(Folder::key).distinct().toList()));
    String remedy = "Make room, move a folder to another disk, or lower disk.keep-free.";
    Level level = level(free, kept);
    return level == Level.OK ? Finding.ok("disk", what) : new Finding("disk", level, what, remedy);
  }

  /** What it means that so much is free, of which a part is kept free. */
  static Level level(long free, long kept) {
    if (free < Math.max(kept, 1)) {
      return Level.PROBLEM;
    }
    return free < kept * SOON ? Level.WARNING : Level.OK;
  }
}
