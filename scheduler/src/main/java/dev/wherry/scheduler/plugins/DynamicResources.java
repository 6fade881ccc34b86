package dev.wherry.scheduler.plugins;

import dev.wherry.model.device.DeviceClaims;
import dev.wherry.model.resource.v1.AllocationResult;
import dev.wherry.model.resource.v1.ResourceClaim;
import dev.wherry.scheduler.device.DeviceAllocator;
import dev.wherry.scheduler.device.DeviceSelectors;
import dev.wherry.scheduler.framework.ClusterEvent;
import dev.wherry.scheduler.framework.DeviceClaimWriter;
import dev.wherry.scheduler.framework.DeviceExpressions;
import dev.wherry.scheduler.framework.FilterPlugin;
import dev.wherry.scheduler.framework.PostFilterPlugin;
import dev.wherry.scheduler.framework.PreEnqueuePlugin;
import dev.wherry.scheduler.framework.Reservation;
import dev.wherry.scheduler.framework.ReservePlugin;
import dev.wherry.scheduler.framework.Verdict;
import dev.wherry.scheduler.view.ClusterSnapshot;
import dev.wherry.scheduler.view.DeviceChoice;
import dev.wherry.scheduler.view.Devices;
import dev.wherry.scheduler.view.NodeView;
import dev.wherry.scheduler.view.PodView;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A pod goes where its claims' devices are; claims without any get theirs on its node (KEP-4381).
 */
public final class DynamicResources
    implements PreEnqueuePlugin, FilterPlugin, PostFilterPlugin, ReservePlugin {
  private static final Verdict ELSEWHERE =
      new Verdict.Rejected("resourceclaim not available on the node", false);

  private final DeviceClaimWriter writer;
  private final DeviceSelectors selectors;

  public DynamicResources(DeviceClaimWriter writer, DeviceExpressions expressions) {
    this.writer = writer;
    this.selectors = new DeviceSelectors(expressions);
  }

  @Override
  public String name() {
    return "DynamicResources";
  }

  @Override
  public Set<ClusterEvent> requeueOn() {
    return Set.of(
        ClusterEvent.DEVICE_CLAIM_CHANGED,
        ClusterEvent.DEVICES_CHANGED,
        ClusterEvent.NODE_ADDED,
        ClusterEvent.NODE_LABELS);
  }

  /** Said to nobody: the claim is on its way, or somebody has to make it. */
  @Override
  public boolean isReported() {
    return false;
  }

  @Override
  public Verdict admit(PodView pod, ClusterSnapshot snapshot) {
    return pod.deviceClaims().isEmpty()
        ? Verdict.FITS
        : switch (PodDevices.of(pod, snapshot.around().devices())) {
          case PodDevices.Missing(String why) -> new Verdict.Rejected(why, false);
          case PodDevices.Present _ -> Verdict.FITS;
        };
  }

  @Override
  public Prepared prepare(PodView pod, ClusterSnapshot snapshot) {
    if (pod.deviceClaims().isEmpty()) {
      return Prepared.SKIP;
    }
    Devices devices = snapshot.around().devices();
    return switch (PodDevices.of(pod, devices)) {
      case PodDevices.Missing(String why) -> new Prepared.Reject(why);
      case PodDevices.Present claims -> {
        Optional<String> barred = claims.bar(pod, devices);
        if (barred.isPresent()) {
          yield new Prepared.Reject(barred.get());
        }
        yield claims.isEmpty()
            ? Prepared.SKIP
            : new Prepared.Check(
                new OnNode(claims, new DeviceAllocator(claims.open(), devices, selectors)));
      }
    };
  }

  /** The verdict follows from the pod's claims, which are not part of its shape. */
  private record OnNode(PodDevices.Present claims, DeviceAllocator allocator)
      implements NodeFilter {
    @Override
    public Verdict test(NodeView node) {
      if (!claims.elsewhere(node).isEmpty()) {
        return ELSEWHERE;
      }
      if (claims.open().isEmpty()) {
        return Verdict.FITS;
      }
      return switch (allocator.on(node)) {
        case DeviceAllocator.Offer.Served _ -> Verdict.FITS;
        case DeviceAllocator.Offer.NotServed(String why) -> new Verdict.Rejected(why, false);
      };
    }

    @Override
    public boolean looksAtOneNode() {
      return false;
    }
  }

  /** An allocation that nobody uses and that keeps the pod from all nodes is given up. */
  @Override
  public Room makeRoom(Failure failure) {
    PodView pod = failure.pod();
    if (pod.deviceClaims().isEmpty()
        || !(PodDevices.of(pod, failure.snapshot().around().devices())
            instanceof PodDevices.Present claims)
        || claims.isEmpty()) {
      return new Room.None("", false);
    }
    if (failure.rejections().size() == 0) {
      return new Room.None("no new claims to deallocate", false);
    }
    for (int i = 0; i < failure.rejections().size(); i++) {
      for (ResourceClaim claim : claims.elsewhere(failure.rejections().node(i))) {
        boolean unused =
            claim.status().reservedFor().stream().allMatch(one -> one.uid().equals(pod.uid()));
        if (unused) {
          return new Room.Relieve(
              "deallocation of ResourceClaim completed", () -> writer.deallocate(claim));
        }
      }
    }
    return new Room.None("still not schedulable", false);
  }

  @Override
  public Optional<Reservation> reserve(PodView pod, NodeView node, ClusterSnapshot snapshot) {
    Devices devices = snapshot.around().devices();
    if (pod.deviceClaims().isEmpty()
        || !(PodDevices.of(pod, devices) instanceof PodDevices.Present claims)
        || claims.isEmpty()) {
      return Optional.empty();
    }
    List<DeviceChoice> choices = new ArrayList<>();
    for (ResourceClaim claim : claims.claims()) {
      if (DeviceClaims.isAllocated(claim) && !DeviceClaims.isReservedFor(pod.uid(), claim)) {
        choices.add(new DeviceChoice(claim, Optional.empty()));
      }
    }
    List<ResourceClaim> open = claims.open();
    if (!open.isEmpty()
        && new DeviceAllocator(open, devices, selectors).on(node)
            instanceof DeviceAllocator.Offer.Served(List<AllocationResult> allocations)) {
      for (int i = 0; i < open.size(); i++) {
        devices.assume(open.get(i), allocations.get(i));
        choices.add(new DeviceChoice(open.get(i), Optional.of(allocations.get(i))));
      }
    }
    return choices.isEmpty()
        ? Optional.empty()
        : Optional.of(new DeviceReservation(pod, choices, devices, writer));
  }
}
