package dev.wherry.controllers;

import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.event.EventRecorder;
import dev.wherry.machinery.informer.FedInformers;
import dev.wherry.machinery.loop.Applier;
import dev.wherry.machinery.queue.NamedQueues;
import dev.wherry.machinery.time.Timer;
import dev.wherry.model.core.v1.Node;
import dev.wherry.model.core.v1.NodeCondition;
import dev.wherry.model.core.v1.NodeStatus;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.core.v1.PodCondition;
import dev.wherry.model.core.v1.PodIP;
import dev.wherry.model.core.v1.PodSpec;
import dev.wherry.model.core.v1.PodStatus;
import dev.wherry.model.meta.v1.ObjectMeta;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Objects for tests. */
public final class Fixtures {
  public static final Instant NOW = Instant.parse("2026-11-21T08:00:00Z");

  private Fixtures() {}

  /** What a controller is made of, for one that a test calls itself. */
  public static Parts parts(ApiClient api, FedInformers fed, EventRecorder events, Timer timer) {
    return new Parts(
        api,
        fed.informers(),
        events,
        new Applier(api, events),
        timer,
        Batches.sequential(),
        new NamedQueues());
  }

  public static Node node(String name, String ready) {
    NodeCondition condition =
        NodeCondition.builder()
            .type("Ready")
            .status(ready)
            .lastHeartbeatTime(NOW)
            .lastTransitionTime(NOW)
            .build();
    return Node.builder()
        .metadata(meta("", name).creationTimestamp(NOW).build())
        .status(NodeStatus.builder().conditions(List.of(condition)).build())
        .build();
  }

  public static Pod pod(String name, String node, String ip, boolean ready) {
    PodCondition condition =
        PodCondition.builder().type("Ready").status(ready ? "True" : "False").build();
    return Pod.builder()
        .metadata(meta("default", name).creationTimestamp(NOW).labels(Map.of("app", "web")).build())
        .spec(PodSpec.builder().nodeName(node).build())
        .status(
            PodStatus.builder()
                .phase("Running")
                .podIP(ip)
                .podIPs(ip.isEmpty() ? List.of() : List.of(PodIP.builder().ip(ip).build()))
                .conditions(List.of(condition))
                .build())
        .build();
  }

  /** A count that is left out when it is zero. */
  public static int or0(@org.jspecify.annotations.Nullable Integer count) {
    return count == null ? 0 : count;
  }

  public static ObjectMeta.Builder meta(String namespace, String name) {
    return ObjectMeta.builder().namespace(namespace).name(name).uid("uid-" + name);
  }
}
