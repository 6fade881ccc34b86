package dev.wherry.scheduler.plugins;

import static dev.wherry.scheduler.Fixtures.pod;
import static dev.wherry.scheduler.device.DeviceFixtures.claim;
import static dev.wherry.scheduler.device.DeviceFixtures.request;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.wherry.model.device.PodDeviceClaim;
import dev.wherry.model.meta.v1.OwnerReference;
import dev.wherry.model.resource.v1.ResourceClaim;
import dev.wherry.scheduler.decision.Decision;
import dev.wherry.scheduler.decision.Explainer;
import dev.wherry.scheduler.device.DeviceFixtures;
import dev.wherry.scheduler.view.PodView;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DynamicResourcesTest extends DeviceCluster {
  @Test
  void openClaim_podGoesWhereTheDevicesAre() {
    devices.claimSeen(claim("gpu", request("r", 1)));
    assertEquals("n2", place(pod("p").devices("gpu").build()));
  }

  @Test
  void claimThatCannotBeServed_saysSoAsUpstream() {
    devices.claimSeen(claim("gpu", request("r", 2)));
    assertEquals(
        "0/2 nodes are available: 2 cannot allocate all claims. still not schedulable, "
            + PREEMPTION,
        refusal(pod("p").devices("gpu").build()));
  }

  @Test
  void unknownClass_isNamed() {
    devices.classGone(DeviceFixtures.CLASS);
    devices.claimSeen(claim("gpu", request("r", 1)));
    assertEquals(
        "0/2 nodes are available: request r: device class gpu does not exist. no new claims to"
            + " deallocate, "
            + PREEMPTION,
        refusal(pod("p").devices("gpu").build()));
  }

  @Test
  void brokenSelector_podIsTriedLater() {
    devices.classSeen(DeviceFixtures.deviceClass(DeviceFixtures.CLASS, "nonsense"));
    devices.claimSeen(claim("gpu", request("r", 1)));
    PodView pod = pod("p").devices("gpu").build();
    assertEquals(
        "class gpu: selector #0: CEL compile error: compilation failed",
        assertInstanceOf(Decision.Failed.class, decide(pod)).why());
    assertEquals(
        "class gpu: selector #0: CEL compile error: compilation failed",
        Explainer.explain(pod, snapshot, profile).message());
  }

  @Test
  void claimNotThereOrNotForThePod_isHeldBack() {
    PodDeviceClaim awaited =
        new PodDeviceClaim("gpu", "", "template", PodDeviceClaim.State.NOT_CREATED);
    assertEquals(
        "DynamicResources: pod \"default/p\": ResourceClaim not created yet",
        Explainer.explain(pod("p").devices(awaited).build(), snapshot, profile).message());
    assertEquals(
        "DynamicResources: could not find ResourceClaim \"default/gpu\"",
        Explainer.explain(pod("p").devices("gpu").build(), snapshot, profile).message());

    PodDeviceClaim made =
        new PodDeviceClaim("gpu", "gpu-x", "template", PodDeviceClaim.State.NAMED);
    devices.claimSeen(claim("gpu-x", request("r", 1)));
    PodView pod = pod("p").devices(made).build();
    assertEquals(
        "DynamicResources: ResourceClaim default/gpu-x was not created for pod default/p (pod is"
            + " not owner)",
        Explainer.explain(pod, snapshot, profile).message());
    devices.claimSeen(owned(claim("gpu-x", request("r", 1)), "uid-p"));
    assertEquals("n2", place(pod));
  }

  private static ResourceClaim owned(ResourceClaim claim, String podUid) {
    OwnerReference owner = OwnerReference.builder().uid(podUid).controller(true).build();
    return claim.toBuilder()
        .metadata(claim.metadata().toBuilder().ownerReferences(List.of(owner)).build())
        .build();
  }

  @Test
  void claimThatIsNotNeeded_asksForNothing() {
    PodDeviceClaim none = new PodDeviceClaim("gpu", "", "t", PodDeviceClaim.State.NOT_NEEDED);
    PodView pod = pod("p").devices(none).build();
    place(pod);
    assertEquals(Optional.empty(), reserve(pod, "n1"));
  }
}
