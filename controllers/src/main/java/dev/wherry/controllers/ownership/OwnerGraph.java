package dev.wherry.controllers.ownership;

import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.meta.v1.ObjectMeta;
import dev.wherry.model.meta.v1.OwnerReference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** All known objects by uid, and who owns whom. A monitor: informers write, workers read. */
final class OwnerGraph {
  static final String FOREGROUND = "foregroundDeletion";
  static final String ORPHAN = "orphan";

  /** One object. */
  record Item(KindInfo kind, ObjectMeta meta) {
    boolean isDeleted() {
      return meta.deletionTimestamp() != null;
    }

    boolean waitsForDependents() {
      return isDeleted() && meta.finalizers().contains(FOREGROUND);
    }

    boolean orphansDependents() {
      return isDeleted() && meta.finalizers().contains(ORPHAN);
    }

    /** Whether a reference of its can mean that object: none reaches into another namespace. */
    boolean isReachableFrom(Item dependent) {
      String of = meta.namespace();
      return of.isEmpty() || of.equals(dependent.meta.namespace());
    }

    /** Whether the reference names it as it is known here. */
    boolean isNamedBy(OwnerReference owner) {
      return owner.apiVersion().equals(kind.apiVersion())
          && owner.kind().equals(kind.kind())
          && owner.name().equals(meta.name());
    }

    boolean blocks(String owner) {
      return meta.ownerReferences().stream()
          .anyMatch(r -> r.uid().equals(owner) && Boolean.TRUE.equals(r.blockOwnerDeletion()));
    }
  }

  private final Map<String, Item> items = new HashMap<>();
  private final Map<String, Set<String>> dependents = new HashMap<>();

  /**
   * @return the uids to look at because of this
   */
  synchronized List<String> put(Item item) {
    String uid = item.meta().uid();
    Item before = items.put(uid, item);
    if (before != null) {
      unlink(before);
    }
    Set<String> look = new LinkedHashSet<>();
    for (OwnerReference owner : item.meta().ownerReferences()) {
      dependents.computeIfAbsent(owner.uid(), u -> new LinkedHashSet<>()).add(uid);
      Item known = items.get(owner.uid());
      if (known == null || known.waitsForDependents() || misses(owner, item, known)) {
        look.add(uid);
      }
    }
    if (before == null) {
      look.addAll(misled(item));
    }
    if (before != null && !before.meta().ownerReferences().equals(item.meta().ownerReferences())) {
      // An owner that waits may have lost its last dependent.
      before.meta().ownerReferences().forEach(o -> look.add(o.uid()));
    }
    if (item.waitsForDependents() || item.orphansDependents()) {
      look.add(uid);
      look.addAll(dependents.getOrDefault(uid, Set.of()));
    }
    return List.copyOf(look);
  }

  /** The reference has the uid of that object and still means another one. */
  private static boolean misses(OwnerReference owner, Item dependent, Item known) {
    return !known.isReachableFrom(dependent) || !known.isNamedBy(owner);
  }

  /** Dependents that were there before the owner, with references that do not mean it. */
  private List<String> misled(Item owner) {
    String uid = owner.meta().uid();
    List<String> misled = new ArrayList<>();
    for (String dependent : dependents.getOrDefault(uid, Set.of())) {
      Item item = items.get(dependent);
      if (item != null
          && item.meta().ownerReferences().stream()
              .anyMatch(r -> r.uid().equals(uid) && misses(r, item, owner))) {
        misled.add(dependent);
      }
    }
    return misled;
  }

  /**
   * @return the uids to look at because of this
   */
  synchronized List<String> remove(String uid) {
    Item gone = items.remove(uid);
    if (gone == null) {
      return List.of();
    }
    unlink(gone);
    List<String> look = new ArrayList<>(dependents.getOrDefault(uid, Set.of()));
    for (OwnerReference owner : gone.meta().ownerReferences()) {
      Item known = items.get(owner.uid());
      if (known != null && known.waitsForDependents()) {
        look.add(owner.uid());
      }
    }
    return look;
  }

  private void unlink(Item item) {
    for (OwnerReference owner : item.meta().ownerReferences()) {
      Set<String> of = dependents.get(owner.uid());
      if (of != null) {
        of.remove(item.meta().uid());
        if (of.isEmpty()) {
          dependents.remove(owner.uid());
        }
      }
    }
  }

  synchronized Optional<Item> get(String uid) {
    return Optional.ofNullable(items.get(uid));
  }

  /** The known objects that name this one as an owner. */
  synchronized List<Item> dependents(String uid) {
    return dependents.getOrDefault(uid, Set.of()).stream()
        .map(items::get)
        .filter(java.util.Objects::nonNull)
        .toList();
  }

  synchronized int size() {
    return items.size();
  }
}
