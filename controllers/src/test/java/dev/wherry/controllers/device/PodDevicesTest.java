package dev.wherry.controllers.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.controllers.Fixtures;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.core.v1.PodResourceClaim;
import dev.wherry.model.core.v1.PodResourceClaimStatus;
import dev.wherry.model.core.v1.PodSpec;
import dev.wherry.model.core.v1.PodStatus;
import dev.wherry.model.device.DeviceClaims;
import dev.wherry.model.meta.v1.ObjectMeta;
import dev.wherry.model.meta.v1.OwnerReference;
import dev.wherry.model.resource.v1.AllocationResult;
import dev.wherry.model.resource.v1.ResourceClaim;
import dev.wherry.model.resource.v1.ResourceClaimTemplate;
import dev.wherry.model.resource.v1.ResourceClaimTemplateSpec;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The cases of upstream's resourceclaim controller_test.go. */
class PodDevicesTest {
  private static final ResourceClaimTemplate TEMPLATE =
      ResourceClaimTemplate.builder()
          .metadata(Fixtures.meta("default", "gpu").build())
          .spec(
              ResourceClaimTemplateSpec.builder()
                  .metadata(
                      ObjectMeta.builder()
                          .labels(Map.of("a", "b"))
                          .annotations(Map.of("c", "d"))
                          .build())
                  .build())
          .build();

  private static Pod pod(PodResourceClaim claim, PodResourceClaimStatus... statuses) {
    return Pod.builder()
        .metadata(Fixtures.meta("default", "p").build())
        .spec(PodSpec.builder().resourceClaims(List.of(claim)).build())
        .status(PodStatus.builder().resourceClaimStatuses(List.of(statuses)).build())
        .build();
  }

  private static PodResourceClaim fromTemplate(String template) {
    return PodResourceClaim.builder().name("own").resourceClaimTemplateName(template).build();
  }

  private static PodResourceClaimStatus named(String claim) {
    return PodResourceClaimStatus.builder().name("own").resourceClaimName(claim).build();
  }

  private static ResourceClaim claim(String name, String ownerUid) {
    OwnerReference owner =
        OwnerReference.builder().kind("Pod").name("p").uid(ownerUid).controller(true).build();
    return ResourceClaim.builder()
        .metadata(
            Fixtures.meta("default", name)
                .ownerReferences(ownerUid.isEmpty() ? List.of() : List.of(owner))
                .build())
        .build();
  }

  private static GeneratedClaims.Lack lack(
      Pod pod, Map<String, String> made, ResourceClaim... claims) {
    return GeneratedClaims.of(
        pod,
        new GeneratedClaims.Known() {
          @Override
          public Optional<ResourceClaim> claim(String name) {
            return List.of(claims).stream()
                .filter(claim -> claim.metadata().name().equals(name))
                .findFirst();
          }

          @Override
          public Map<String, String> made() {
            return made;
          }

          @Override
          public Optional<ResourceClaimTemplate> template(String name) {
            return name.equals("gpu") ? Optional.of(TEMPLATE) : Optional.empty();
          }
        });
  }

  @Test
  void newPod_getsAClaimOfItsTemplate() {
    GeneratedClaims.Lack lack = lack(pod(fromTemplate("gpu")), Map.of());
    ResourceClaim made = lack.make().get("own");
    assertEquals("p-own-", made.metadata().generateName());
    assertEquals(Map.of("a", "b"), made.metadata().labels());
    assertEquals(
        Map.of("c", "d", DeviceClaims.POD_CLAIM_NAME, "own"), made.metadata().annotations());
    assertTrue(DeviceClaims.isOwned("uid-p", made));
    assertTrue(lack.found().isEmpty() && lack.refused().isEmpty());
  }

  @Test
  void claimMadeBeforeTheStatusWasWritten_isFound() {
    GeneratedClaims.Lack lack = lack(pod(fromTemplate("gpu")), Map.of("own", "p-own-x"));
    assertEquals(Map.of("own", "p-own-x"), lack.found());
    assertTrue(lack.make().isEmpty());
  }

