package dev.wherry.scheduler.device;

import dev.wherry.model.Quantity;
import dev.wherry.model.device.DeviceClaims;
import dev.wherry.model.resource.v1.AllocationResult;
import dev.wherry.model.resource.v1.Device;
import dev.wherry.model.resource.v1.DeviceCapacity;
import dev.wherry.model.resource.v1.DeviceClass;
import dev.wherry.model.resource.v1.DeviceConstraint;
import dev.wherry.model.resource.v1.ResourceClaim;
import dev.wherry.model.resource.v1.ResourceSlice;
import dev.wherry.scheduler.device.ClaimAsk.Wanted;
import dev.wherry.scheduler.framework.PluginException;
import dev.wherry.scheduler.view.DeviceId;
import dev.wherry.scheduler.view.DevicePool;
import dev.wherry.scheduler.view.DevicePools;
import dev.wherry.scheduler.view.Devices;
import dev.wherry.scheduler.view.NodeView;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds devices for the claims of one pod, node by node. */
public final class DeviceAllocator {
  private final List<ResourceClaim> claims;
  private final Devices devices;
  private final DeviceSelectors selectors;

  /**
   * @param claims of one pod, without devices yet
   */
  public DeviceAllocator(List<ResourceClaim> claims, Devices devices, DeviceSelectors selectors) {
    this.claims = List.copyOf(claims);
    this.devices = devices;
    this.selectors = selectors;
  }

  /** What a node offers the claims. */
  public sealed interface Offer {
    /** Devices for every claim, in the claims' order. */
    record Served(List<AllocationResult> allocations) implements Offer {
      public Served {
        allocations = List.copyOf(allocations);
      }
    }

    /** There is no way to serve them all. */
    record NotServed(String why) implements Offer {}
  }

  private static final Offer NOT_ALL = new Offer.NotServed("cannot allocate all claims");
  private static final Offer INVALID =
      new Offer.NotServed("invalid resource pools were encountered");
  private static final Offer TOO_LONG = new Offer.NotServed("timed out trying to allocate devices");

  /**
   * @throws PluginException when a claim, a class or a device cannot be understood
   */
  public Offer on(NodeView node) {
    List<Reach> pools = reach(node);
    List<ClaimAsk> asks = new ArrayList<>();
    for (ResourceClaim claim : claims) {
      asks.add(ask(claim, pools, node));
    }
    DeviceSearch search = new DeviceSearch(asks, devices);
    if (search.run()) {
      List<AllocationResult> allocations = new ArrayList<>();
      for (int i = 0; i < asks.size(); i++) {
        allocations.add(AllocationForm.of(asks.get(i), search.results().get(i)));
      }
      return new Offer.Served(allocations);
    }
    if (search.gaveUp()) {
      return TOO_LONG;
    }
    return pools.stream().anyMatch(reach -> reach.pool.invalid()) ? INVALID : NOT_ALL;
  }

  /** The first request of a claim whose class does not exist. */
  public static Optional<String> missingClass(ResourceClaim claim, Devices devices) {
    for (List<DeviceAsk> alternatives : DeviceAsk.of(claim)) {
      for (DeviceAsk ask : alternatives) {
        if (devices.deviceClass(ask.className()).isEmpty()) {
          return Optional.of(
              "request %s: device class %s does not exist"
                  .formatted(ask.fullName(), ask.className()));
        }
      }
    }
    return Optional.empty();
  }

  /** A pool and the slices of it that a node reaches. */
  private record Reach(DevicePool pool, List<ResourceSlice> slices) {
    String name() {
      return pool.driver() + "/" + pool.name();
    }
  }

  private List<Reach> reach(NodeView node) {
    List<Reach> pools = new ArrayList<>();
    for (DevicePool pool : devices.pools().near(node)) {
      List<ResourceSlice> slices =
          pool.slices().stream().filter(slice -> DevicePool.reaches(slice, node)).toList();
      if (!slices.isEmpty()) {
        pools.add(new Reach(pool, slices));
      }
    }
    return pools;
  }

