package dev.wherry.controllers.device;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.wherry.controllers.Fixtures;
import dev.wherry.machinery.loop.Action;
import dev.wherry.machinery.loop.Plan;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.core.v1.PodResourceClaim;
import dev.wherry.model.core.v1.PodSpec;
import dev.wherry.model.core.v1.PodStatus;
import dev.wherry.model.device.DeviceClaims;
import dev.wherry.model.resource.v1.AllocationResult;
import dev.wherry.model.resource.v1.DeviceAllocationResult;
import dev.wherry.model.resource.v1.DeviceRequestAllocationResult;
import dev.wherry.model.resource.v1.DeviceTaint;
import dev.wherry.model.resource.v1.DeviceToleration;
import dev.wherry.model.resource.v1.ResourceClaim;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The cases of upstream's device_taint_eviction_test.go, without rules that taint. */
class DeviceTaintEvictionTest {
  private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");

  private static final Pod POD =
      Pod.builder()
          .metadata(Fixtures.meta("default", "p").build())
          .spec(
              PodSpec.builder()
                  .nodeName("n1")
                  .resourceClaims(
                      List.of(
                          PodResourceClaim.builder().name("gpu").resourceClaimName("c").build()))
                  .build())
          .build();

  private static DeviceTaint taint(String effect, long secondsAgo) {
    return DeviceTaint.builder()
        .key("broken")
        .value("yes")
        .effect(effect)
        .timeAdded(NOW.minusSeconds(secondsAgo))
        .build();
  }

  private static DeviceToleration toleration(String effect, @Nullable Long seconds) {
    return DeviceToleration.builder()
        .key("broken")
        .operator("Exists")
        .effect(effect)
        .tolerationSeconds(seconds)
        .build();
  }

  private static ResourceClaim claim(DeviceToleration... tolerations) {
    var device =
        DeviceRequestAllocationResult.builder()
            .driver("gpu.example.com")
            .pool("n1")
            .device("gpu-0")
            .tolerations(List.of(tolerations))
            .build();
    ResourceClaim claim =
        ResourceClaim.builder().metadata(Fixtures.meta("default", "c").build()).build();
    AllocationResult allocation =
        AllocationResult.builder()
            .devices(DeviceAllocationResult.builder().results(List.of(device)).build())
            .build();
    return DeviceClaims.reserved(
        claim.toBuilder().status(claim.status().toBuilder().allocation(allocation).build()).build(),
        "p",
        POD.metadata().uid());
  }

  private static Plan decide(Pod pod, ResourceClaim claim, DeviceTaint... taints) {
    return DeviceTaintEviction.decide(
        pod, key -> Optional.of(claim), device -> List.of(taints), NOW);
  }

  @Test
  void decide_taintThatEvicts_marksReportsAndDeletes() {
    Plan plan = decide(POD, claim(), taint("NoExecute", 5));

    assertEquals(3, plan.actions().size());
    assertEquals(
        "DeviceTaintManagerEviction", ((Action.Report) plan.actions().getFirst()).reason());
    Pod marked = (Pod) ((Action.UpdateStatus<?>) plan.actions().get(1)).object();
    assertEquals("DeletionByDeviceTaintManager", marked.status().conditions().getFirst().reason());
    assertEquals("p", ((Action.Delete) plan.actions().getLast()).name());
  }

  @Test
  void decide_otherEffects_leavesThePod() {
    assertEquals(Plan.NOTHING, decide(POD, claim(), taint("NoSchedule", 5), taint("None", 5)));
  }

  @Test
  void decide_tolerated_forEverOrForATime() {
    DeviceTaint taint = taint("NoExecute", 20);

    assertEquals(Plan.NOTHING, decide(POD, claim(toleration("NoExecute", null)), taint));
    assertEquals(Plan.NOTHING, decide(POD, claim(toleration("", null)), taint));
    assertEquals(
        Duration.ofSeconds(10), decide(POD, claim(toleration("NoExecute", 30L)), taint).again());
    assertEquals(3, decide(POD, claim(toleration("NoExecute", 20L)), taint).actions().size());
    assertEquals(3, decide(POD, claim(toleration("NoSchedule", null)), taint).actions().size());
    assertEquals(
        Duration.ofSeconds(10),
        decide(POD, claim(toleration("NoExecute", 90L), toleration("NoExecute", 30L)), taint)
            .again());
  }

  @Test
  void decide_severalTaints_goesByTheFirstThatEnds() {
    ResourceClaim claim = claim(toleration("NoExecute", 60L));

    assertEquals(
        Duration.ofSeconds(40),
        decide(POD, claim, taint("NoExecute", 0), taint("NoExecute", 20)).again());
  }

  @Test
  void decide_notReservedOrNotPlacedOrFinished_leavesThePod() {
    DeviceTaint taint = taint("NoExecute", 5);
    Pod waiting = POD.toBuilder().spec(POD.spec().toBuilder().nodeName("").build()).build();
    Pod done = POD.toBuilder().status(PodStatus.builder().phase("Succeeded").build()).build();

    assertEquals(Plan.NOTHING, decide(POD, DeviceClaims.usedBy(claim(), List.of()), taint));
    assertEquals(Plan.NOTHING, decide(waiting, claim(), taint));
    assertEquals(Plan.NOTHING, decide(done, claim(), taint));
  }
}
