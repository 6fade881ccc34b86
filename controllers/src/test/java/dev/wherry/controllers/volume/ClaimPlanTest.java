package dev.wherry.controllers.volume;

import static dev.wherry.controllers.Fixtures.NOW;
import static dev.wherry.controllers.volume.VolumeObjects.UID;
import static dev.wherry.controllers.volume.VolumeObjects.claim;
import static dev.wherry.controllers.volume.VolumeObjects.reference;
import static dev.wherry.controllers.volume.VolumeObjects.said;
import static dev.wherry.controllers.volume.VolumeObjects.storageClass;
import static dev.wherry.controllers.volume.VolumeObjects.volume;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.machinery.loop.Action;
import dev.wherry.machinery.loop.Plan;
import dev.wherry.model.core.v1.PersistentVolume;
import dev.wherry.model.core.v1.PersistentVolumeClaim;
import dev.wherry.model.storage.v1.StorageClass;
import dev.wherry.model.volume.VolumeAnnotations;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ClaimPlanTest {
  private static final String PENDING = "\"phase\": \"Pending\"";
  private static final String COMPLETED = "\"pv.kubernetes.io/bind-completed\": \"yes\"";

  private final List<PersistentVolume> volumes = new ArrayList<>();
  private final List<StorageClass> classes = new ArrayList<>();
  private final List<String> users = new ArrayList<>();

  private Plan plan(PersistentVolumeClaim claim) {
    return ClaimPlan.of(
        claim,
        new VolumeViews() {
          @Override
          public List<PersistentVolume> candidates(PersistentVolumeClaim asking) {
            return volumes;
          }

          @Override
          public Optional<PersistentVolume> volume(String name) {
            return volumes.stream().filter(v -> v.metadata().name().equals(name)).findFirst();
          }

          @Override
          public Optional<StorageClass> storageClass(String name) {
            return classes.stream().filter(c -> c.metadata().name().equals(name)).findFirst();
          }

          @Override
          public List<StorageClass> classes() {
            return classes;
          }

          @Override
          public List<String> users(PersistentVolumeClaim asking) {
            return users;
          }
        },
        NOW);
  }

  private static PersistentVolumeClaim pending(String spec) {
    return claim("", spec, PENDING);
  }

  @Test
  void claim_freeVolumeFits_bothNameEachOtherBeforeTheirPhases() {
    volumes.add(volume("pv-1", "", "", "Available"));

    Plan first = plan(pending(""));

    assertEquals(List.of("update pv-1", "update data"), said(first));
    PersistentVolume bound =
        (PersistentVolume) ((Action.Update<?>) first.actions().get(0)).object();
    PersistentVolumeClaim claimed =
        (PersistentVolumeClaim) ((Action.Update<?>) first.actions().get(1)).object();
    assertTrue(bound.metadata().annotations().containsKey(VolumeAnnotations.BOUND_BY_CONTROLLER));
    assertEquals("pv-1", claimed.spec().volumeName());
    volumes.set(0, bound);
    Plan second = plan(claimed);
    assertEquals(List.of("status pv-1 Bound", "status data Bound"), said(second));
    PersistentVolumeClaim done =
        (PersistentVolumeClaim) ((Action.UpdateStatus<?>) second.actions().get(1)).object();
    assertEquals("2Gi", done.status().capacity().get("storage").toString());
  }

  @Test
  void claim_volumeKeptForIt_takesIt_withoutTheControllersMark() {
    volumes.add(volume("free", "", "", "Available"));
    volumes.add(volume("kept", "", reference(""), "Available"));

    Plan plan = plan(pending(""));

    assertEquals(List.of("update kept", "update data"), said(plan));
    PersistentVolume kept = (PersistentVolume) ((Action.Update<?>) plan.actions().get(0)).object();
    assertEquals(UID, kept.spec().claimRef().uid());
    assertTrue(!kept.metadata().annotations().containsKey(VolumeAnnotations.BOUND_BY_CONTROLLER));
  }

  @Test
  void claim_noClassAndNoVolume_staysPendingWithUpstreamsEvent() {
    assertEquals(
        List.of("report FailedBinding"), said(plan(pending(", \"storageClassName\": \"\""))));
  }

  @Test
  void claim_classLeftOpen_getsTheDefaultOneLater_butNotWhenItAsksForNone() {
    classes.add(storageClass("fast", "example.com/x", "Immediate", true));

    Plan open = plan(pending(""));
    assertEquals(List.of("update data"), said(open));
    assertEquals(
        "fast",
        ((PersistentVolumeClaim) ((Action.Update<?>) open.actions().getFirst()).object())
            .spec()
            .storageClassName());
    assertEquals(
        List.of("report FailedBinding"), said(plan(pending(", \"storageClassName\": \"\""))));
  }

  @Test
  void claim_classWaits_saysForWhat() {
    classes.add(storageClass("late", "example.com/x", "WaitForFirstConsumer", false));
    volumes.add(volume("pv-1", "", ", \"storageClassName\": \"late\"", "Available"));
    PersistentVolumeClaim claim = pending(", \"storageClassName\": \"late\"");

    assertEquals(List.of("report WaitForFirstConsumer"), said(plan(claim)));
    users.add("web-0");
    assertEquals(List.of("report WaitForPodScheduled"), said(plan(claim)));
    PersistentVolumeClaim selected =
        claim(
            "\"volume.kubernetes.io/selected-node\": \"n\"",
            ", \"storageClassName\": \"late\"",
            PENDING);
    assertEquals(List.of("update data", "report ExternalProvisioning"), said(plan(selected)));
  }

  @Test
  void claim_classUnknownOrOfNoProvisioner_reportsIt() {
    PersistentVolumeClaim claim = pending(", \"storageClassName\": \"x\"");
    assertEquals(List.of("report ProvisioningFailed"), said(plan(claim)));
    classes.add(storageClass("x", "kubernetes.io/no-provisioner", "Immediate", false));
    assertEquals(List.of("report ProvisioningFailed"), said(plan(claim)));
  }

  @Test
  void claim_namesAVolume_isBoundOnlyIfItFits() {
    PersistentVolumeClaim claim = pending(", \"volumeName\": \"pv-1\"");
    assertEquals(List.of(), said(plan(claim)));
    volumes.add(volume("pv-1", "", ", \"storageClassName\": \"other\"", "Available"));
    assertEquals(List.of("report VolumeMismatch"), said(plan(claim)));
    volumes.set(0, volume("pv-1", "", "", "Available"));
    assertEquals(List.of("update pv-1", "update data"), said(plan(claim)));
    volumes.set(0, volume("pv-1", "", reference("another").replace("data", "others"), "Bound"));
    assertEquals(List.of("report FailedBinding"), said(plan(claim)));
  }

  @Test
  void claim_boundOnce_isLostWithoutItsVolume_andSaysSoOnce() {
    String bound = "\"phase\": \"Bound\", \"capacity\": {\"storage\": \"2Gi\"}";
    PersistentVolumeClaim claim = claim(COMPLETED, ", \"volumeName\": \"pv-1\"", bound);
    assertEquals(List.of("status data Lost", "report ClaimLost"), said(plan(claim)));
    PersistentVolumeClaim lost =
        claim(COMPLETED, ", \"volumeName\": \"pv-1\"", "\"phase\": \"Lost\"");
    assertEquals(List.of(), said(plan(lost)));
    volumes.add(volume("pv-1", "", reference("another"), "Bound"));
    assertEquals(List.of("status data Lost", "report ClaimMisbound"), said(plan(claim)));
  }
}
