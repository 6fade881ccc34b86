package dev.wherry.apiserver.cache;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * The frames of one event as watchers write them, by their form. The first watcher that needs one
 * composes it, all others share it; they are gone with the event when the last has taken it.
 */
public final class Frames {
  private static final Frames ALONE = new Frames(false);

  private final boolean shared;
  private final Map<String, byte[]> byForm;

  private Frames(boolean shared) {
    this.shared = shared;
    this.byForm = shared ? new ConcurrentHashMap<>(4) : Map.of();
  }

  /** Of an event that many watchers hear of. */
  static Frames shared() {
    return new Frames(true);
  }

  /** Of an event for one watcher: nothing is kept. */
  static Frames alone() {
    return ALONE;
  }

  /**
   * The frame of a form; not to be changed.
   *
   * @param form names everything the frame depends on, beside the event
   */
  public byte[] of(String form, Supplier<byte[]> compose) {
    return shared ? byForm.computeIfAbsent(form, f -> compose.get()) : compose.get();
  }
}
