package dev.wherry.controllers.statefulset;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.wherry.controllers.workload.Owners;
import dev.wherry.model.apps.v1.StatefulSet;
import dev.wherry.model.apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy;
import dev.wherry.model.apps.v1.StatefulSetSpec;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.meta.v1.ObjectMeta;
import dev.wherry.model.meta.v1.OwnerReference;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The cases of upstream's e2e "Non-retain StatefulSetPersistentVolumeClaimPolicy". */
class ClaimOwnersTest {
  private static final Pod POD =
      Pod.builder()
          .metadata(ObjectMeta.builder().name("s-0").namespace("d").uid("pod-1").build())
          .build();
  private static final OwnerReference FOREIGN =
      OwnerReference.builder()
          .apiVersion("v1")
          .kind("ConfigMap")
          .name("other")
          .uid("cm")
          .controller(true)
          .build();

  private static StatefulSet set(String whenDeleted, String whenScaled) {
    return StatefulSet.builder()
        .metadata(ObjectMeta.builder().name("s").namespace("d").uid("set-1").build())
        .spec(
            StatefulSetSpec.builder()
                .persistentVolumeClaimRetentionPolicy(
                    StatefulSetPersistentVolumeClaimRetentionPolicy.builder()
                        .whenDeleted(whenDeleted)
                        .whenScaled(whenScaled)
                        .build())
                .build())
        .build();
  }

  private static List<OwnerReference> of(
      StatefulSet set, boolean condemned, OwnerReference... found) {
    return new ClaimOwners(set, SetFacts.of(set), POD).of(List.of(found), condemned);
  }

  private static OwnerReference loose(OwnerReference reference) {
    return reference.toBuilder().controller(false).build();
  }

  @Test
  void set_controlsItsClaimsWhenTheyGoWithIt() {
    StatefulSet set = set("Delete", "Retain");
    OwnerReference own = Owners.reference(set);
    assertEquals(List.of(own), of(set, false));
    assertEquals(List.of(own), of(set, true));
    assertEquals(List.of(own), of(set, false, loose(own)), "one that does not control");
    assertEquals(List.of(loose(FOREIGN), own), of(set, false, loose(FOREIGN)));
  }

  @Test
  void pod_controlsItsClaimWhenTheSetShrinks() {
    StatefulSet set = set("Delete", "Delete");
    OwnerReference own = Owners.reference(set);
    assertEquals(List.of(own), of(set, false, Owners.reference(POD)));
    assertEquals(List.of(Owners.reference(POD)), of(set, true, own));
    assertEquals(List.of(), of(set("Retain", "Delete"), false, own));
  }

  @Test
  void claim_ofAnotherController_isLeftToIt() {
    StatefulSet set = set("Delete", "Delete");
    assertEquals(List.of(FOREIGN), of(set, false, FOREIGN));
    assertEquals(List.of(FOREIGN), of(set, false, FOREIGN, Owners.reference(set)));
    assertEquals(List.of(FOREIGN), of(set("Retain", "Retain"), false, FOREIGN));
  }

  @Test
  void claim_ofAnEarlierSetOfTheName_isNotTouched() {
    StatefulSet set = set("Delete", "Delete");
    OwnerReference earlier = Owners.reference(set).toBuilder().uid("set-0").build();
    assertEquals(List.of(earlier), of(set, false, earlier));
  }
}
