package dev.wherry.controllers.apiservice;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.wherry.controllers.ControllersConfig;
import dev.wherry.machinery.address.ClusterRanges;
import dev.wherry.machinery.loop.Action;
import dev.wherry.model.core.v1.Service;
import dev.wherry.model.networking.v1.ServiceCIDR;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class KubernetesServiceTest {
  private static final Instant NOW = Instant.parse("2026-11-22T00:00:00Z");

  @Test
  void range_ofServices_isMadeKnownAndSaidToBeReadyOnce() {
    ControllersConfig config =
        ControllersConfig.of(List.of(), 6443, "")
            .with(ClusterRanges.parse("172.20.0.0/16", "172.21.0.0/20"));
    Action.Create<?> made =
        (Action.Create<?>) KubernetesService.range(config, Optional.empty(), NOW).orElseThrow();
    ServiceCIDR range = (ServiceCIDR) made.object();
    assertEquals("kubernetes", range.metadata().name());
    assertEquals(List.of("172.21.0.0/20"), range.spec().cidrs());

    Action.UpdateStatus<?> told =
        (Action.UpdateStatus<?>)
            KubernetesService.range(config, Optional.of(range), NOW).orElseThrow();
    ServiceCIDR ready = (ServiceCIDR) told.object();
    assertEquals("Ready", ready.status().conditions().getFirst().type());
    assertEquals(Optional.empty(), KubernetesService.range(config, Optional.of(ready), NOW));
  }

  private static List<String> made(String... addresses) {
    ControllersConfig config = ControllersConfig.of(List.of(addresses), 6443, "");
    Optional<Service> none = Optional.empty();
    return KubernetesService.decide(
            config, none, Optional.empty(), Optional.empty(), Optional.empty())
        .actions()
        .stream()
        .map(action -> ((Action.Create<?>) action).object().getClass().getSimpleName())
        .toList();
  }

  @Test
  void server_atNothingButLoopback_isNobodysEndpoint() {
    assertEquals(List.of("Service"), made("127.0.0.1"));
    assertEquals(List.of("Service"), made("127.0.0.1", "::1"));
    assertEquals(List.of("Service", "Endpoints", "EndpointSlice"), made("127.0.0.1", "192.0.2.1"));
  }
}
