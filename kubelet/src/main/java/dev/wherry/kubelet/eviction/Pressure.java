package dev.wherry.kubelet.eviction;

/** What a node can be short of, as its conditions name it. */
public enum Pressure {
  MEMORY("MemoryPressure"),
  DISK("DiskPressure"),
  PID("PIDPressure");

  private final String condition;

  Pressure(String condition) {
    this.condition = condition;
  }

  /** The type of the node's condition. */
  public String condition() {
    return condition;
  }
}
