package dev.wherry.controllers.volume;

import static dev.wherry.controllers.volume.VolumeObjects.UID;
import static dev.wherry.controllers.volume.VolumeObjects.claim;
import static dev.wherry.controllers.volume.VolumeObjects.reference;
import static dev.wherry.controllers.volume.VolumeObjects.said;
import static dev.wherry.controllers.volume.VolumeObjects.volume;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.machinery.loop.Action;
import dev.wherry.model.core.v1.PersistentVolume;
import dev.wherry.model.core.v1.PersistentVolumeClaim;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.json.Json;
import dev.wherry.model.meta.v1.ObjectMeta;
import dev.wherry.model.storage.v1.VolumeAttributesClass;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Protection, ephemeral claims, expansion. */
class InUseTest {
  private static Pod pod(String node, String volume) {
    return Pod.KIND.decode(
        Json.parse(
            """
            {"metadata": {"name": "web", "namespace": "default", "uid": "uid-web"},
             "spec": {"nodeName": "%s", "volumes": [{"name": "v", %s}]}}
            """
                .formatted(node, volume)));
  }

  private static Pod using(String node) {
    return pod(node, "\"persistentVolumeClaim\": {\"claimName\": \"data\"}");
  }

  @Test
  void claim_podWithNodeUsesIt_isUsed_alsoByAFinishedOne() {
    PersistentVolumeClaim claim = claim("", "", "");
    assertTrue(ClaimProtection.isUsed(claim, List.of(using("n1"))));
    assertFalse(ClaimProtection.isUsed(claim, List.of(using(""))));
    assertFalse(
        ClaimProtection.isUsed(
            claim, List.of(pod("n1", "\"persistentVolumeClaim\": {\"claimName\": \"other\"}"))));
  }

  @Test
  void claim_finalizer_comesWithLifeAndGoesWithDeletion() {
    PersistentVolumeClaim claim = claim("", "", "");
    PersistentVolumeClaim kept = updated(ClaimProtection.decide(claim).actions().getFirst());
    assertEquals(List.of(ClaimProtection.FINALIZER), kept.metadata().finalizers());
    PersistentVolumeClaim going =
        kept.toBuilder()
            .metadata(kept.metadata().toBuilder().deletionTimestamp(Instant.EPOCH).build())
            .build();
    assertEquals(
        List.of(),
        updated(ClaimProtection.decide(going).actions().getFirst()).metadata().finalizers());
  }

  private static VolumeAttributesClass attributes(boolean going) {
    var meta = ObjectMeta.builder().name("gold");
    if (going) {
      meta.finalizers(List.of(AttributesClassProtection.FINALIZER))
          .deletionTimestamp(Instant.EPOCH);
    }
    return VolumeAttributesClass.builder().metadata(meta.build()).build();
  }

  @Test
  void attributes_namedByAClaimOrAVolume_stay() {
    PersistentVolumeClaim other = claim("", "", "");
    var asked = other.spec().toBuilder().volumeAttributesClassName("gold").build();
    var has = other.status().toBuilder().currentVolumeAttributesClassName("gold").build();
    PersistentVolume volume = volume("pv", "", "", "Available");
    var golden = volume.spec().toBuilder().volumeAttributesClassName("gold").build();
    VolumeAttributesClass going = attributes(true);
    List<PersistentVolume> none = List.of(volume);
    assertEquals(
        List.of("update gold"),
        said(AttributesClassProtection.decide(attributes(false), none, List.of())));
    assertEquals(
        List.of("update gold"),
        said(AttributesClassProtection.decide(going, none, List.of(other))));
    for (PersistentVolumeClaim claim :
        List.of(other.toBuilder().spec(asked).build(), other.toBuilder().status(has).build())) {
      assertEquals(List.of(), said(AttributesClassProtection.decide(going, none, List.of(claim))));
    }
    assertEquals(
        List.of(),
        said(
            AttributesClassProtection.decide(
                going, List.of(volume.toBuilder().spec(golden).build()), List.of())));
  }

  private static PersistentVolumeClaim updated(Action action) {
    return (PersistentVolumeClaim) ((Action.Update<?>) action).object();
  }

  @Test
  void volume_bound_staysProtectedWhileItGoes() {
    PersistentVolume bound = going(volume("pv", "", reference(UID), "Bound"));
    assertEquals(List.of(), said(VolumeProtection.decide(bound)));
    PersistentVolume released = going(volume("pv", "", reference(UID), "Released"));
    assertEquals(List.of("update pv"), said(VolumeProtection.decide(released)));
    assertEquals(
        List.of("update pv"), said(VolumeProtection.decide(volume("pv", "", "", "Available"))));
  }

  private static PersistentVolume going(PersistentVolume volume) {
    return volume.toBuilder()
        .metadata(
            volume.metadata().toBuilder()
                .deletionTimestamp(Instant.EPOCH)
                .finalizers(List.of(VolumeProtection.FINALIZER))
                .build())
        .build();
  }

  @Test
  void ephemeral_claimIsMadeOnceAndOwnedByThePod() {
    Pod pod =
        pod(
            "",
            "\"ephemeral\": {\"volumeClaimTemplate\": {\"metadata\": {\"labels\": {\"a\": \"b\"}},"
                + " \"spec\": {\"accessModes\": [\"ReadWriteOnce\"]}}}");
    var plan = EphemeralClaims.decide(pod, name -> Optional.empty());
    assertEquals(List.of("create web-v"), said(plan));
    PersistentVolumeClaim made =
        (PersistentVolumeClaim) ((Action.Create<?>) plan.actions().getFirst()).object();
    assertEquals("uid-web", made.metadata().ownerReferences().getFirst().uid());
    assertEquals("b", made.metadata().labels().get("a"));
    assertEquals(List.of(), said(EphemeralClaims.decide(pod, name -> Optional.of(made))));
    assertEquals(
        List.of("report FailedBinding"),
        said(EphemeralClaims.decide(pod, name -> Optional.of(claim("", "", "")))));
  }

  @Test
  void expansion_ofADirectory_isDoneAtOnce_ofOthersIsWaitedFor() {
    String bound = "\"phase\": \"Bound\", \"capacity\": {\"storage\": \"512Mi\"}";
    PersistentVolumeClaim claim = claim("", ", \"volumeName\": \"pv\"", bound);
    PersistentVolume small =
        volume(
            "pv",
            "\"pv.kubernetes.io/provisioned-by\": \"wherry.dev/local-path\"",
            reference(UID) + ", \"capacity\": {\"storage\": \"512Mi\"}",
            "Bound");
    assertEquals(
        List.of("update pv", "status data Bound", "report VolumeResizeSuccessful"),
        said(ClaimExpansion.decide(claim, small)));
    assertEquals(
        List.of("report ExternalExpanding"),
        said(ClaimExpansion.decide(claim, volume("pv", "", reference(UID), "Bound"))));
  }
}
