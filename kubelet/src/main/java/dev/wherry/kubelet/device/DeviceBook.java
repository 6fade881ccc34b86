package dev.wherry.kubelet.device;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.kubelet.placement.StateFile;
import dev.wherry.model.Quantity;
import dev.wherry.model.json.Json;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which devices there are and who holds them. What is held is on disk before anybody is told;
 * devices themselves are known only from plugins that are connected now. Safe for many threads.
 */
public final class DeviceBook {
  /** Of what it writes. */
  public static final int VERSION = 1;

  private final StateFile file;
  private final String boot;
  private final Map<String, Supply> supplies = new TreeMap<>();
  private final List<DeviceGrant> grants = new ArrayList<>();
  private volatile Runnable changed = () -> {};

  /** One resource's devices. */
  private static final class Supply {
    private @Nullable Plugin plugin;
    private Map<String, Device> devices = new TreeMap<>();
  }

  /** How many devices of a resource there are, and how many of them work. */
  public record Amount(Quantity capacity, Quantity allocatable) {}

  /**
   * @param file keeps what is held
   * @param boot names this run of the machine
   */
  public DeviceBook(StateFile file, String boot) {
    this.file = file;
    this.boot = boot;
    file.read().ifPresent(this::restore);
  }

  private void restore(JsonNode state) {
    boolean sameBoot = state.path("boot").asText().equals(boot);
    state.path("resources").forEach(name -> supplies.put(name.asText(), new Supply()));
    state.path("grants").forEach(grant -> grants.add(DeviceGrant.fromJson(grant, sameBoot)));
  }

  private void save() {
    ObjectNode state = Json.object().put("boot", boot);
    ArrayNode resources = state.putArray("resources");
    supplies.keySet().forEach(resources::add);
    ArrayNode held = state.putArray("grants");
    grants.forEach(grant -> held.add(grant.toJson()));
    file.write(state);
  }

  /** Is told, by any thread, when the amounts have changed. */
  public void onChange(Runnable listener) {
    changed = listener;
  }

  /** A plugin has come; its devices are not known yet. */
  void came(String resource, Plugin plugin) {
    synchronized (this) {
      boolean fresh = !supplies.containsKey(resource);
      supplies.computeIfAbsent(resource, _ -> new Supply()).plugin = plugin;
      if (fresh) {
        save();
      }
    }
    changed.run();
  }

  /** The plugin told all its devices. A plugin that another has replaced is not heard. */
  void told(String resource, Plugin plugin, Collection<Device> devices) {
    synchronized (this) {
      Supply supply = supplies.get(resource);
      if (supply == null || !plugin.equals(supply.plugin)) {
        return;
      }
      Map<String, Device> fresh = new TreeMap<>();
      devices.forEach(device -> fresh.put(device.id(), device));
      supply.devices = fresh;
    }
    changed.run();
  }

  /** The plugin is gone: nothing of it works, though it may come back. */
  void gone(String resource, Plugin plugin) {
    synchronized (this) {
      Supply supply = supplies.get(resource);
      if (supply == null || !plugin.equals(supply.plugin)) {
        return;
      }
      supply.plugin = null;
      supply.devices.replaceAll((_, device) -> device.withHealth(false));
    }
    changed.run();
  }

  /** A plugin has not come back in time: its devices are not there any more. */
  void forgotten(String resource) {
    synchronized (this) {
      Supply supply = supplies.get(resource);
      if (supply == null || supply.plugin != null) {
        return;
      }
      supply.devices = new TreeMap<>();
    }
    changed.run();
  }

  /** By resource; also those of which there is none now. */
  public synchronized Map<String, Amount> amounts() {
    Map<String, Amount> amounts = new TreeMap<>();
    supplies.forEach((name, supply) ->
        amounts.put(
            name,
            new Amount(
                Quantity.of(supply.devices.size()),
                Quantity.of(supply.devices.values().stream().filter(Device::healthy).count()))));
    return amounts;
  }

  /** Whether a plugin has, had, or gave out this resource. */
  synchronized boolean manages(String resource) {
    return supplies.containsKey(resource)
        || grants.stream().anyMatch(grant -> grant.resource().equals(resource));
  }

  synchronized Optional<Plugin> plugin(String resource) {
    Supply supply = supplies.get(resource);
    return supply == null ? Optional.empty() : Optional.ofNullable(supply.plugin);
  }

  /** The devices of a resource, by id. */
  synchronized Map<String, Device> devices(String resource) {
    Supply supply = supplies.get(resource);
    return supply == null ? Map.of() : new TreeMap<>(supply.devices);
  }

  /** Ids that containers hold. */
  synchronized Set<String> inUse(String resource) {
    Set<String> ids = new TreeSet<>();
    grants.stream().filter(g -> g.resource().equals(resource)).forEach(g -> ids.addAll(g.ids()));
    return ids;
  }

  synchronized Optional<DeviceGrant> held(String uid, String container, String resource) {
    return grants.stream()
        .filter(grant -> grant.of(uid, container) && grant.resource().equals(resource))
        .findFirst();
  }

  /** All that a container holds. */
  synchronized List<DeviceGrant> held(String uid, String container) {
    return grants.stream().filter(grant -> grant.of(uid, container)).toList();
  }

  /** Notes a grant in the place of the same container's for the same resource. */
  synchronized void hold(DeviceGrant grant) {
    grants.removeIf(
        g -> g.of(grant.uid(), grant.container()) && g.resource().equals(grant.resource()));
    grants.add(grant);
    save();
  }

  /** Forgets what a pod held. */
  void release(String uid) {
    drop(grant -> grant.uid().equals(uid));
  }

  /** Forgets what others than these pods held. */
  void keepOnly(Set<String> uids) {
    drop(grant -> !uids.contains(grant.uid()));
  }

  private synchronized void drop(Predicate<DeviceGrant> which) {
    if (grants.removeIf(which)) {
      save();
    }
  }
}
