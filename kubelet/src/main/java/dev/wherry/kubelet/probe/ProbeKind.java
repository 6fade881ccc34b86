package dev.wherry.kubelet.probe;

import dev.wherry.model.core.v1.Container;
import dev.wherry.model.core.v1.Probe;
import java.time.Duration;
import java.util.Optional;

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

  /** How long a container that this probe gave up gets to end, where the probe says (KEP-2238). */
  public Optional<Duration> grace(Container container) {
    Probe probe =
        switch (this) {
          case STARTUP -> container.startupProbe();
          case READINESS -> container.readinessProbe();
          case LIVENESS -> container.livenessProbe();
        };
    return Optional.ofNullable(probe)
        .map(Probe::terminationGracePeriodSeconds)
        .map(Duration::ofSeconds);
  }
}
