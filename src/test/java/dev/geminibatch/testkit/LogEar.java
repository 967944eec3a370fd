package dev.geminibatch.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/** Hears what a logger and those below it say, until it is closed. */
public final class LogEar extends Handler implements AutoCloseable {
  private final Logger logger; // a strong reference: the JDK keeps weak ones only
  private final List<String> heard = new ArrayList<>();
  private final List<LogRecord> records = new ArrayList<>();

  private LogEar(Logger logger) {
    this.logger = logger;
  }

  /** Begins to listen. */
  public static LogEar at(String logger) {
    LogEar ear = new LogEar(Logger.getLogger(logger));
    ear.logger.addHandler(ear);
    return ear;
  }

  /** What was said so far. */
  public synchronized List<String> heard() {
    return List.copyOf(heard);
  }

  /** The same with all that was passed on. */
  public synchronized List<LogRecord> records() {
    return List.copyOf(records);
  }

  @Override
  public synchronized void publish(LogRecord record) {
    records.add(record);
    heard.add(new SimpleFormatter().formatMessage(record));
  }

  @Override
  public void flush() {
    // nothing is kept back
  }

  @Override
  public void close() {
    logger.removeHandler(this);
  }
}
