package dev.wherry.controllers.apiservice;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.wherry.machinery.loop.Action;
import dev.wherry.model.networking.v1.ServiceCIDR;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class KubernetesServiceTest {
  private static final Instant NOW = Instant.parse("2026-11-22T00:00:00Z");

  @Test
  void range_ofServices_isMadeKnownAndSaidToBeReadyOnce() {
    Action.Create<?> made =
        (Action.Create<?>) KubernetesService.range(Optional.empty(), NOW).orElseThrow();
    ServiceCIDR range = (ServiceCIDR) made.object();
    assertEquals("kubernetes", range.metadata().name());
    assertEquals(List.of("10.43.0.0/16"), range.spec().cidrs());

    Action.UpdateStatus<?> told =
        (Action.UpdateStatus<?>) KubernetesService.range(Optional.of(range), NOW).orElseThrow();
    ServiceCIDR ready = (ServiceCIDR) told.object();
    assertEquals("Ready", ready.status().conditions().getFirst().type());
    assertEquals(Optional.empty(), KubernetesService.range(Optional.of(ready), NOW));
  }
}
