package dev.wherry.controllers.volume;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.wherry.machinery.loop.Action;
import dev.wherry.machinery.loop.Plan;
import dev.wherry.model.core.v1.PersistentVolume;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.json.Json;
import dev.wherry.model.storage.v1.VolumeAttachment;
import dev.wherry.model.volume.DriverVolume;
import java.util.List;
import org.junit.jupiter.api.Test;

class AttachmentTest {
  private static final DriverVolume DISK = new DriverVolume("disk.example.com", "vol-1");

  private static Attachment.Wanted wanted(String mode, String... elsewhere) {
    Pod pod = Pod.KIND.decode(Json.parse("{\"metadata\": {\"name\": \"web\", \"uid\": \"u\"}}"));
    PersistentVolume volume =
        PersistentVolume.KIND.decode(
            Json.parse(
                """
                {"metadata": {"name": "pv-1"},
                 "spec": {"accessModes": ["%s"],
                          "csi": {"driver": "disk.example.com", "volumeHandle": "vol-1"}}}
                """
                    .formatted(mode)));
    return new Attachment.Wanted(pod, volume, List.of(elsewhere).stream().findFirst());
  }

  private static VolumeAttachment attachment(String name) {
    return VolumeAttachment.KIND.decode(
        Json.parse("{\"metadata\": {\"name\": \"%s\", \"uid\": \"a\"}}".formatted(name)));
  }

  private static Plan decide(
      List<Attachment.Wanted> wanted, List<VolumeAttachment> present, String... inUse) {
    return Attachment.decide("n1", wanted, present, List.of(inUse));
  }

  @Test
  void decide_wantedVolume_isAttachedOnceForAllPods() {
    Attachment.Wanted want = wanted("ReadWriteOnce");
    Plan plan = decide(List.of(want, want), List.of());
    assertEquals(1, plan.actions().size());
    var made = assertInstanceOf(Action.Create.class, plan.actions().getFirst()).object();
    VolumeAttachment attachment = assertInstanceOf(VolumeAttachment.class, made);
    assertEquals(DISK.attachment("n1"), attachment.metadata().name());
    assertEquals("disk.example.com", attachment.spec().attacher());
    assertEquals("n1", attachment.spec().nodeName());
    assertEquals("pv-1", attachment.spec().source().persistentVolumeName());
    assertEquals(List.of(), decide(List.of(want), List.of(attachment)).actions());
  }

  @Test
  void decide_unwantedVolume_isDetachedOnceTheNodeHasItNoMore() {
    List<VolumeAttachment> present =
        List.of(attachment(DISK.attachment("n1")), attachment("made-by-a-person"));
    assertEquals(List.of(), decide(List.of(), present, DISK.inUse()).actions());
    Plan plan = decide(List.of(), present, "kubernetes.io/csi/other^vol-1", "kubernetes.io/nfs/x");
    assertEquals(1, plan.actions().size());
    Action.Delete gone = assertInstanceOf(Action.Delete.class, plan.actions().getFirst());
    assertEquals(DISK.attachment("n1"), gone.name());
    assertEquals("a", gone.options().uid());
  }

  @Test
  void decide_volumeOfOneNodeAtATime_waitsForTheOther() {
    Plan plan = decide(List.of(wanted("ReadWriteOnce", "n2")), List.of());
    Action.Report told = assertInstanceOf(Action.Report.class, plan.actions().getFirst());
    assertEquals("FailedAttachVolume", told.reason());
    assertInstanceOf(
        Action.Create.class,
        decide(List.of(wanted("ReadWriteMany", "n2")), List.of()).actions().getFirst());
  }
}
