package dev.wherry.kubelet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.wherry.kubelet.staticpod.Mirrors;
import dev.wherry.machinery.client.FakeApiClient;
import dev.wherry.machinery.informer.Informer;
import dev.wherry.machinery.informer.Scope;
import dev.wherry.machinery.time.SystemTimer;
import dev.wherry.model.Quantity;
import dev.wherry.model.core.v1.Node;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.core.v1.Service;
import dev.wherry.model.json.Json;
import dev.wherry.model.json.Yaml;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What the kubelet's workers are told of the API server's answers. */
class ApiPodApiTest {
  private record QuietNode(String name) implements ApiPodApi.OwnNode {
    @Override
    public Optional<Node> known() {
      return Optional.empty();
    }

    @Override
    public Map<String, Quantity> allocatable() {
      return Map.of();
    }
  }

  /** Operators delete a failed pod, which goes at once, and make one of the same name. */
  @Test
  void status_nameHasGoneToAnotherPod_isAsIfThePodWasGone() {
    try (SystemTimer timer = new SystemTimer()) {
      FakeApiClient api = new FakeApiClient(timer);
      Informer<Service> services = Informer.start(api, Service.KIND, Scope.ALL, timer);
      ApiPodApi pods = new ApiPodApi(api, services, new QuietNode("node-1"), new Mirrors());
      Pod pod =
          Pod.KIND.decode(
              Yaml.parse(
                      """
                      {apiVersion: v1, kind: Pod, metadata: {name: master-0, namespace: ml, uid: u-1},
                       spec: {containers: [{name: c, image: busybox}]}}
                      """
                          .getBytes(StandardCharsets.UTF_8))
                  .tree());
      api.failNext(
          call -> call.verb().equals("patch"),
          ApiException.conflict(Pod.KIND.info(), "master-0", "Precondition failed: UID"));
      ApiException told =
          assertThrows(ApiException.class, () -> pods.patchStatus(pod, Json.object()));
      assertEquals(Reason.NOT_FOUND, told.reason());
      services.close();
    }
  }
}
