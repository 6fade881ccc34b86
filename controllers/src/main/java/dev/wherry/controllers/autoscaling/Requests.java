package dev.wherry.controllers.autoscaling;

import dev.wherry.model.Quantity;
import dev.wherry.model.core.v1.Container;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.core.v1.ResourceRequirements;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What pods request of a resource (podautoscaler calculateRequests; KEP-2837). Pure. */
final class Requests {
  private Requests() {}

  /**
   * Thousandths by the pod's name.
   *
   * @param container whose requests count; "" for all of a pod
   */
  static Map<String, Long> of(Collection<Pod> pods, String container, String resource)
      throws MetricException {
    Map<String, Long> requests = new HashMap<>();
    for (Pod pod : pods) {
      Map<String, Quantity> whole = requests(pod.spec().resources());
      requests.put(
          pod.metadata().name(),
          container.isEmpty() && !whole.isEmpty()
              ? ofPod(pod, whole, resource)
              : ofContainers(pod, container, resource));
    }
    return requests;
  }

  private static long ofPod(Pod pod, Map<String, Quantity> requests, String resource)
      throws MetricException {
    Quantity request = requests.get(resource);
    if (request == null) {
      throw new MetricException(
          "missing pod-level request for " + resource + " in Pod " + pod.metadata().name());
    }
    return request.milliValue();
  }

  private static long ofContainers(Pod pod, String wanted, String resource) throws MetricException {
    List<Container> containers = new ArrayList<>(pod.spec().containers());
    pod.spec().initContainers().stream()
        .filter(container -> container.restartPolicy().equals("Always"))
        .forEach(containers::add);
    long sum = 0;
    for (Container container : containers) {
      if (wanted.isEmpty() || wanted.equals(container.name())) {
        Quantity request = requests(container.resources()).get(resource);
        if (request == null) {
          throw new MetricException(
              "missing request for "
                  + resource
                  + " in container "
                  + container.name()
                  + " of Pod "
                  + pod.metadata().name());
        }
        sum += request.milliValue();
      }
    }
    return sum;
  }

  private static Map<String, Quantity> requests(@Nullable ResourceRequirements resources) {
    return resources == null ? Map.of() : resources.requests();
  }
}
