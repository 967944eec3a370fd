package dev.geminibatch.logging;

import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.slf4j.Marker;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.helpers.MessageFormatter;

/** Passes records on to a logger of java.util.logging, which holds the level. */
final class DirectLogger extends LegacyAbstractLogger {
  private static final long serialVersionUID = 1L;

  private final transient Logger target;

  DirectLogger(Logger target) {
    this.target = target;
    this.name = target.getName();
  }

  @Override
  public boolean isTraceEnabled() {
    return target.isLoggable(Level.FINEST);
  }

  @Override
  public boolean isDebugEnabled() {
    return target.isLoggable(Level.FINE);
  }

  @Override
  public boolean isInfoEnabled() {
    return target.isLoggable(Level.INFO);
  }

  @Override
  public boolean isWarnEnabled() {
    return target.isLoggable(Level.WARNING);
  }

  @Override
  public boolean isErrorEnabled() {
    return target.isLoggable(Level.SEVERE);
  }

  @Override
  protected String getFullyQualifiedCallerName() {
    return null;
  }

  @Override
  protected void handleNormalizedLoggingCall(
      org.slf4j.event.Level level,
      Marker marker,
      String pattern,
      Object[] arguments,
      Throwable thrown) {
    String message =
        arguments == null ? pattern : MessageFormatter.basicArrayFormat(pattern, arguments);
    LogRecord entry = new LogRecord(LogLevel.valueOf(level.name()).level(), message);
    entry.setLoggerName(name);
    entry.setThrown(thrown);
    entry.setSourceClassName(name); // else java.util.logging looks for it on the stack
    target.log(entry);
  }

  private void readObject(java.io.ObjectInputStream from) throws java.io.NotSerializableException {
    throw new java.io.NotSerializableException(DirectLogger.class.getName());
  }
}
