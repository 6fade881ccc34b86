package dev.wherry.machinery.loop;

/** What owners of a thread do at its end. */
public final class Threads {
  private Threads() {}

  /** Interrupts a thread and waits for its end, or until the caller is interrupted itself. */
  public static void end(Thread thread) {
    thread.interrupt();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
