package dev.geminibatch.logging;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.helpers.ThreadLocalMapOfStacks;
import org.slf4j.spi.MDCAdapter;

/**
 * What every record of a thread carries (SLF4J's MDC). Unlike SLF4J's own, a thread that is made
 * meanwhile does not inherit it: those of a pool would carry the run that needed them first,
 * forever.
 */
public final class LogContext implements MDCAdapter {
  /** The id of the run that a thread works for. */
  public static final String RUN = "run.id";

  /** The name of its input. */
  public static final String FILE = "file.name";

  private static final ThreadLocal<Map<String, String>> PRESENT = new ThreadLocal<>();

  private final ThreadLocalMapOfStacks stacks = new ThreadLocalMapOfStacks();

  /** What the thread that calls this has noted, to be read at once. */
  static Map<String, String> present() {
    Map<String, String> present = PRESENT.get();
    return present == null ? Map.of() : present;
  }

  @Override
  public void put(String key, String value) {
    Map<String, String> present = PRESENT.get();
    if (present == null) {
      present = new TreeMap<>();
      PRESENT.set(present);
    }
    present.put(key, value);
  }

  @Override
  public String get(String key) {
    return key == null ? null : present().get(key);
  }

  @Override
  public void remove(String key) {
    Map<String, String> present = PRESENT.get();
    if (present != null) {
      present.remove(key);
    }
  }

  @Override
  public void clear() {
    PRESENT.remove();
  }

  @Override
  public Map<String, String> getCopyOfContextMap() {
    Map<String, String> present = PRESENT.get();
    return present == null ? null : new HashMap<>(present);
  }

  @Override
  public void setContextMap(Map<String, String> context) {
    if (context == null) {
      clear();
    } else {
      PRESENT.set(new TreeMap<>(context));
    }
  }

  @Override
  public void pushByKey(String key, String value) {
    stacks.pushByKey(key, value);
  }

  @Override
  public String popByKey(String key) {
    return stacks.popByKey(key);
  }

  @Override
  public Deque<String> getCopyOfDequeByKey(String key) {
    Deque<String> copy = stacks.getCopyOfDequeByKey(key);
    return copy == null ? null : new ArrayDeque<>(copy);
  }

  @Override
  public void clearDequeByKey(String key) {
    stacks.clearDequeByKey(key);
  }
}
