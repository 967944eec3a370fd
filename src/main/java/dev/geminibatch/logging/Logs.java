package dev.geminibatch.logging;

import dev.geminibatch.io.Amounts;
import dev.geminibatch.io.Folders;
import dev.geminibatch.io.PrivateFiles;
import dev.geminibatch.io.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;

/** The log of this process: where records go, how they are written, and which of them. */
public final class Logs {
  /** Camel's logger for a start that failed, which is reported in full by whoever started it. */
  private static final String FAILED_START = "org.apache.camel.impl.engine.AbstractCamelContext";

  /**
   * Vert.x's logger for what no handler took. An address that cannot be read is among it, with
   * which anybody who reaches the port, without a token, could fill the log.
   */
  private static final String BAD_REQUEST = "io.vertx.ext.web.RoutingContext";

  /** Vert.x's logger for connections, among others those of clients that left during a file. */
  private static final String CONNECTION = "io.vertx.core.net.impl.ConnectionBase";

  /** Names each connection that a restart of the database ends; what fails for it is said once. */
  private static final String POOL = "com.zaxxer.hikari.pool";

  /** Quartz's logger for what goes wrong, among that what the store of ticks has said already. */
  private static final String TICKS = "org.quartz.core.ErrorLogger";

  /** The same of its lock in the database. */
  private static final String LOCK_OF_TICKS = "org.quartz.impl.jdbcjobstore.StdRowLockSemaphore";

  private static final String COMMAND = "command";
  private static final String ERROR = "ERROR ";

  private final Screen screen;
  private final boolean isTimed;
  private final LogLevel leastOnScreen;
  private final String version;
  private final Map<String, LogLevel> screenLevels = new ConcurrentHashMap<>();

  private volatile LogSettings settings = LogSettings.standard();
  private volatile LogFormat screenFormat;
  private volatile LogFormat fileFormat;
  private volatile RotatedFile file;
  private volatile LogEar ear;

  /** Standard error. */
  public interface Screen {
    /** A line of the log, which may have lines of a trace below it, as it is to be shown. */
    void text(String line);

    /** The same as JSON, whatever the locale. */
    void json(String line);
  }

  /**
   * Logs nothing yet.
   *
   * @param isTimed whether lines have the time and the run, as a daemon's should
   * @param leastOnScreen the least that is shown there, whatever else is logged
   * @param version of the program; null if it is not known
   */
  public Logs(Screen screen, boolean isTimed, LogLevel leastOnScreen, String version) {
    this.screen = screen;
    this.isTimed = isTimed;
    this.leastOnScreen = leastOnScreen;
    this.version = version;
    this.screenFormat = new TextFormat(isTimed);
  }

  /** Begins to log, as {@link LogSettings#standard} says. */
  public void start() {
    Logger root = Logger.getLogger("");
    for (Handler handler : root.getHandlers()) {
      root.removeHandler(handler);
    }
    root.addHandler(new Sink());
    setLevels(settings);
  }

  /**
   * From now on records are written as these settings say.
   *
   * @throws UsageException when the file cannot be written to
   */
  public void use(LogSettings changed) {
    LogFormat shared = changed.format() == LogSettings.Format.JSON ? new JsonFormat(version) : null;
    changed.file().ifPresent(Logs::check);
    screenFormat = shared == null ? new TextFormat(isTimed) : shared;
    fileFormat = shared == null ? new TextFormat(true) : shared;
    file =
        changed
            .file()
            .map(place -> new RotatedFile(place, this::reportTrouble, System::nanoTime))
            .orElse(null);
    settings = changed;
    setLevels(changed);
  }

  /** From now on these levels hold. Everything else stays as it is. */
  public static void setLevels(LogSettings changed) {
    LogLevels.OF_PROCESS.set(changed);
  }

  /** The least that standard error gets of a logger: the command says the rest in its own words. */
  public void showOf(String logger, LogLevel least) {
    screenLevels.put(logger, least);
  }

  /** From now on somebody hears what is logged, as well. */
  public void listen(LogEar listening) {
    ear = listening;
  }

  /**
   * Records what a command says beside the log. The file gets it, too; and where standard error is
   * JSON, that.
   *
   * @return whether it is on standard error now
   */
  public boolean record(LogLevel level, String text) {
    boolean isJson = settings.format() == LogSettings.Format.JSON;
    if (!isJson && file == null) {
      return false;
    }
    String message = text.startsWith(ERROR) ? text.substring(ERROR.length()) : text;
    LogRecord entry = new LogRecord(level.level(), message);
    entry.setLoggerName(COMMAND);
    write(entry, isJson);
    return isJson;
  }

