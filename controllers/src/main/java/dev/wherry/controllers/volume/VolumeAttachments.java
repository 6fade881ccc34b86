package dev.wherry.controllers.volume;

import dev.wherry.controllers.KeyDriven;
import dev.wherry.controllers.KeyedController;
import dev.wherry.controllers.Parts;
import dev.wherry.controllers.PodIndex;
import dev.wherry.machinery.informer.Change;
import dev.wherry.machinery.informer.Informer;
import dev.wherry.machinery.informer.ObjectKey;
import dev.wherry.machinery.loop.Action;
import dev.wherry.machinery.loop.Outcome;
import dev.wherry.machinery.loop.Plan;
import dev.wherry.model.core.v1.CSIPersistentVolumeSource;
import dev.wherry.model.core.v1.Node;
import dev.wherry.model.core.v1.ObjectReference;
import dev.wherry.model.core.v1.PersistentVolume;
import dev.wherry.model.core.v1.PersistentVolumeClaim;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.pod.PodPhases;
import dev.wherry.model.storage.v1.CSIDriver;
import dev.wherry.model.storage.v1.VolumeAttachment;
import dev.wherry.model.volume.VolumeFacts;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Asks drivers' controllers to attach volumes to nodes whose pods want them, and to detach them
 * when neither a pod wants them nor the node has them (attachdetach controller). Keyed by node.
 */
public final class VolumeAttachments implements KeyDriven {
  private static final int WORKERS = 2;
  private static final String BY_NODE = "attached-to";
  private static final String BY_VOLUME = "attached-volume";
  private final Parts parts;
  private final Informer<Pod> pods;
  private final Informer<Pod> users;
  private final Informer<PersistentVolumeClaim> claims;
  private final Informer<PersistentVolume> volumes;
  private final Informer<VolumeAttachment> attachments;
  private final Informer<CSIDriver> drivers;
  private final Informer<Node> nodes;
  private final KeyedController<String> keys;

  public VolumeAttachments(Parts parts) {
    this.parts = parts;
    keys = new KeyedController<>("volume-attachments", WORKERS, parts, this::reconcile);
    users = ClaimUsers.of(parts.informers());
    claims =
        VolumeIndex.claims(parts.informers()).onChange(c -> claimSeen(ObjectKey.of(c.latest())));
    volumes = VolumeIndex.volumes(parts.informers()).onChange(c -> volumeSeen(c.latest()));
    attachments =
        parts
            .informers()
            .of(VolumeAttachment.KIND)
            .index(BY_NODE, attachment -> List.of(attachment.spec().nodeName()))
            .index(BY_VOLUME, attachment -> List.of(volumeOf(attachment)))
            .onChange(c -> attachmentSeen(c.latest()));
    nodes = parts.informers().of(Node.KIND).onChange(this::nodeSeen);
    drivers =
        parts
            .informers()
            .of(CSIDriver.KIND)
            .onChange(_ -> nodes.list().forEach(node -> keys.add(node.metadata().name())));
    pods = PodIndex.of(parts.informers()).onChange(c -> podSeen(c.latest()));
  }

  private static String volumeOf(VolumeAttachment attachment) {
    var source = attachment.spec().source();
    String name = source == null ? null : source.persistentVolumeName();
    return name == null ? "" : name;
  }

  private void podSeen(Pod pod) {
    if (!pod.spec().nodeName().isEmpty() && !ClaimUsers.claims(pod).isEmpty()) {
      keys.add(pod.spec().nodeName());
    }
  }

  private void claimSeen(ObjectKey claim) {
    users.byIndex(ClaimUsers.CLAIM, claim.toString()).forEach(this::podSeen);
  }

  private void volumeSeen(PersistentVolume volume) {
    ObjectReference claim = volume.spec().claimRef();
    if (volume.spec().csi() != null && claim != null) {
      claimSeen(new ObjectKey(claim.namespace(), claim.name()));
    }
  }

  /** Another node may wait for what this one gave up. */
  private void attachmentSeen(VolumeAttachment attachment) {
    keys.add(attachment.spec().nodeName());
    volumes.get("", volumeOf(attachment)).ifPresent(this::volumeSeen);
  }

  private void nodeSeen(Change<Node> change) {
    boolean same =
        change instanceof Change.Updated<Node>(Node before, Node now)
            && before.status().volumesInUse().equals(now.status().volumesInUse());
    String name = change.latest().metadata().name();
    if (!same && !attachments.byIndex(BY_NODE, name).isEmpty()) {
      keys.add(name);
    }
  }

  private Outcome reconcile(String node) {
    List<String> inUse =
        nodes.get("", node).map(known -> known.status().volumesInUse()).orElse(List.of());
    Plan plan = Attachment.decide(node, wanted(node), attachments.byIndex(BY_NODE, node), inUse);
    parts.applier().apply(plan);
    boolean refused = plan.actions().stream().anyMatch(Action.Report.class::isInstance);
    return refused ? new Outcome.Retry("a volume is attached to another node") : Outcome.DONE;
  }

  private List<Attachment.Wanted> wanted(String node) {
    List<Attachment.Wanted> all = new ArrayList<>();
    for (Pod pod : pods.byIndex(PodIndex.NODE, node)) {
      if (PodPhases.isFinished(pod.status().phase())) {
        continue;
      }
      for (ObjectKey key : ClaimUsers.claims(pod)) {
        claims
            .get(key)
            .flatMap(claim -> bound(claim))
            .filter(this::mustBeAttached)
            .ifPresent(volume -> all.add(new Attachment.Wanted(pod, volume, other(node, volume))));
      }
    }
    return all;
  }

  private Optional<PersistentVolume> bound(PersistentVolumeClaim claim) {
    return volumes
        .get("", claim.spec().volumeName())
        .filter(volume -> VolumeFacts.isBoundTo(volume, claim));
  }

  /** A driver that nobody described has to be asked, as upstream has it. */
  private boolean mustBeAttached(PersistentVolume volume) {
    CSIPersistentVolumeSource source = volume.spec().csi();
    return source != null
        && drivers
            .get("", source.driver())
            .map(driver -> !Boolean.FALSE.equals(driver.spec().attachRequired()))
            .orElse(true);
  }

  /** Pods that want the volume on other nodes that have it; empty when none has it. */
  private Optional<List<Pod>> other(String node, PersistentVolume volume) {
    List<String> others =
        attachments.byIndex(BY_VOLUME, volume.metadata().name()).stream()
            .map(attachment -> attachment.spec().nodeName())
            .filter(name -> !name.equals(node))
            .toList();
    ObjectReference claim = volume.spec().claimRef();
    if (others.isEmpty() || claim == null) {
      return others.isEmpty() ? Optional.empty() : Optional.of(List.of());
    }
    ObjectKey key = new ObjectKey(claim.namespace(), claim.name());
    return Optional.of(
        users.byIndex(ClaimUsers.CLAIM, key.toString()).stream()
            .filter(pod -> others.contains(pod.spec().nodeName()))
            .filter(pod -> !PodPhases.isFinished(pod.status().phase()))
            .toList());
  }

  @Override
  public KeyedController<String> keys() {
    return keys;
  }
}
