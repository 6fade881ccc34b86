package dev.wherry.controllers.mirroring;

import static dev.wherry.controllers.Fixtures.meta;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.machinery.loop.Action;
import dev.wherry.model.core.v1.EndpointAddress;
import dev.wherry.model.core.v1.EndpointPort;
import dev.wherry.model.core.v1.EndpointSubset;
import dev.wherry.model.core.v1.Endpoints;
import dev.wherry.model.core.v1.Service;
import dev.wherry.model.core.v1.ServiceSpec;
import dev.wherry.model.discovery.v1.EndpointSlice;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MirrorPlanTest {
  private static final Service SERVICE =
      Service.builder().metadata(meta("default", "db").build()).build();

  private static EndpointSubset subset(int port, String... addresses) {
    return EndpointSubset.builder()
        .ports(List.of(EndpointPort.builder().name("p").port(port).protocol("TCP").build()))
        .addresses(
            List.of(addresses).stream()
                .map(ip -> EndpointAddress.builder().ip(ip).build())
                .toList())
        .build();
  }

  private static Endpoints endpoints(EndpointSubset... subsets) {
    return Endpoints.builder()
        .metadata(
            meta("default", "db")
                .labels(Map.of("team", "a"))
                .annotations(
                    Map.of("note", "x", "kubectl.kubernetes.io/last-applied-configuration", "{}"))
                .build())
        .subsets(List.of(subsets))
        .build();
  }

  private static List<Action> decide(Endpoints endpoints, List<EndpointSlice> present) {
    return MirrorPlan.decide(Optional.of(endpoints), Optional.of(SERVICE), present).actions();
  }

  private static EndpointSlice created(Action action) {
    return (EndpointSlice) assertInstanceOf(Action.Create.class, action).object();
  }

  @Test
  void decide_twoFamilies_makesASliceOfEach() {
    List<Action> actions = decide(endpoints(subset(80, "10.0.0.1", "fd00::1")), List.of());
    assertEquals(2, actions.size());
    EndpointSlice slice = created(actions.getFirst());
    assertEquals("IPv4", slice.addressType());
    assertEquals(
        Map.of(
            "team", "a",
            "kubernetes.io/service-name", "db",
            "endpointslice.kubernetes.io/managed-by", "endpointslicemirroring-controller.k8s.io"),
        slice.metadata().labels());
    assertEquals(Map.of("note", "x"), slice.metadata().annotations());
    assertEquals("Endpoints", slice.metadata().ownerReferences().getFirst().kind());
    assertEquals(List.of("10.0.0.1"), slice.endpoints().getFirst().addresses());
    assertEquals("IPv6", created(actions.getLast()).addressType());
  }

  @Test
  void decide_again_writesOnlyWhatDiffers() {
    EndpointSlice present =
        created(decide(endpoints(subset(80, "10.0.0.1")), List.of()).getFirst());
    assertTrue(decide(endpoints(subset(80, "10.0.0.1")), List.of(present)).isEmpty());
    List<Action> changed = decide(endpoints(subset(80, "10.0.0.2")), List.of(present));
    Action.Update<?> update = assertInstanceOf(Action.Update.class, changed.getFirst());
    assertEquals(present.metadata().name(), update.object().metadata().name());
  }

  @Test
  void decide_notToBeMirrored_deletesWhatThereIs() {
    EndpointSlice present =
        created(decide(endpoints(subset(80, "10.0.0.1")), List.of()).getFirst());
    Endpoints skipped =
        endpoints(subset(80, "10.0.0.1")).toBuilder()
            .metadata(meta("default", "db").labels(Map.of(MirrorPlan.SKIP, "true")).build())
            .build();
    assertInstanceOf(Action.Delete.class, decide(skipped, List.of(present)).getFirst());
    Service selecting =
        SERVICE.toBuilder()
            .spec(ServiceSpec.builder().selector(Map.of("app", "db")).build())
            .build();
    assertFalse(
        MirrorPlan.decide(
                Optional.of(endpoints(subset(80, "10.0.0.1"))),
                Optional.of(selecting),
                List.of(present))
            .isEmpty());
    assertTrue(MirrorPlan.decide(Optional.of(endpoints()), Optional.empty(), List.of()).isEmpty());
  }

  @Test
  void decide_noAddresses_keepsAPlaceholder() {
    EndpointSlice slice = created(decide(endpoints(), List.of()).getFirst());
    assertTrue(slice.endpoints().isEmpty());
    assertTrue(slice.ports().isEmpty());
  }

  @Test
  void decide_tooMany_mirrorsTheFirstThousand() {
    String[] addresses =
        IntStream.range(0, 1_100)
            .mapToObj(i -> "10.0." + i / 250 + "." + i % 250)
            .toArray(String[]::new);
    List<Action> actions = decide(endpoints(subset(80, addresses)), List.of());
    assertEquals(MirrorPlan.SUBSET_ENDPOINTS_MAX, created(actions.getFirst()).endpoints().size());
    assertEquals(
        "A max of 1000 addresses can be mirrored to EndpointSlices per Endpoints subset. "
            + (addresses.length - MirrorPlan.SUBSET_ENDPOINTS_MAX)
            + " addresses were skipped",
        assertInstanceOf(Action.Report.class, actions.getLast()).message());
  }
}
