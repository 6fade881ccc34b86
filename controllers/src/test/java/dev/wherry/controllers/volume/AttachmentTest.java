package dev.wherry.controllers.volume;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.wherry.controllers.Fixtures;
import dev.wherry.machinery.loop.Action;
import dev.wherry.machinery.loop.Plan;
import dev.wherry.model.core.v1.PersistentVolume;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.json.Json;
import dev.wherry.model.storage.v1.VolumeAttachment;
import dev.wherry.model.volume.DriverVolume;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AttachmentTest {
  private static final DriverVolume DISK = new DriverVolume("disk.example.com", "vol-1");

  private static Attachment.Wanted wanted(String mode, String... elsewhere) {
    Pod pod = pod("default", "web");
    PersistentVolume volume =
        PersistentVolume.KIND.decode(
            Json.parse(
                """
                {"metadata": {"name": "pv-1"},
                 "spec": {"accessModes": ["%s"],
                          "csi": {"driver": "disk.example.com", "volumeHandle": "vol-1"}}}
                """
                    .formatted(mode)));
    List<Pod> users =
        Stream.of(elsewhere)
            .filter(name -> !name.isEmpty())
            .map(name -> name.split("/"))
            .map(name -> pod(name[0], name[1]))
            .toList();
    return new Attachment.Wanted(
        pod, volume, elsewhere.length == 0 ? Optional.empty() : Optional.of(users));
  }

  private static Pod pod(String namespace, String name) {
    return Pod.builder().metadata(Fixtures.meta(namespace, name).build()).build();
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

  @ParameterizedTest
  @CsvSource({
    "'', already exclusively attached to one node and can't be attached to another",
    "default/b default/a, 'already used by pod(s) a, b'",
    "default/b other/a other/c, already used by pod(s) b and 2 pod(s) in different namespaces",
    "other/a, already used by 1 pod(s) in different namespaces",
  })
  void decide_volumeOfOneNodeAtATime_waitsForTheOther(String users, String why) {
    Plan plan = decide(List.of(wanted("ReadWriteOnce", users.split(" "))), List.of());
    Action.Report told = assertInstanceOf(Action.Report.class, plan.actions().getFirst());
    assertEquals("FailedAttachVolume", told.reason());
    assertEquals("Multi-Attach error for volume \"pv-1\" Volume is " + why, told.message());
    assertInstanceOf(
        Action.Create.class,
        decide(List.of(wanted("ReadWriteMany", "default/a")), List.of()).actions().getFirst());
  }
}
