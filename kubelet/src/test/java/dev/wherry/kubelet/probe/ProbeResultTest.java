package dev.wherry.kubelet.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** The words of events, as v1.36's prober says them. */
class ProbeResultTest {
  @Test
  void message_tellsFailuresWarningsAndLooksThatWentWrongApart() {
    assertEquals(
        "Liveness probe failed: down", ProbeResult.failure("down").message(ProbeKind.LIVENESS));
    assertEquals(
        "Readiness probe warning: moved",
        ProbeResult.warning("moved").message(ProbeKind.READINESS));
    assertEquals(
        "Startup probe errored and resulted in unknown state: invalid port number: 0",
        ProbeResult.unknown("invalid port number: 0").message(ProbeKind.STARTUP));
    assertEquals(
        "Readiness probe errored and resulted in failure state: unexpected EOF",
        ProbeResult.broken("unexpected EOF").message(ProbeKind.READINESS));
    assertEquals("ProbeWarning", ProbeResult.warning("moved").reason());
    assertEquals("Unhealthy", ProbeResult.unknown("").reason());
  }
}
