package dev.wherry.kubelet.device;

import dev.wherry.kubelet.placement.NumaHint;
import dev.wherry.kubelet.placement.NumaNodes;
import dev.wherry.kubelet.placement.PlacementException;
import dev.wherry.kubelet.placement.ResourceBook;
import dev.wherry.kubelet.pod.PodView;
import dev.wherry.kubelet.resource.Requirements;
import dev.wherry.model.Quantity;
import dev.wherry.proto.cri.v1.ContainerConfig;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Gives containers the devices that they have limits for, and keeps them theirs until the pod is
 * over. Devices of init containers go on to the containers after them.
 */
public final class DeviceGrants implements ResourceBook {
  private final DeviceBook book;
  private final DeviceSupply supply;
  private final NumaNodes machine;

  /**
   * @param machine the memory nodes that it has
   */
  public DeviceGrants(DeviceBook book, NumaNodes machine) {
    this.book = book;
    this.supply = new DeviceSupply(book);
    this.machine = machine;
  }

  /** What there is and who holds it. */
  public DeviceBook book() {
    return book;
  }

  @Override
  public Map<String, List<NumaHint>> hints(PodView pod, PodView.Named container) {
    Map<String, List<NumaHint>> hints = new TreeMap<>();
    wanted(container)
        .forEach((resource, count) -> {
          Optional<DeviceGrant> held = book.held(pod.uid(), container.name(), resource);
          Set<String> own = held.map(DeviceGrant::ids).orElse(Set.of());
          if (supply.placed(resource) && !(held.isPresent() && own.size() != count)) {
            Collection<String> available = held.isPresent() ? own : supply.available(resource);
            Set<String> reusable = held.isPresent() ? Set.of() : supply.reusable(pod, resource);
            hints.put(resource, hints(resource, available, reusable, count));
          } else if (supply.placed(resource)) {
            hints.put(resource, List.of());
          }
        });
    return hints;
  }

  @Override
  public Map<String, List<NumaHint>> hints(PodView pod) {
    Map<String, Integer> mains = new TreeMap<>();
    Map<String, Integer> peak = new TreeMap<>();
    for (PodView.Named named : pod.all()) {
      boolean init = named.role() == PodView.Role.INIT;
      wanted(named)
          .forEach((resource, count) -> {
            if (init) {
              peak.merge(resource, count, Math::max);
            } else {
              mains.merge(resource, count, Integer::sum);
            }
          });
    }
    peak.forEach((resource, count) -> mains.merge(resource, count, Math::max));
    Map<String, List<NumaHint>> hints = new TreeMap<>();
    mains.forEach((resource, count) -> {
      if (supply.placed(resource)) {
        Set<String> own = supply.ofPod(pod, resource);
        hints.put(
            resource,
            own.size() == count
                ? hints(resource, own, Set.of(), count)
                : hints(resource, supply.available(resource), own, count));
      }
    });
    return hints;
  }

  private List<NumaHint> hints(
      String resource, Collection<String> available, Set<String> reusable, int count) {
    return DeviceChoice.hints(machine, book.devices(resource), available, reusable, count);
  }

  @Override
  public void give(PodView pod, PodView.Named container, NumaNodes nodes)
      throws PlacementException, InterruptedException {
    for (Map.Entry<String, Integer> one : wanted(container).entrySet()) {
      String resource = one.getKey();
      Optional<DeviceGrant> held = book.held(pod.uid(), container.name(), resource);
      if (held.isPresent()) {
        int had = held.get().ids().size();
        if (had != one.getValue()) {
          throw PlacementException.unexpected(
              "pod \"%s\" container \"%s\" changed request for resource \"%s\" from %d to %d"
                  .formatted(pod.uid(), container.name(), resource, had, one.getValue()));
        }
        continue;
      }
      try {
        Set<String> ids = supply.choose(pod, resource, one.getValue(), nodes);
        Plugin plugin =
            book.plugin(resource)
                .orElseThrow(() -> new DeviceException("Unknown Device Plugin " + resource));
        book.hold(
            new DeviceGrant(
                pod.uid(), container.name(), resource, ids, Optional.of(plugin.allocate(ids))));
      } catch (DeviceException e) {
        throw PlacementException.unexpected(e.text());
      }
    }
  }

  /** Whether a container has limits for devices that it does not hold. */
  public boolean lacks(PodView pod, PodView.Named container) {
    return wanted(container).keySet().stream()
        .anyMatch(resource -> book.held(pod.uid(), container.name(), resource).isEmpty());
  }

  /**
   * Puts what a container needs for its devices into its configuration; asks and tells its plugins
   * on the way.
   */
  public ContainerConfig use(PodView pod, PodView.Named container, ContainerConfig config)
      throws DeviceException, InterruptedException {
    DeviceUse use = new DeviceUse(config);
    for (DeviceGrant grant : book.held(pod.uid(), container.name())) {
      Optional<Plugin> plugin = book.plugin(grant.resource());
      if (plugin.isPresent() && plugin.get().wantsStarts()) {
        plugin.get().preStart(grant.ids());
      }
      use.add(grant.answer().isPresent() ? grant : askedAgain(grant, plugin));
    }
    return use.config();
  }

  private DeviceGrant askedAgain(DeviceGrant grant, Optional<Plugin> plugin)
      throws DeviceException, InterruptedException {
    if (plugin.isEmpty() || !supply.healthy(grant.resource()).containsAll(grant.ids())) {
      throw new DeviceException(
          "previously allocated devices are no longer healthy; cannot allocate unhealthy devices "
              + grant.resource());
    }
    DeviceGrant fresh =
        new DeviceGrant(
            grant.uid(),
            grant.container(),
            grant.resource(),
            grant.ids(),
            Optional.of(plugin.get().allocate(grant.ids())));
    book.hold(fresh);
    return fresh;
  }

  private Map<String, Integer> wanted(PodView.Named container) {
    Map<String, Integer> wanted = new TreeMap<>();
    for (Map.Entry<String, Quantity> limit :
        Requirements.of(container.container()).limits().entrySet()) {
      if (limit.getValue().signum() > 0 && book.manages(limit.getKey())) {
        wanted.put(limit.getKey(), (int) Math.min(Integer.MAX_VALUE, limit.getValue().value()));
      }
    }
    return wanted;
  }

  @Override
  public void release(String uid) {
    book.release(uid);
  }

  @Override
  public void keepOnly(Set<String> uids) {
    book.keepOnly(uids);
  }
}
