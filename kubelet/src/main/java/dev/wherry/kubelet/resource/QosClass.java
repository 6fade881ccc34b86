package dev.wherry.kubelet.resource;

import dev.wherry.kubelet.pod.PodView;
import dev.wherry.model.Quantity;
import dev.wherry.model.core.v1.ResourceRequirements;
import java.util.List;
import java.util.Map;

/** Quality of service from requests and limits of CPU and memory (rule: upstream's qos helper). */
public enum QosClass {
  GUARANTEED("Guaranteed"),
  BURSTABLE("Burstable"),
  BEST_EFFORT("BestEffort");

  private static final List<String> COUNTED = List.of("cpu", "memory");

  private final String text;

  QosClass(String text) {
    this.text = text;
  }

  /** The word of the API. */
  public String text() {
    return text;
  }

  /** The class of a pod; the API's own word wins where it is set, since it never changes. */
  public static QosClass of(PodView pod) {
    for (QosClass known : values()) {
      if (known.text.equals(pod.status().qosClass())) {
        return known;
      }
    }
    boolean any = false;
    boolean all = true;
    for (PodView.Named named : pod.all()) {
      if (named.role() == PodView.Role.EPHEMERAL) {
        continue;
      }
      ResourceRequirements resources = Requirements.of(named.container());
      for (String name : COUNTED) {
        Quantity limit = amount(resources.limits(), name);
        Map<String, Quantity> requests = resources.requests();
        Quantity request = requests.containsKey(name) ? amount(requests, name) : limit;
        any |= limit.signum() > 0 || request.signum() > 0;
        all &= limit.signum() > 0 && request.compareTo(limit) == 0;
      }
    }
    if (!any) {
      return BEST_EFFORT;
    }
    return all ? GUARANTEED : BURSTABLE;
  }

  private static Quantity amount(Map<String, Quantity> amounts, String name) {
    return amounts.getOrDefault(name, Quantity.ZERO);
  }
}
