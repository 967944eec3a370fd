package dev.geminibatch.logging;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.slf4j.ILoggerFactory;

/**
 * The loggers of this process with their levels. Ours have a stage's name, or a route's, without a
 * dot; those of libraries are named as classes are.
 */
final class LogLevels implements ILoggerFactory {
  static final LogLevels OF_PROCESS = new LogLevels();

  private static final Logger ROOT = Logger.getLogger("");

  private final ConcurrentMap<String, DirectLogger> loggers = new ConcurrentHashMap<>();

  /** Those that have a level of their own: java.util.logging would forget them with it. */
  private final Map<String, Logger> kept = new HashMap<>();

  /** Null until the program has begun to log: tests have levels of their own. */
  private LogSettings settings;

  @Override
  public org.slf4j.Logger getLogger(String name) {
    DirectLogger logger = loggers.get(name);
    return logger != null ? logger : loggers.computeIfAbsent(name, this::make);
  }

  private DirectLogger make(String name) {
    Logger target = Logger.getLogger(name);
    synchronized (this) {
      if (settings != null && isOurs(name)) {
        setLevel(name, settings.levels().getOrDefault(name, settings.level()).level());
      }
    }
    return new DirectLogger(target);
  }

  private static boolean isOurs(String name) {
    return name.indexOf('.') < 0;
  }

  /** From now on these levels hold, and no others. */
  synchronized void set(LogSettings changed) {
    settings = changed;
    Map<String, Level> levels = new HashMap<>();
    loggers.keySet().stream()
        .filter(LogLevels::isOurs)
        .forEach(name -> levels.put(name, changed.level().level()));
    changed.levels().forEach((name, level) -> levels.put(name, level.level()));
    levels.remove(LogSettings.LIBRARIES);
    kept.forEach(
        (name, logger) -> {
          if (!levels.containsKey(name)) {
            logger.setLevel(null); // as those above it
          }
        });
    kept.keySet().retainAll(levels.keySet());
    levels.forEach(this::setLevel);
    ROOT.setLevel(changed.ofLibraries().level());
  }

  private void setLevel(String name, Level level) {
    Logger logger = kept.computeIfAbsent(name, Logger::getLogger);
    logger.setLevel(level);
  }
}
