package dev.wherry.controllers.endpoints;

import static dev.wherry.controllers.Fixtures.NOW;
import static dev.wherry.controllers.Fixtures.meta;
import static dev.wherry.controllers.Fixtures.pod;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.machinery.loop.Action;
import dev.wherry.model.IntOrString;
import dev.wherry.model.core.v1.Container;
import dev.wherry.model.core.v1.ContainerPort;
import dev.wherry.model.core.v1.Endpoints;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.core.v1.Service;
import dev.wherry.model.core.v1.ServicePort;
import dev.wherry.model.core.v1.ServiceSpec;
import dev.wherry.model.discovery.v1.EndpointHints;
import dev.wherry.model.discovery.v1.EndpointSlice;
import dev.wherry.model.discovery.v1.ForNode;
import dev.wherry.model.discovery.v1.ForZone;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EndpointsTest {
  private static final UnaryOperator<String> NO_ZONES = node -> "";

  private static Service service(IntOrString target) {
    ServicePort port = ServicePort.builder().name("http").port(80).targetPort(target).build();
    return Service.builder()
        .metadata(meta("default", "web").build())
        .spec(
            ServiceSpec.builder()
                .clusterIP("10.43.0.9")
                .selector(Map.of("app", "web"))
                .ports(List.of(port))
                .build())
        .build();
  }

  private static Pod terminating(Pod pod) {
    return pod.toBuilder()
        .metadata(pod.metadata().toBuilder().deletionTimestamp(NOW).build())
        .build();
  }

  private static Pod withPort(Pod pod, int number) {
    ContainerPort port = ContainerPort.builder().name("www").containerPort(number).build();
    Container container = Container.builder().name("c").ports(List.of(port)).build();
    return pod.toBuilder()
        .spec(pod.spec().toBuilder().containers(List.of(container)).build())
        .build();
  }

  private static List<EndpointSlice> created(List<Action> actions) {
    List<EndpointSlice> slices = new ArrayList<>();
    for (Action action : actions) {
      slices.add((EndpointSlice) ((Action.Create<?>) action).object());
    }
    return slices;
  }

  @Test
  void slices_readyNotReadyTerminating_areToldApart() {
    List<Pod> pods =
        List.of(
            pod("c", "n1", "10.42.0.3", false),
            terminating(pod("b", "n1", "10.42.0.2", true)),
            pod("a", "n1", "10.42.0.1", true),
            pod("no-ip", "n1", "", true));
    EndpointSlice slice =
        created(SlicePlan.decide(service(IntOrString.of(8080)), pods, List.of(), NO_ZONES))
            .getFirst();

    assertEquals(
        List.of(
            "10.42.0.1 true true false",
            "10.42.0.2 false true true",
            "10.42.0.3 false false false"),
        slice.endpoints().stream()
            .map(e ->
                e.addresses().getFirst()
                    + " "
                    + e.conditions().ready()
                    + " "
                    + e.conditions().serving()
                    + " "
                    + e.conditions().terminating())
            .toList());
    assertEquals(8080, slice.ports().getFirst().port());
    assertEquals("web", slice.metadata().labels().get("kubernetes.io/service-name"));
    assertTrue(slice.metadata().name().matches("web-[0-9a-z]{5}"));
  }

  @Test
  void slices_presentAndRight_nothingToDo_extraIsDeleted() {
    Service service = service(IntOrString.of(8080));
    List<Pod> pods = List.of(pod("a", "n1", "10.42.0.1", true));
    EndpointSlice slice = created(SlicePlan.decide(service, pods, List.of(), NO_ZONES)).getFirst();
    EndpointSlice extra =
        slice.toBuilder().metadata(slice.metadata().toBuilder().name("web-zzzzz").build()).build();

    assertEquals(List.of(), SlicePlan.decide(service, pods, List.of(slice), NO_ZONES));
    List<Action> actions = SlicePlan.decide(service, pods, List.of(slice, extra), NO_ZONES);
    assertEquals("web-zzzzz", ((Action.Delete) actions.getFirst()).name());
    assertTrue(
        SlicePlan.decide(service, List.of(), List.of(slice), NO_ZONES).getFirst()
            instanceof Action.Update<?>);
  }

  @Test
  void slices_namedPortsDiffer_standApart_manyPodsAreCut() {
    List<Pod> pods = new ArrayList<>();
    pods.add(withPort(pod("z", "n1", "10.42.9.9", true), 9000));
    for (int i = 0; i < 150; i++) {
      pods.add(withPort(pod("p" + (1000 + i), "n1", "10.42.1." + i, true), 8000));
    }
    List<EndpointSlice> slices =
        created(SlicePlan.decide(service(IntOrString.of("www")), pods, List.of(), NO_ZONES));
    assertEquals(List.of(100, 50, 1), slices.stream().map(s -> s.endpoints().size()).toList());
    assertEquals(3, slices.stream().map(s -> s.metadata().name()).distinct().count());
    assertEquals(9000, slices.getLast().ports().getFirst().port());
  }

  @Test
  void endpoints_readyAndNot_areInTheirLists() {
    Service service = service(IntOrString.of(8080));
    List<Pod> pods =
        List.of(
            pod("a", "n1", "10.42.0.1", true),
            pod("b", "n1", "10.42.0.2", false),
            terminating(pod("c", "n1", "10.42.0.3", true)));
    List<Action> actions = EndpointsPlan.decide(service, pods, Optional.empty());
    Endpoints endpoints = (Endpoints) ((Action.Create<?>) actions.getFirst()).object();

    assertEquals("10.42.0.1", endpoints.subsets().getFirst().addresses().getFirst().ip());
    assertEquals("10.42.0.2", endpoints.subsets().getFirst().notReadyAddresses().getFirst().ip());
    assertEquals(1, endpoints.subsets().getFirst().addresses().size());
    assertEquals(List.of(), EndpointsPlan.decide(service, pods, Optional.of(endpoints)));
  }

  @ParameterizedTest
  @CsvSource({
    "'', '', ''",
    "PreferClose, z-n1, ''",
    "PreferSameZone, z-n1, ''",
    "PreferSameNode, z-n1, n1",
  })
  void slices_trafficDistribution_hintsAtZonesAndNodes(
      String distribution, String zone, String node) {
    Service plain = service(IntOrString.of(8080));
    Service service =
        plain.toBuilder()
            .spec(plain.spec().toBuilder().trafficDistribution(distribution).build())
            .build();
    List<Pod> pods = List.of(pod("a", "n1", "10.42.0.1", true), pod("b", "n1", "10.42.0.2", false));
    EndpointSlice slice =
        created(SlicePlan.decide(service, pods, List.of(), name -> "z-" + name)).getFirst();
    assertEquals("z-n1", slice.endpoints().getFirst().zone());
    EndpointHints hints =
        Objects.requireNonNullElse(slice.endpoints().getFirst().hints(), EndpointHints.EMPTY);
    assertEquals(zone, hints.forZones().stream().map(ForZone::name).collect(Collectors.joining()));
    assertEquals(node, hints.forNodes().stream().map(ForNode::name).collect(Collectors.joining()));
    assertNull(slice.endpoints().getLast().hints(), "what is not ready is hinted at for nobody");
  }
}
