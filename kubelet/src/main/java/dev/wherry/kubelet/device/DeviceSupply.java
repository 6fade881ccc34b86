package dev.wherry.kubelet.device;

import dev.wherry.kubelet.placement.NumaNodes;
import dev.wherry.kubelet.pod.PodView;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Which devices of a resource a container could get, and which it gets; changes nothing. */
record DeviceSupply(DeviceBook book) {
  /** Which devices (rule: upstream's devicesToAllocate). */
  Set<String> choose(PodView pod, String resource, int count, NumaNodes nodes)
      throws DeviceException, InterruptedException {
    Set<String> healthy = healthy(resource);
    if (healthy.isEmpty()) {
      throw new DeviceException(
          "no healthy devices present; cannot allocate unhealthy devices " + resource);
    }
    Set<String> chosen = new TreeSet<>();
    take(chosen, reusable(pod, resource), count);
    Set<String> available = available(resource);
    if (available.size() < count - chosen.size()) {
      throw new DeviceException(
          "requested number of devices unavailable for %s. Requested: %d, Available: %d"
              .formatted(resource, count - chosen.size(), available.size()));
    }
    DeviceChoice.Sorted sorted = DeviceChoice.sort(available, book.devices(resource), nodes);
    boolean choiceAmongNear = count - chosen.size() < sorted.near().size();
    if (!choiceAmongNear) {
      take(chosen, sorted.near(), count);
    }
    Set<String> among = choiceAmongNear ? sorted.near() : available;
    if (chosen.size() < count) {
      Set<String> liked = new TreeSet<>(preferred(resource, among, chosen, count));
      liked.retainAll(among);
      take(chosen, liked, count);
    }
    take(chosen, sorted.near(), count);
    take(chosen, sorted.far(), count);
    take(chosen, sorted.anywhere(), count);
    return chosen;
  }

  private List<String> preferred(
      String resource, Set<String> available, Set<String> included, int count)
      throws DeviceException, InterruptedException {
    Optional<Plugin> plugin = book.plugin(resource).filter(Plugin::prefers);
    if (plugin.isEmpty()) {
      return List.of();
    }
    Set<String> all = new TreeSet<>(available);
    all.addAll(included);
    return plugin.get().preferred(all, included, count);
  }

  private static void take(Set<String> chosen, Collection<String> from, int count) {
    for (String id : from) {
      if (chosen.size() >= count) {
        return;
      }
      chosen.add(id);
    }
  }

  /** Whether the plugin says of any device where it is. */
  boolean placed(String resource) {
    return book.devices(resource).values().stream().anyMatch(Device::placed);
  }

  Set<String> healthy(String resource) {
    Set<String> ids = new TreeSet<>();
    book.devices(resource).values().stream()
        .filter(Device::healthy)
        .forEach(device -> ids.add(device.id()));
    return ids;
  }

  /** Healthy and nobody's. */
  Set<String> available(String resource) {
    Set<String> ids = healthy(resource);
    ids.removeAll(book.inUse(resource));
    return ids;
  }

  /** What the pod's init containers hold and none of its lasting ones. */
  Set<String> reusable(PodView pod, String resource) {
    Set<String> passing = new TreeSet<>();
    Set<String> lasting = new TreeSet<>();
    for (PodView.Named named : pod.all()) {
      Set<String> into = named.role() == PodView.Role.INIT ? passing : lasting;
      book.held(pod.uid(), named.name(), resource).ifPresent(grant -> into.addAll(grant.ids()));
    }
    passing.removeAll(lasting);
    return passing;
  }

  /** What all containers of a pod hold. */
  Set<String> ofPod(PodView pod, String resource) {
    Set<String> ids = new TreeSet<>();
    for (PodView.Named named : pod.all()) {
      book.held(pod.uid(), named.name(), resource).ifPresent(grant -> ids.addAll(grant.ids()));
    }
    return ids;
  }
}
