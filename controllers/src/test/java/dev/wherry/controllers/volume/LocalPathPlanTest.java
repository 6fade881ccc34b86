package dev.wherry.controllers.volume;

import static dev.wherry.controllers.volume.VolumeObjects.UID;
import static dev.wherry.controllers.volume.VolumeObjects.claim;
import static dev.wherry.controllers.volume.VolumeObjects.node;
import static dev.wherry.controllers.volume.VolumeObjects.reference;
import static dev.wherry.controllers.volume.VolumeObjects.said;
import static dev.wherry.controllers.volume.VolumeObjects.storageClass;
import static dev.wherry.controllers.volume.VolumeObjects.volume;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.controllers.volume.LocalPathPlan.Removal;
import dev.wherry.machinery.loop.Action;
import dev.wherry.machinery.loop.Plan;
import dev.wherry.model.core.v1.PersistentVolume;
import dev.wherry.model.core.v1.PersistentVolumeClaim;
import dev.wherry.model.storage.v1.StorageClass;
import dev.wherry.model.volume.LocalPath;
import dev.wherry.model.volume.VolumeFacts;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LocalPathPlanTest {
  private static final StorageClass CLASS =
      storageClass("local-path", LocalPath.PROVISIONER, "WaitForFirstConsumer", true);
  private static final String OURS =
      "\"volume.kubernetes.io/storage-provisioner\": \"wherry.dev/local-path\"";
  private static final String SELECTED = OURS + ", \"volume.kubernetes.io/selected-node\": \"n1\"";
  private static final String SPEC = ", \"storageClassName\": \"local-path\"";
  private static final String MADE =
      "\"pv.kubernetes.io/provisioned-by\": \"wherry.dev/local-path\","
          + " \"wherry.dev/local-path-node\": \"n1\"";
  private static final String LOCAL =
      ", \"local\": {\"path\": \"/data/storage/pvc-1_default_data\"}";

  private static PersistentVolumeClaim wanted(String spec) {
    return claim(SELECTED, SPEC + spec, "\"phase\": \"Pending\"");
  }

  @Test
  void provision_nodeSelected_makesALocalVolumeOfThatNode() {
    Plan plan =
        LocalPathPlan.provision(wanted(""), CLASS, Optional.of(node("n1", "/data/storage")));

    assertEquals(
        List.of("report Provisioning", "create pvc-" + UID, "report ProvisioningSucceeded"),
        said(plan));
    PersistentVolume made = (PersistentVolume) ((Action.Create<?>) plan.actions().get(1)).object();
    assertEquals("/data/storage/pvc-" + UID + "_default_data", made.spec().local().path());
    assertTrue(LocalPath.isDirectory("pvc-" + UID + "_default_data"));
    assertTrue(VolumeFacts.reaches(made, Map.of("kubernetes.io/hostname", "n1")));
    assertFalse(VolumeFacts.reaches(made, Map.of("kubernetes.io/hostname", "n2")));
    assertEquals(UID, made.spec().claimRef().uid());
    assertEquals("Delete", made.spec().persistentVolumeReclaimPolicy());
  }

  @Test
  void provision_whatADirectoryCannotBe_isRefusedWithAnEvent() {
    for (String spec :
        List.of(
            ", \"volumeMode\": \"Block\"",
            ", \"selector\": {\"matchLabels\": {\"a\": \"b\"}}",
            ", \"accessModes\": [\"ReadWriteMany\"]")) {
      Plan plan =
          LocalPathPlan.provision(wanted(spec), CLASS, Optional.of(node("n1", "/data/storage")));
      assertEquals(List.of("report ProvisioningFailed"), said(plan), spec);
    }
  }

  @Test
  void provision_nodeGone_letsTheSchedulerChooseAnew() {
    Plan plan = LocalPathPlan.provision(wanted(""), CLASS, Optional.empty());

    assertEquals(List.of("update data", "report ProvisioningFailed"), said(plan));
    PersistentVolumeClaim free =
        (PersistentVolumeClaim) ((Action.Update<?>) plan.actions().getFirst()).object();
    assertFalse(free.metadata().annotations().containsKey("volume.kubernetes.io/selected-node"));
  }

  @Test
  void isWanted_onlyForOurClassAndWhileThereIsNone() {
    assertTrue(LocalPathPlan.isWanted(wanted(""), Optional.of(CLASS)));
    assertFalse(LocalPathPlan.isWanted(wanted(""), Optional.empty()));
    assertFalse(LocalPathPlan.isWanted(wanted(", \"volumeName\": \"x\""), Optional.of(CLASS)));
    assertFalse(LocalPathPlan.isWanted(claim("", SPEC, ""), Optional.of(CLASS)));
  }

  @Test
  void removal_released_directoryFirstThenTheObject() {
    PersistentVolume released = volume("pvc-1", MADE, LOCAL + reference(UID), "Released");

    Removal.Directory removal =
        assertInstanceOf(Removal.Directory.class, LocalPathPlan.removal(released, false));
    assertEquals("n1", removal.node());
    assertEquals("pvc-1_default_data", removal.directory());
    assertEquals(List.of("delete pvc-1"), said(removal.then()));
    assertInstanceOf(Removal.Keep.class, LocalPathPlan.removal(released, true));
  }

  @Test
  void removal_retained_keepsTheDirectory() {
    PersistentVolume retained =
        volume("pvc-1", MADE, LOCAL + reference(UID), "Released").toBuilder().build();
    PersistentVolume kept =
        retained.toBuilder()
            .spec(retained.spec().toBuilder().persistentVolumeReclaimPolicy("Retain").build())
            .build();
    assertInstanceOf(Removal.Keep.class, LocalPathPlan.removal(kept, false));
    PersistentVolume going =
        kept.toBuilder()
            .metadata(
                kept.metadata().toBuilder()
                    .deletionTimestamp(Instant.EPOCH)
                    .finalizers(List.of(LocalPathPlan.FINALIZER))
                    .build())
            .build();
    Removal.ObjectOnly removal =
        assertInstanceOf(Removal.ObjectOnly.class, LocalPathPlan.removal(going, false));
    assertEquals(List.of("update pvc-1"), said(removal.then()));
  }

  @Test
  void removal_anothersVolume_isNotTouched() {
    assertInstanceOf(
        Removal.Keep.class,
        LocalPathPlan.removal(volume("pvc-1", "", LOCAL + reference(UID), "Released"), false));
  }

  @Test
  void isDirectory_waysOut_areNone() {
    for (String name :
        List.of("", ".", "..", "etc", "pvc-1/../x", "pvc-" + UID, "pvc-" + UID + "_a_b/c")) {
      assertFalse(LocalPath.isDirectory(name), name);
    }
    assertTrue(LocalPath.isDirectory(LocalPath.directory("pvc-" + UID, "n", "c".repeat(253))));
  }
}
