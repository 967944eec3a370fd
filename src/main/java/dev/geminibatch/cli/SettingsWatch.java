package dev.geminibatch.cli;

import dev.geminibatch.io.DaemonThreads;
import dev.geminibatch.logging.LogSettings;
import dev.geminibatch.settings.LiveSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices edits of the configuration while the daemon runs. A file is read when it has rested: an
 * editor may empty it before it fills it.
 */
final class SettingsWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("settings");
  private static final int SECONDS = 2;

  private final LiveSettings settings;
  private final Consumer<LogSettings> levels;
  private final ScheduledExecutorService timer;
  private Map<Path, String> seen;
  private Map<Path, String> moving;

  /**
   * @param levels sets those of the log
   */
  SettingsWatch(LiveSettings settings, Consumer<LogSettings> levels) {
    this.settings = settings;
    this.levels = levels;
    this.seen = stamps();
    this.moving = seen;
    this.timer = Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("settings"));
  }

  void start() {
    timer.scheduleWithFixedDelay(this::lookSafely, SECONDS, SECONDS, TimeUnit.SECONDS);
  }

  private void lookSafely() {
    try {
      look();
    } catch (RuntimeException e) {
      LOG.error("Unexpected error; please report it", e); // and the next edit is noticed
    }
  }

  /** Takes an edit that was there when this was called before, and has not changed since. */
  synchronized void look() {
    Map<Path, String> now = stamps();
    boolean hasRested = now.equals(moving);
    moving = now;
    if (!hasRested || now.equals(seen)) {
      return;
    }
    Set<Path> changed = new TreeSet<>(now.keySet());
    changed.addAll(seen.keySet());
    Map<Path, String> before = seen;
    changed.removeIf(
        file -> String.valueOf(now.get(file)).equals(String.valueOf(before.get(file))));
    seen = now;
    take(changed);
  }

  private void take(Set<Path> changed) {
    for (Path file : settings.keyFiles()) {
      if (changed.remove(file)) {
        LOG.warn("{} was changed; restart the daemon to use what is in it now", file);
      }
    }
    if (changed.isEmpty()) {
      return;
    }
    Set<Path> readBefore = settings.files();
    LiveSettings.Outcome outcome = settings.read();
    for (String mistake : outcome.mistakes()) {
      LOG.warn("The settings stay as they were: {}", mistake);
    }
    if (!outcome.mistakes().isEmpty()) {
      return;
    }
    outcome.taken().forEach(LOG::info);
    if (!outcome.needRestart().isEmpty()) {
      LOG.warn(
          "Restart the daemon to use the new values of {}",
          String.join(", ", outcome.needRestart()));
    }
    changed.stream()
        .filter(file -> readBefore.contains(file) && file.toString().endsWith(".json"))
        .forEach(file -> LOG.info("{} was changed and is in use", file));
    levels.accept(settings.log());
    // What is read from now on may be other files, which were not watched until now.
    Map<Path, String> now = stamps();
    now.keySet().removeAll(seen.keySet());
    seen.putAll(now);
    moving = new HashMap<>(seen);
  }

  private Map<Path, String> stamps() {
    Map<Path, String> stamps = new HashMap<>();
    Set<Path> files = new TreeSet<>(settings.files());
    files.addAll(settings.keyFiles());
    for (Path file : files) {
      stamps.put(file, stamp(file));
    }
    return stamps;
  }

  private static String stamp(Path file) {
    try {
      BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
      return now.lastModifiedTime() + " " + now.size() + " " + now.fileKey();
    } catch (IOException e) {
      return "missing";
    }
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
