package dev.geminibatch.io;

/**
 * What a thread makes sure of before it begins a file or gives one its name. Where several machines
 * share their folders, one that was stopped for a while may wake in the midst of writing a file
 * that another one writes now.
 */
public final class FileGuard {
  private static final ThreadLocal<Runnable> PRESENT = new ThreadLocal<>();

  private FileGuard() {}

  /**
   * From now on this is checked in this thread.
   *
   * @param check throws if nothing may be written; null to check nothing
   */
  public static void set(Runnable check) {
    if (check == null) {
      PRESENT.remove();
    } else {
      PRESENT.set(check);
    }
  }

  /** Whether this thread may write, for what is no failure if it may not. */
  static boolean allows() {
    try {
      check();
      return true;
    } catch (RuntimeException e) {
      return false;
    }
  }

  /**
   * Makes sure that this thread may write.
   *
   * @return whether others may have the file open that is about to be begun
   */
  static boolean check() {
    Runnable check = PRESENT.get();
    if (check == null) {
      return false;
    }
    check.run();
    return true;
  }
}
