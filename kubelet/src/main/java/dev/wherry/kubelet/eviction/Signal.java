package dev.wherry.kubelet.eviction;

import java.util.Arrays;
import java.util.Optional;

/**
 * What is measured (rule: upstream's eviction signals; {@code containerfs} follows the others and
 * cannot be set there either). In the order in which pressure is dealt with: memory first.
 */
public enum Signal {
  MEMORY_AVAILABLE("memory.available", "memory", Pressure.MEMORY),
  NODEFS_AVAILABLE("nodefs.available", "ephemeral-storage", Pressure.DISK),
  NODEFS_INODES("nodefs.inodesFree", "inodes", Pressure.DISK),
  IMAGEFS_AVAILABLE("imagefs.available", "ephemeral-storage", Pressure.DISK),
  IMAGEFS_INODES("imagefs.inodesFree", "inodes", Pressure.DISK),
  PIDS_AVAILABLE("pid.available", "pids", Pressure.PID);

  private final String text;
  private final String resource;
  private final Pressure pressure;

  Signal(String text, String resource, Pressure pressure) {
    this.text = text;
    this.resource = resource;
    this.pressure = pressure;
  }

  /** As configuration writes it. */
  public String text() {
    return text;
  }

  /** The starved resource, as messages name it. */
  public String resource() {
    return resource;
  }

  Pressure pressure() {
    return pressure;
  }

  /** Whether it counts bytes; else it counts things. */
  boolean inBytes() {
    return this == MEMORY_AVAILABLE || this == NODEFS_AVAILABLE || this == IMAGEFS_AVAILABLE;
  }

  /** The signal of a name. */
  public static Optional<Signal> of(String text) {
    return Arrays.stream(values()).filter(signal -> signal.text.equals(text)).findFirst();
  }
}
