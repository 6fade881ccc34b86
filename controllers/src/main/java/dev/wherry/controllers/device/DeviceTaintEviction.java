package dev.wherry.controllers.device;

import dev.wherry.controllers.KeyDriven;
import dev.wherry.controllers.KeyedController;
import dev.wherry.controllers.Parts;
import dev.wherry.controllers.PlanController;
import dev.wherry.controllers.PodConditions;
import dev.wherry.controllers.workload.PodFacts;
import dev.wherry.machinery.client.DeleteOptions;
import dev.wherry.machinery.event.EventType;
import dev.wherry.machinery.event.References;
import dev.wherry.machinery.informer.Change;
import dev.wherry.machinery.informer.Informer;
import dev.wherry.machinery.informer.ObjectKey;
import dev.wherry.machinery.loop.Action;
import dev.wherry.machinery.loop.Plan;
import dev.wherry.model.core.v1.ObjectReference;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.device.DeviceClaims;
import dev.wherry.model.device.DeviceTaints;
import dev.wherry.model.device.PodDeviceClaim;
import dev.wherry.model.device.SlicePools;
import dev.wherry.model.resource.v1.DeviceRequestAllocationResult;
import dev.wherry.model.resource.v1.DeviceTaint;
import dev.wherry.model.resource.v1.DeviceToleration;
import dev.wherry.model.resource.v1.ResourceClaim;
import dev.wherry.model.resource.v1.ResourceSlice;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * Evicts pods whose devices have a NoExecute taint that their claims do not tolerate, or only for a
 * time (kube-controller-manager devicetainteviction; KEP-5055). A toleration without an effect
 * stands for every effect, as its field says; upstream's controller does not count it here, though
 * its scheduler does, and would evict and place such a pod without end.
 */
public final class DeviceTaintEviction implements KeyDriven {
  private static final int WORKERS = 4;

  private final Informer<Pod> pods;
  private final Informer<ResourceClaim> claims;
  private final Informer<ResourceSlice> slices;
  private final PlanController<ObjectKey> loop;

  /** Pods whose eviction has a time, by their uids; at most those of tainted devices. */
  private final Map<ObjectKey, String> waiting = new ConcurrentHashMap<>();

  public DeviceTaintEviction(Parts parts) {
    loop = new PlanController<>("device-taint-eviction", WORKERS, parts, this::decide);
    pods = DeviceIndex.pods(parts.informers()).onChange(this::podSeen);
    claims = DeviceIndex.claims(parts.informers()).onChange(this::claimSeen);
    slices = DeviceIndex.slices(parts.informers()).onChange(this::sliceSeen);
  }

  private void podSeen(Change<Pod> change) {
    Pod pod = change.latest();
    ObjectKey key = ObjectKey.of(pod);
    boolean uses = !pod.spec().resourceClaims().isEmpty() && !pod.spec().nodeName().isEmpty();
    if (change instanceof Change.Removed<Pod> ? waiting.containsKey(key) : uses) {
      loop.add(key);
    }
  }

  private void claimSeen(Change<ResourceClaim> change) {
    if (DeviceClaims.isAllocated(change.latest()) || !waiting.isEmpty()) {
      usersOf(change.latest());
    }
  }

  /** Who waits for the time of a taint that goes is told so. */
  private void sliceSeen(Change<ResourceSlice> change) {
    ResourceSlice slice = change.latest();
    boolean evicts =
        slice.spec().devices().stream()
            .anyMatch(device -> device.taints().stream().anyMatch(DeviceTaints::evicts));
    if (evicts || !waiting.isEmpty()) {
      claims.byIndex(DeviceIndex.POOL, SlicePools.key(slice)).forEach(this::usersOf);
    }
  }

  private void usersOf(ResourceClaim claim) {
    pods.byIndex(DeviceIndex.CLAIM, ObjectKey.of(claim).toString())
        .forEach(pod -> loop.add(ObjectKey.of(pod)));
  }

  private Plan decide(ObjectKey key, Instant now) {
    Optional<Pod> pod = pods.get(key);
    Plan plan =
        pod.map(some -> decide(some, claims::get, device -> taints(slices, device), now))
            .orElse(Plan.NOTHING);
    if (pod.isPresent() && plan.isEmpty() && plan.again().isPositive()) {
      waiting.put(key, pod.get().metadata().uid());
      return plan;
    }
    String waited = waiting.remove(key);
    return waited != null && plan.isEmpty() ? cancelled(key, waited) : plan;
  }

