package dev.wherry.kubelet.probe;

/** The three probes, by the names upstream's events use. */
public enum ProbeKind {
  STARTUP("Startup"),
  READINESS("Readiness"),
  LIVENESS("Liveness");

  private final String title;

  ProbeKind(String title) {
    this.title = title;
  }

  public String title() {
    return title;
  }
}
