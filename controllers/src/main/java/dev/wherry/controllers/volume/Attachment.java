package dev.wherry.controllers.volume;

import dev.wherry.machinery.client.DeleteOptions;
import dev.wherry.machinery.event.EventType;
import dev.wherry.machinery.event.References;
import dev.wherry.machinery.loop.Action;
import dev.wherry.machinery.loop.Plan;
import dev.wherry.model.core.v1.CSIPersistentVolumeSource;
import dev.wherry.model.core.v1.PersistentVolume;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.meta.v1.ObjectMeta;
import dev.wherry.model.storage.v1.VolumeAttachment;
import dev.wherry.model.storage.v1.VolumeAttachmentSource;
import dev.wherry.model.storage.v1.VolumeAttachmentSpec;
import dev.wherry.model.volume.DriverVolume;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What a node's attachments should be (attachdetach controller). Pure. */
final class Attachment {
  private static final Set<String> SHARED = Set.of("ReadWriteMany", "ReadOnlyMany");

  private Attachment() {}

  /**
   * A volume that a pod of the node wants.
   *
   * @param elsewhere pods that want it on another node that has it; empty when no other node has it
   */
  record Wanted(Pod pod, PersistentVolume volume, Optional<List<Pod>> elsewhere) {}

  /**
   * Attaches what pods want and detaches what neither a pod wants nor the node still has.
   *
   * @param present the node's attachments, also those that others made
   * @param inUse what the node says it has; nothing for a node that is gone
   */
  static Plan decide(
      String node, List<Wanted> wanted, List<VolumeAttachment> present, List<String> inUse) {
    Set<String> names = new HashSet<>();
    present.forEach(attachment -> names.add(attachment.metadata().name()));
    Set<String> keep = new HashSet<>();
    inUse.forEach(text -> keep.add(DriverVolume.ofInUse(text).attachment(node)));
    List<Action> actions = new ArrayList<>();
    for (Wanted want : wanted) {
      CSIPersistentVolumeSource source = want.volume().spec().csi();
      if (source == null) {
        continue;
      }
      DriverVolume named = new DriverVolume(source.driver(), source.volumeHandle());
      String name = named.attachment(node);
      keep.add(name);
      if (!names.add(name)) {
        continue;
      }
      if (want.elsewhere().isPresent() && !isShared(want.volume())) {
        actions.add(refused(want));
      } else {
        actions.add(
            new Action.Create<>(
                VolumeAttachment.KIND, made(name, source.driver(), want.volume(), node)));
      }
    }
    for (VolumeAttachment attachment : present) {
      boolean ours = attachment.metadata().name().startsWith("csi-");
      if (ours
          && attachment.metadata().deletionTimestamp() == null
          && !keep.contains(attachment.metadata().name())) {
        actions.add(
            new Action.Delete(
                VolumeAttachment.KIND,
                "",
                attachment.metadata().name(),
                DeleteOptions.ofUid(attachment.metadata().uid())));
      }
    }
    return Plan.of(actions);
  }

  /** Rule: upstream's IsMultiAttachAllowed. */
  private static boolean isShared(PersistentVolume volume) {
    return volume.spec().accessModes().stream().anyMatch(SHARED::contains);
  }

  private static Action refused(Wanted want) {
    return new Action.Report(
        References.to(want.pod()),
        EventType.WARNING,
        "FailedAttachVolume",
        "Multi-Attach error for volume \"%s\" %s"
            .formatted(
                want.volume().metadata().name(),
                users(want.pod().metadata().namespace(), want.elsewhere().orElse(List.of()))));
  }

  /** Names of pods of other namespaces are not for the readers of this one. */
  private static String users(String namespace, List<Pod> pods) {
    if (pods.isEmpty()) {
      return "Volume is already exclusively attached to one node and can't be attached to another";
    }
    List<String> own =
        pods.stream()
            .map(Pod::metadata)
            .filter(meta -> meta.namespace().equals(namespace))
            .map(ObjectMeta::name)
            .sorted()
            .toList();
    int others = pods.size() - own.size();
    String strangers = others + " pod(s) in different namespaces";
    if (own.isEmpty()) {
      return "Volume is already used by " + strangers;
    }
    return "Volume is already used by pod(s) "
        + String.join(", ", own)
        + (others > 0 ? " and " + strangers : "");
  }

  private static VolumeAttachment made(
      String name, String driver, PersistentVolume volume, String node) {
    VolumeAttachmentSource source =
        VolumeAttachmentSource.builder().persistentVolumeName(volume.metadata().name()).build();
    return VolumeAttachment.builder()
        .metadata(ObjectMeta.builder().name(name).build())
        .spec(VolumeAttachmentSpec.builder().attacher(driver).nodeName(node).source(source).build())
        .build();
  }
}
