package dev.wherry.scheduler.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.machinery.informer.View;
import dev.wherry.model.apps.v1.ReplicaSet;
import dev.wherry.model.apps.v1.ReplicaSetSpec;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.core.v1.Service;
import dev.wherry.model.core.v1.ServiceSpec;
import dev.wherry.model.kind.KubeObject;
import dev.wherry.model.meta.v1.LabelSelector;
import dev.wherry.model.meta.v1.ObjectMeta;
import dev.wherry.model.meta.v1.OwnerReference;
import dev.wherry.scheduler.config.ProfileConfig.Neighbours;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class OwnerSelectorsTest {
  private static final Pod POD =
      Pod.builder()
          .metadata(
              ObjectMeta.builder()
                  .namespace("team")
                  .name("p")
                  .labels(Map.of("app", "web", "hash", "1"))
                  .ownerReferences(
                      List.of(
                          OwnerReference.builder()
                              .apiVersion("apps/v1")
                              .kind("ReplicaSet")
                              .name("rs")
                              .controller(true)
                              .build()))
                  .build())
          .build();

  private static Service service(String app) {
    return Service.builder()
        .metadata(ObjectMeta.builder().namespace("team").name(app).build())
        .spec(ServiceSpec.builder().selector(Map.of("app", app)).build())
        .build();
  }

  private static String selector(List<Service> services, List<ReplicaSet> replicaSets) {
    return new OwnerSelectors(
            new FakeView<>(List.of(POD)),
            new FakeView<>(services),
            new FakeView<>(List.of()),
            new FakeView<>(replicaSets),
            new FakeView<>(List.of()))
        .apply(PodReader.read(POD))
        .toString();
  }

  @Test
  void apply_servicesAndController_selectTogether() {
    ReplicaSet owner =
        ReplicaSet.builder()
            .metadata(ObjectMeta.builder().namespace("team").name("rs").build())
            .spec(
                ReplicaSetSpec.builder()
                    .selector(LabelSelector.builder().matchLabels(Map.of("hash", "1")).build())
                    .build())
            .build();

    assertEquals(
        "hash=1,app=web", selector(List.of(service("web"), service("db")), List.of(owner)));
  }

  @Test
  void apply_nobodySelectsThePod_isEverything() {
    assertEquals("", selector(List.of(service("db")), List.of()));
    assertTrue(!Neighbours.DEFAULT.spreadsByDefault(), "only asked for by a configuration");
  }

  /** A list as a view. */
  private record FakeView<T extends KubeObject>(List<T> objects) implements View<T> {
    @Override
    public Optional<T> get(String namespace, String name) {
      return list(namespace).stream().filter(o -> o.metadata().name().equals(name)).findFirst();
    }

    @Override
    public List<T> list() {
      return objects;
    }

    @Override
    public List<T> list(String namespace) {
      return objects.stream().filter(o -> o.metadata().namespace().equals(namespace)).toList();
    }

    @Override
    public List<T> byIndex(String index, String key) {
      throw new IllegalArgumentException(index);
    }
  }
}
