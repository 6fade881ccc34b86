package dev.wherry.scheduler.view;

import dev.wherry.machinery.informer.ObjectKey;
import dev.wherry.model.core.v1.PersistentVolume;
import dev.wherry.model.core.v1.PersistentVolumeClaim;
import dev.wherry.model.storage.v1.CSINode;
import dev.wherry.model.storage.v1.StorageClass;
import dev.wherry.model.volume.ClaimFacts;
import dev.wherry.model.volume.VolumeFacts;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Claims, volumes and classes as they were told, and what was decided of them and is not told yet:
 * a volume that was chosen for a claim is no other one's, whatever the API shows. Owned by the
 * loop, as the nominations are.
 */
public final class Storage {
  private final Map<ObjectKey, PersistentVolumeClaim> claims = new HashMap<>();
  private final Map<String, PersistentVolume> volumes = new HashMap<>();
  private final Map<String, Map<String, PersistentVolume>> byClass = new HashMap<>();
  private final Map<String, StorageClass> classes = new HashMap<>();
  private final Map<String, CSINode> csiNodes = new HashMap<>();

  /** Volumes chosen and not shown bound yet, with the claim. */
  private final Map<String, ObjectKey> taken = new HashMap<>();

  /** Nodes chosen for claims and not shown on them yet. */
  private final Map<ObjectKey, String> selected = new HashMap<>();

  Storage copy() {
    Storage copy = new Storage();
    copy.claims.putAll(claims);
    copy.volumes.putAll(volumes);
    byClass.forEach((name, some) -> copy.byClass.put(name, new TreeMap<>(some)));
    copy.classes.putAll(classes);
    copy.csiNodes.putAll(csiNodes);
    copy.taken.putAll(taken);
    copy.selected.putAll(selected);
    return copy;
  }

  public Optional<PersistentVolumeClaim> claim(String namespace, String name) {
    return Optional.ofNullable(claims.get(new ObjectKey(namespace, name)));
  }

  public Optional<PersistentVolume> volume(String name) {
    return Optional.ofNullable(volumes.get(name));
  }

  /** The volumes of a class, in the order of their names. */
  public Collection<PersistentVolume> volumesOf(String className) {
    return Collections.unmodifiableCollection(byClass.getOrDefault(className, Map.of()).values());
  }

  public Optional<StorageClass> storageClass(String name) {
    return Optional.ofNullable(classes.get(name));
  }

  public Optional<CSINode> csiNode(String node) {
    return Optional.ofNullable(csiNodes.get(node));
  }

  /** Names of volumes that are chosen already. */
  public Set<String> taken() {
    return Collections.unmodifiableSet(taken.keySet());
  }

  /** The node for which the claim's volume is made; "" while none is chosen. */
  public String selectedNode(PersistentVolumeClaim claim) {
    return selected.getOrDefault(ObjectKey.of(claim), ClaimFacts.selectedNode(claim));
  }

  public void claimSeen(PersistentVolumeClaim claim) {
    ObjectKey key = ObjectKey.of(claim);
    claims.put(key, claim);
    if (!ClaimFacts.selectedNode(claim).isEmpty() || ClaimFacts.isFullyBound(claim)) {
      selected.remove(key);
    }
  }

  public void claimGone(ObjectKey key) {
    claims.remove(key);
    selected.remove(key);
  }

  public void volumeSeen(PersistentVolume volume) {
    String name = volume.metadata().name();
    volumeGone(name, volume.spec().claimRef() != null);
    volumes.put(name, volume);
    byClass.computeIfAbsent(VolumeFacts.className(volume), c -> new TreeMap<>()).put(name, volume);
  }

  public void volumeGone(String name) {
    volumeGone(name, true);
  }

  private void volumeGone(String name, boolean settled) {
    PersistentVolume before = volumes.remove(name);
    if (before != null) {
      String className = VolumeFacts.className(before);
      byClass.computeIfPresent(
          className,
          (c, some) -> {
            some.remove(name);
            return some;
          });
    }
    if (settled) {
      taken.remove(name);
    }
  }

  public void classSeen(StorageClass storageClass) {
    classes.put(storageClass.metadata().name(), storageClass);
  }

  public void classGone(String name) {
    classes.remove(name);
  }

  public void csiNodeSeen(CSINode node) {
    csiNodes.put(node.metadata().name(), node);
  }

  public void csiNodeGone(String name) {
    csiNodes.remove(name);
  }

  /** From now on the choice counts as made. */
  public void assume(VolumeChoice choice, String node) {
    for (VolumeChoice.Match match : choice.matches()) {
      taken.put(match.volume().metadata().name(), ObjectKey.of(match.claim()));
    }
    choice.provisioned().forEach(claim -> selected.put(ObjectKey.of(claim), node));
  }

  /** It came to nothing. */
  public void release(VolumeChoice choice) {
    for (VolumeChoice.Match match : choice.matches()) {
      taken.remove(match.volume().metadata().name(), ObjectKey.of(match.claim()));
    }
    choice.provisioned().forEach(claim -> selected.remove(ObjectKey.of(claim)));
  }
}
