package dev.wherry.scheduler.plugins;

import static dev.wherry.scheduler.Fixtures.pod;
import static dev.wherry.scheduler.device.DeviceFixtures.claim;
import static dev.wherry.scheduler.device.DeviceFixtures.request;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.wherry.model.device.DeviceClaims;
import dev.wherry.model.resource.v1.AllocationResult;
import dev.wherry.model.resource.v1.ResourceClaim;
import dev.wherry.scheduler.decision.Decision;
import dev.wherry.scheduler.framework.Reservation;
import dev.wherry.scheduler.view.PodView;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DeviceReservationTest extends DeviceCluster {
  @Test
  void reserve_device_isNobodyElsesUntilItIsReleased() {
    devices.claimSeen(claim("one", request("r", 1)));
    devices.claimSeen(claim("two", request("r", 1)));
    PodView first = pod("first").devices("one").build();
    PodView second = pod("second").devices("two").build();
    Reservation reserved = reserve(first, "n2").orElseThrow();
    assertEquals(
        "0/2 nodes are available: 2 cannot allocate all claims. still not schedulable, "
            + PREEMPTION,
        refusal(second));
    assertEquals(
        "0/2 nodes are available: resource claim default/one is in the process of being"
            + " allocated. no new claims to deallocate, "
            + PREEMPTION,
        refusal(pod("third").devices("one").build()));
    reserved.release();
    assertEquals("n2", place(second));
  }

  @Test
  void release_deviceWasWritten_isKeptUntilTheApiShowsIt() {
    ResourceClaim claim = claim("one", request("r", 1));
    devices.claimSeen(claim);
    devices.claimSeen(claim("two", request("r", 1)));
    PodView second = pod("second").devices("two").build();
    Reservation reserved = reserve(pod("first").devices("one").build(), "n2").orElseThrow();
    assertEquals(Optional.empty(), reserved.fulfil());
    reserved.undo();
    reserved.release();
    assertEquals(List.of("reserve one for first", "unreserve one for first"), written.log);
    assertInstanceOf(Decision.Nowhere.class, decide(second));

    AllocationResult allocation = written.choices.getFirst().allocation().orElseThrow();
    devices.claimSeen(
        claim.toBuilder()
            .status(claim.status().toBuilder().allocation(allocation).build())
            .build());
    assertInstanceOf(Decision.Nowhere.class, decide(second));
    devices.claimSeen(claim);
    assertEquals("n2", place(second));
  }

  @Test
  void allocatedClaim_anotherPodMayShareItOnItsNode() {
    allocated("gpu", "maker");
    PodView other = pod("other").devices("gpu").build();
    assertEquals("n2", place(other));
    Reservation reserved = reserve(other, "n2").orElseThrow();
    assertEquals(Optional.empty(), reserved.fulfil());
    assertEquals("reserve gpu for other", written.log.getLast());
  }

  @Test
  void reservedClaim_itsPodNeedsNothingMore() {
    allocated("gpu", "maker");
    assertEquals(Optional.empty(), reserve(pod("maker").devices("gpu").build(), "n2"));
  }

  @Test
  void claimWithManyUsers_takesNoMore() {
    String[] users = new String[DeviceClaims.CONSUMERS_MAX];
    for (int i = 0; i < users.length; i++) {
      users[i] = "u" + i;
    }
    allocated("gpu", users);
    assertEquals(
        "0/2 nodes are available: resourceclaim in use. no new claims to deallocate, " + PREEMPTION,
        refusal(pod("other").devices("gpu").build()));
  }

  @Test
  void unusedAllocationElsewhere_isGivenUp() {
    allocated("gpu");
    PodView pod = pod("p").devices("gpu").selector("kubernetes.io/hostname", "none").build();
    Decision.Nowhere nowhere = assertInstanceOf(Decision.Nowhere.class, decide(pod));
    assertEquals(
        "0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector."
            + " deallocation of ResourceClaim completed",
        nowhere.message());
    assertInstanceOf(Decision.Room.Relieve.class, nowhere.room()).write().run();
    assertEquals("deallocate gpu", written.log.getLast());
  }

  @Test
  void usedAllocationElsewhere_staysAndThePodWaits() {
    allocated("gpu", "maker");
    snapshot = snapshot.without("n2");
    assertEquals(
        "0/1 nodes are available: 1 resourceclaim not available on the node. still not"
            + " schedulable, preemption: 0/1 nodes are available: 1 Preemption is not helpful for"
            + " scheduling.",
        refusal(pod("other").devices("gpu").build()));
  }
}