  private ClaimAsk ask(ResourceClaim claim, List<Reach> pools, NodeView node) {
    String about = "claim " + DeviceClaims.named(claim);
    List<List<Wanted>> requests = new ArrayList<>();
    for (List<DeviceAsk> alternatives : DeviceAsk.of(claim)) {
      List<Wanted> wanted = new ArrayList<>();
      for (DeviceAsk alternative : alternatives) {
        wanted.add(wanted(alternative, about, pools, node));
      }
      requests.add(wanted);
    }
    List<Constraint> constraints = new ArrayList<>();
    List<DeviceConstraint> asked = ClaimAsk.constraintsOf(claim);
    for (int i = 0; i < asked.size(); i++) {
      constraints.add(Constraint.of(asked.get(i), about + ", constraint #" + i));
    }
    ClaimAsk ask = new ClaimAsk(claim, requests, constraints);
    if (ask.leastDevices() > DeviceClaims.DEVICES_MAX) {
      throw new PluginException(
          "%s: number of requested devices %d exceeds the claim limit of %d"
              .formatted(about, ask.leastDevices(), DeviceClaims.DEVICES_MAX));
    }
    return ask;
  }

  private Wanted wanted(DeviceAsk ask, String claim, List<Reach> pools, NodeView node) {
    String about = claim + ", request " + ask.name();
    DeviceClass deviceClass =
        devices
            .deviceClass(ask.className())
            .orElseThrow(() ->
                new PluginException(
                    about + ": could not retrieve device class " + ask.className()));
    if (!ask.wantsAll() && !ask.mode().equals(DeviceAsk.EXACT_COUNT)) {
      throw new PluginException(about + ": unsupported count mode " + ask.mode());
    }
    List<Candidate> fitting = new ArrayList<>();
    for (Reach reach : pools) {
      boolean whole = !reach.pool.incomplete() && !reach.pool.invalid();
      if (whole) {
        add(ask, deviceClass, claim, reach, node, fitting);
      } else if (ask.wantsAll()) {
        throw new PluginException(
            "%s: asks for all devices, but resource pool %s is currently %s"
                .formatted(
                    about, reach.name(), reach.pool.incomplete() ? "being updated" : "invalid"));
      }
    }
    return new Wanted(ask, deviceClass, fitting, ask.wantsAll() ? fitting.size() : ask.count());
  }

  private void add(
      DeviceAsk ask,
      DeviceClass deviceClass,
      String claim,
      Reach reach,
      NodeView node,
      List<Candidate> fitting) {
    DevicePools pools = devices.pools();
    String owner = "class " + deviceClass.metadata().name();
    for (ResourceSlice slice : reach.slices) {
      for (Device device : slice.spec().devices()) {
        DeviceId id = new DeviceId(reach.pool.driver(), reach.pool.name(), device.name());
        Candidate candidate = new Candidate(id, device, slice, reach.pool);
        if (isUsable(candidate, node)
            && hasRoom(device, ask)
            && selectors.match(deviceClass.spec().selectors(), candidate, pools, owner)
            && selectors.match(ask.selectors(), candidate, pools, claim)) {
          fitting.add(candidate);
        }
      }
    }
  }

  /** A device that has to be made ready after it was chosen is not for us (KEP-5007). */
  private static boolean isUsable(Candidate candidate, NodeView node) {
    return candidate.device().bindingConditions().isEmpty()
        && (!candidate.saysWhere() || DevicePool.reaches(candidate.device(), node));
  }

  /** Devices are not shared by capacity: one that has enough goes to the claim as a whole. */
  private static boolean hasRoom(Device device, DeviceAsk ask) {
    for (Map.Entry<String, Quantity> wanted : ask.capacity().entrySet()) {
      DeviceCapacity capacity = device.capacity().get(wanted.getKey());
      Quantity there = capacity == null ? null : capacity.value();
      if (there == null || there.compareTo(wanted.getValue()) < 0) {
        return false;
      }
    }
    return true;
  }
}