  private void write(LogRecord entry, boolean isForScreen) {
    Map<String, String> context = LogContext.present();
    LogFormat format = screenFormat;
    String line = format.line(entry, context);
    if (isForScreen) {
      if (format instanceof JsonFormat) {
        screen.json(line);
      } else {
        screen.text(line);
      }
    }
    RotatedFile rotated = file;
    if (rotated != null) {
      LogFormat other = fileFormat;
      rotated.write(other == format ? line : other.line(entry, context));
    }
    LogEar listening = ear;
    LogLevel level = LogLevel.of(entry.getLevel());
    if (listening != null && listening.wants(level, String.valueOf(entry.getLoggerName()))) {
      listening.hear(heard(entry, level, context));
    }
  }

  private static LogEar.Heard heard(LogRecord entry, LogLevel level, Map<String, String> context) {
    Throwable thrown = entry.getThrown();
    String text = LogFormat.message(entry).strip() + (thrown == null ? "" : " (" + thrown + ")");
    return new LogEar.Heard(
        entry.getInstant(),
        level,
        LogFormat.shortened(text, LogFormat.LONGEST_MESSAGE),
        Optional.ofNullable(context.get(LogContext.RUN)),
        Optional.ofNullable(context.get(LogContext.FILE)));
  }

  private void reportTrouble(String why) {
    LogRecord entry =
        new LogRecord(
            LogLevel.ERROR.level(),
            "log.file cannot be written to ("
                + Amounts.clause(why)
                + "); until it can be, records go to standard error alone");
    entry.setLoggerName("log");
    String line = screenFormat.line(entry, Map.of());
    if (screenFormat instanceof JsonFormat) {
      screen.json(line);
    } else {
      screen.text(line);
    }
  }

  private static void check(LogSettings.Place place) {
    Path path = place.path();
    if (Files.exists(path) && !Files.isRegularFile(path)) {
      throw new UsageException(
          "log.file is " + path + ", which is not a file; write the name of one.");
    }
    Path folder = path.toAbsolutePath().getParent();
    try {
      Folders.make(folder);
      PrivateFiles.lockable(path).close();
    } catch (IOException e) {
      throw new UsageException(
          "log.file is "
              + path
              + ", which cannot be written to ("
              + Amounts.clause(String.valueOf(e.getMessage()))
              + "); let the program's user write there, or write the name of another file.");
    }
    if (!Files.isWritable(folder)) {
      throw new UsageException(
          "log.file is "
              + path
              + ", in whose folder it cannot be renamed when it is full; let the program's user write"
              + " there, or write the name of a file in another folder.");
    }
  }

  /** Gets every record that a logger lets through. */
  private final class Sink extends Handler {
    @Override
    public void publish(LogRecord entry) {
      LogLevel level = LogLevel.of(entry.getLevel());
      String logger = String.valueOf(entry.getLoggerName());
      if (logger.equals(FAILED_START) && level.isAtLeast(LogLevel.WARN)
          || logger.equals(BAD_REQUEST) && isOfClient(entry.getThrown())
          || logger.equals(CONNECTION) && entry.getThrown() instanceof IOException
          || logger.startsWith(POOL) && !level.isAtLeast(LogLevel.ERROR)
          || logger.equals(LOCK_OF_TICKS)
          || logger.equals(TICKS) && isOfStore(entry.getThrown())) {
        return;
      }
      write(entry, level.isAtLeast(screenLevels.getOrDefault(logger, leastOnScreen)));
    }

    /** Whether it says that a request is malformed; compared by name, for other libraries' sake. */
    private static boolean isOfClient(Throwable thrown) {
      return thrown instanceof IllegalArgumentException
          || thrown != null && thrown.getClass().getName().equals("io.vertx.core.VertxException");
    }

    private static boolean isOfStore(Throwable thrown) {
      return thrown != null
          && Stream.<Class<?>>iterate(thrown.getClass(), Objects::nonNull, Class::getSuperclass)
              .anyMatch(each -> each.getName().equals("org.quartz.JobPersistenceException"));
    }

    @Override
    public void flush() {
      // nothing is kept back
    }

    @Override
    public void close() {
      // the file is closed with the process
    }
  }
}