  @Test
  void claimThere_nothingLacks() {
    Pod pod = pod(fromTemplate("gpu"), named("p-own-x"));
    GeneratedClaims.Lack lack = lack(pod, Map.of(), claim("p-own-x", "uid-p"));
    assertTrue(lack.found().isEmpty() && lack.make().isEmpty());
  }

  @Test
  void claimDeletedOrOfAnotherPod_isMadeAgain() {
    Pod pod = pod(fromTemplate("gpu"), named("p-own-x"));
    assertEquals(1, lack(pod, Map.of()).make().size());
    assertEquals(1, lack(pod, Map.of(), claim("p-own-x", "uid-other")).make().size());
  }

  @Test
  void claimOfItsOwnLife_isTheUsers() {
    PodResourceClaim named =
        PodResourceClaim.builder().name("own").resourceClaimName("mine").build();
    GeneratedClaims.Lack lack = lack(pod(named), Map.of());
    assertTrue(lack.make().isEmpty() && lack.refused().isEmpty());
  }

  @Test
  void claimNotNeeded_isNotMade() {
    assertTrue(lack(pod(fromTemplate("gpu"), named("")), Map.of()).make().isEmpty());
  }

  @Test
  void templateMissing_isSaidAsUpstream() {
    assertEquals(
        List.of(
            "PodResourceClaim own: resource claim template \"none\":"
                + " resourceclaimtemplate.resource.k8s.io \"none\" not found"),
        lack(pod(fromTemplate("none")), Map.of()).refused());
  }

  @Test
  void longNames_areBothShortened() {
    String base = GeneratedClaims.nameBase("p".repeat(60), "c".repeat(60));
    assertTrue(base.length() <= 57, base);
    assertTrue(base.startsWith("ppp") && base.endsWith("ccc"), base);
  }

  private static ResourceClaim allocated(String... users) {
    ResourceClaim claim = DeviceClaims.protect(claim("c", ""));
    claim =
        claim.toBuilder()
            .status(claim.status().toBuilder().allocation(AllocationResult.EMPTY).build())
            .build();
    for (String user : users) {
      claim = DeviceClaims.reserved(claim, user, "uid-" + user);
    }
    return claim;
  }

  private static ResourceClaim deleting(ResourceClaim claim) {
    ObjectMeta meta = claim.metadata().toBuilder().deletionTimestamp(Instant.EPOCH).build();
    return claim.toBuilder().metadata(meta).build();
  }

  @Test
  void lastUserGone_devicesAreGivenBack() {
    ResourceClaim claim = allocated("p");
    ClaimRelease release = ClaimRelease.of(claim, List.of(), false);
    assertTrue(release.status() && release.deallocate() && release.unprotect());
    assertFalse(release.delete());
  }

  @Test
  void oneOfTwoUsersGone_devicesStay() {
    ResourceClaim claim = allocated("p", "q");
    ClaimRelease release =
        ClaimRelease.of(claim, claim.status().reservedFor().subList(1, 2), false);
    assertTrue(release.status());
    assertFalse(release.deallocate() || release.unprotect() || release.delete());
  }

  @Test
  void neverUsed_devicesStayUntilItIsDeleted() {
    ClaimRelease idle = ClaimRelease.of(allocated(), List.of(), false);
    assertFalse(idle.status() || idle.deallocate() || idle.unprotect());
    ClaimRelease deleted = ClaimRelease.of(deleting(allocated()), List.of(), false);
    assertTrue(deleted.status() && deleted.deallocate() && deleted.unprotect());
  }

  @Test
  void protectedWithoutDevices_isLeftToTheScheduler() {
    ResourceClaim claim = DeviceClaims.deallocated(allocated());
    ClaimRelease release = ClaimRelease.of(claim, List.of(), false);
    assertFalse(release.status() || release.unprotect());
    assertTrue(ClaimRelease.of(deleting(claim), List.of(), false).unprotect());
  }

  @Test
  void podDone_itsClaimIsDeleted() {
    assertTrue(ClaimRelease.of(allocated("p"), List.of(), true).delete());
  }
}