  /** The taint went in time, or the pod did. */
  private static Plan cancelled(ObjectKey key, String uid) {
    ObjectReference pod = References.to(Pod.KIND.info(), key.namespace(), key.name(), uid);
    return Plan.of(
        new Action.Report(
            pod, EventType.NORMAL, "DeviceTaintManagerEviction", "Cancelling deletion"));
  }

  /**
   * @param claims by key
   * @param taints of a device that is in use
   */
  static Plan decide(
      Pod pod,
      Function<ObjectKey, Optional<ResourceClaim>> claims,
      Function<DeviceRequestAllocationResult, List<DeviceTaint>> taints,
      Instant now) {
    if (pod.spec().nodeName().isEmpty() || PodFacts.isDeleted(pod) || PodFacts.isFinished(pod)) {
      return Plan.NOTHING;
    }
    Instant end = Instant.MAX;
    for (PodDeviceClaim one : PodDeviceClaim.of(pod)) {
      Optional<ResourceClaim> claim =
          claims
              .apply(new ObjectKey(pod.metadata().namespace(), one.claim()))
              .filter(found -> isInUse(found, one, pod.metadata().uid()));
      for (var device : claim.map(DeviceClaims::devices).orElse(List.of())) {
        for (DeviceTaint taint : taints.apply(device)) {
          Instant until = toleratedUntil(taint, device.tolerations(), now);
          end = until.isBefore(end) ? until : end;
        }
      }
    }
    if (end.equals(Instant.MAX)) {
      return Plan.NOTHING;
    }
    return end.isAfter(now) ? Plan.after(Duration.between(now, end)) : evict(pod, now);
  }

  private static boolean isInUse(ResourceClaim claim, PodDeviceClaim named, String uid) {
    return DeviceClaims.isReservedFor(uid, claim)
        && (!named.isGenerated() || DeviceClaims.isOwned(uid, claim));
  }

  private static List<DeviceTaint> taints(
      Informer<ResourceSlice> slices, DeviceRequestAllocationResult device) {
    String pool = SlicePools.key(device.driver(), device.pool());
    return SlicePools.newest(slices.byIndex(DeviceIndex.POOL, pool)).stream()
        .flatMap(slice -> slice.spec().devices().stream())
        .filter(one -> one.name().equals(device.device()))
        .flatMap(one -> one.taints().stream())
        .toList();
  }

  /**
   * @return {@link Instant#MAX} for ever
   */
  private static Instant toleratedUntil(
      DeviceTaint taint, List<DeviceToleration> tolerations, Instant now) {
    if (!DeviceTaints.evicts(taint)) {
      return Instant.MAX;
    }
    long seconds = Long.MAX_VALUE;
    boolean tolerated = false;
    for (DeviceToleration toleration : tolerations) {
      if (DeviceTaints.tolerates(toleration, taint)) {
        Long limit = toleration.tolerationSeconds();
        if (limit == null) {
          return Instant.MAX;
        }
        tolerated = true;
        seconds = Math.min(seconds, Math.max(0, limit));
      }
    }
    Instant added = taint.timeAdded() == null ? now : taint.timeAdded();
    return tolerated ? added.plusSeconds(seconds) : added;
  }

  private static Plan evict(Pod pod, Instant now) {
    Pod marked =
        PodConditions.disrupted(
            pod,
            "DeletionByDeviceTaintManager",
            "Device Taint manager: deleting due to NoExecute taint",
            now);
    return Plan.of(
        new Action.Report(
            References.to(pod),
            EventType.NORMAL,
            "DeviceTaintManagerEviction",
            "Marking for deletion"),
        new Action.UpdateStatus<>(Pod.KIND, marked),
        new Action.Delete(
            Pod.KIND,
            pod.metadata().namespace(),
            pod.metadata().name(),
            DeleteOptions.ofUid(pod.metadata().uid())));
  }

  @Override
  public KeyedController<ObjectKey> keys() {
    return loop.keys();
  }
}
