package dev.geminibatch.camel;

import dev.geminibatch.io.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.RouteWatcherReloadStrategy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes changed and new route files while the process runs. They are tried first, all of them
 * together and without starting anything, because Camel would remove the old routes before it finds
 * out that it cannot start the new ones.
 */
final class RouteReload extends RouteWatcherReloadStrategy {
  private static final Logger LOG = LoggerFactory.getLogger("routes");

  private final Runnable trial;
  private final Map<Path, FileTime> seen = new HashMap<>();

  /** Files that are good themselves may have been changed while another one was not. */
  private final Map<Path, Resource> waiting = new TreeMap<>();

  /**
   * @param trial reads all routes
   */
  RouteReload(Path folder, Runnable trial) {
    super(folder.toString(), false);
    setPattern("*.camel.yaml");
    setRemoveAllRoutes(false);
    this.trial = trial;
  }

  @Override
  protected synchronized void onRouteReload(Collection<Resource> files, boolean removeEverything) {
    List<Resource> changed = files.stream().filter(this::isNew).toList();
    if (changed.isEmpty()) {
      return;
    }
    changed.forEach(file -> waiting.put(path(file), file));
    try {
      trial.run();
    } catch (UsageException e) {
      LOG.error(
          "What was edited cannot be used, and the routes stay as they were; fix what is named"
              + " here.");
      e.getMessage().lines().forEach(LOG::error);
      return;
    }
    waiting.keySet().removeIf(Files::notExists);
    super.onRouteReload(List.copyOf(waiting.values()), removeEverything);
    waiting.keySet().forEach(file -> LOG.info("{} was changed and is in use now", file));
    waiting.clear();
  }

  /**
   * One change is reported more than once; a file that is being written may be empty for a moment.
   */
  private boolean isNew(Resource file) {
    try {
      FileTime time = Files.getLastModifiedTime(path(file));
      return Files.size(path(file)) > 0 && !time.equals(seen.put(path(file), time));
    } catch (IOException e) {
      return false; // it is gone already
    }
  }

  private static Path path(Resource file) {
    return Path.of(file.getURI());
  }
}
