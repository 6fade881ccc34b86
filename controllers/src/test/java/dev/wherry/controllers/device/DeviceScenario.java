package dev.wherry.controllers.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.controllers.Controller;
import dev.wherry.controllers.Parts;
import dev.wherry.controllers.sim.PodLife;
import dev.wherry.controllers.sim.Scenario;
import dev.wherry.controllers.sim.World;
import dev.wherry.machinery.client.DeleteOptions;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.core.v1.PodResourceClaim;
import dev.wherry.model.core.v1.PodSpec;
import dev.wherry.model.device.DeviceClaims;
import dev.wherry.model.device.PodDeviceClaim;
import dev.wherry.model.meta.v1.ObjectMeta;
import dev.wherry.model.resource.v1.AllocationResult;
import dev.wherry.model.resource.v1.ResourceClaim;
import dev.wherry.model.resource.v1.ResourceClaimConsumerReference;
import dev.wherry.model.resource.v1.ResourceClaimTemplate;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Pods with claims from a template and a shared one come, get devices, end and go. */
public final class DeviceScenario implements Scenario {
  private static final int PODS_MAX = 4;
  private static final String SHARED = "shared";

  private int made;

  @Override
  public List<Controller> controllers(Parts parts) {
    return List.of(new PodClaims(parts), new ReleasedClaims(parts));
  }

  @Override
  public void begin(World world) {
    ObjectMeta template = ObjectMeta.builder().namespace("default").name("gpu").build();
    world
        .api()
        .create(
            ResourceClaimTemplate.KIND, ResourceClaimTemplate.builder().metadata(template).build());
    ObjectMeta shared = ObjectMeta.builder().namespace("default").name(SHARED).build();
    world.api().create(ResourceClaim.KIND, ResourceClaim.builder().metadata(shared).build());
  }

  @Override
  public void user(World world) {
    List<Pod> pods = world.truth(Pod.KIND);
    switch (world.random().nextInt(4)) {
      case 0 -> {
        if (pods.size() < PODS_MAX) {
          pod(world);
        }
      }
      case 1 -> {
        if (!pods.isEmpty()) {
          String name = pods.get(world.random().nextInt(pods.size())).metadata().name();
          world.api().delete(Pod.KIND, "default", name, DeleteOptions.DEFAULT.withGrace(0));
        }
      }
      default -> {
        if (!pods.isEmpty()) {
          allocate(world, pods.get(world.random().nextInt(pods.size())));
        }
      }
    }
  }

  private void pod(World world) {
    PodResourceClaim own =
        PodResourceClaim.builder().name("own").resourceClaimTemplateName("gpu").build();
    PodResourceClaim shared =
        PodResourceClaim.builder().name("other").resourceClaimName(SHARED).build();
    world
        .api()
        .create(
            Pod.KIND,
            Pod.builder()
                .metadata(ObjectMeta.builder().namespace("default").name("p" + made++).build())
                .spec(PodSpec.builder().resourceClaims(List.of(own, shared)).build())
                .build());
  }

  /** As the scheduler does. */
  private static void allocate(World world, Pod pod) {
    for (PodDeviceClaim one : PodDeviceClaim.of(pod)) {
      for (ResourceClaim claim : world.truth(ResourceClaim.KIND)) {
        boolean wanted =
            claim.metadata().name().equals(one.claim())
                && claim.metadata().deletionTimestamp() == null
                && !DeviceClaims.isReservedFor(pod.metadata().uid(), claim);
        if (wanted) {
          ResourceClaim now =
              DeviceClaims.isProtected(claim)
                  ? claim
                  : world.api().update(ResourceClaim.KIND, DeviceClaims.protect(claim));
          ResourceClaim allocated =
              now.toBuilder()
                  .status(now.status().toBuilder().allocation(AllocationResult.EMPTY).build())
                  .build();
          world
              .api()
              .updateStatus(
                  ResourceClaim.KIND,
                  DeviceClaims.reserved(allocated, pod.metadata().name(), pod.metadata().uid()));
        }
      }
    }
  }

  @Override
  public PodLife podLife() {
    return PodLife.STEADY;
  }

  @Override
  public void check(World world) {
    Set<String> uids = new HashSet<>();
    world.truth(Pod.KIND).forEach(pod -> uids.add(pod.metadata().uid()));
    Map<String, Integer> claimsOf = new HashMap<>();
    for (ResourceClaim claim : world.truth(ResourceClaim.KIND)) {
      claim
          .metadata()
          .ownerReferences()
          .forEach(owner -> claimsOf.merge(owner.uid(), 1, Integer::sum));
      if (!claim.status().reservedFor().isEmpty()) {
        assertNotNull(claim.status().allocation(), "users without devices");
      }
    }
    claimsOf.forEach((uid, count) -> assertEquals(1, count, "claims of pod " + uid));
  }

  @Override
  public void settled(World world) {
    Set<String> alive = new HashSet<>();
    Set<String> claims = new HashSet<>();
    world.truth(ResourceClaim.KIND).forEach(claim -> claims.add(claim.metadata().name()));
    for (Pod pod : world.truth(Pod.KIND)) {
      alive.add(pod.metadata().uid());
      for (PodDeviceClaim one : PodDeviceClaim.of(pod)) {
        assertTrue(claims.contains(one.claim()), pod.metadata().name() + " lacks " + one.name());
      }
    }
    for (ResourceClaim claim : world.truth(ResourceClaim.KIND)) {
      for (ResourceClaimConsumerReference user : claim.status().reservedFor()) {
        assertTrue(alive.contains(user.uid()), claim.metadata().name() + " has a dead user");
      }
      if (claim.status().reservedFor().isEmpty() && DeviceClaims.isProtected(claim)) {
        assertFalse(DeviceClaims.isAllocated(claim), claim.metadata().name() + " holds devices");
      }
    }
  }
}
