package dev.wherry.controllers.ownership;

import dev.wherry.controllers.ownership.OwnerGraph.Item;
import dev.wherry.machinery.client.DeleteOptions.Propagation;
import dev.wherry.model.meta.v1.OwnerReference;
import java.util.ArrayList;
import java.util.List;

/** What is to become of an object, given how its owners are (garbagecollector). Pure. */
sealed interface OwnerVerdict {
  record Keep() implements OwnerVerdict {}

  /** Its last owner is gone. */
  record Delete(Propagation policy) implements OwnerVerdict {}

  /** It has an owner left; these references lead nowhere. */
  record DropReferences(List<OwnerReference> kept) implements OwnerVerdict {}

  /** How one owner is. */
  enum OwnerState {
    SOLID,
    /** It is being deleted and waits for its dependents to go first. */
    WAITING,
    ABSENT
  }

  /**
   * @param states of the owners, in the order of the references
   */
  static OwnerVerdict of(Item item, List<OwnerState> states, boolean hasDependents) {
    List<OwnerReference> owners = item.meta().ownerReferences();
    if (owners.isEmpty() || item.isDeleted()) {
      return new Keep();
    }
    if (states.contains(OwnerState.SOLID)) {
      List<OwnerReference> kept = new ArrayList<>();
      for (int i = 0; i < owners.size(); i++) {
        if (states.get(i) == OwnerState.SOLID) {
          kept.add(owners.get(i));
        }
      }
      return kept.size() == owners.size() ? new Keep() : new DropReferences(kept);
    }
    if (states.contains(OwnerState.WAITING) && hasDependents) {
      // The owner waits for us: our own dependents must go before us as well.
      return new Delete(Propagation.FOREGROUND);
    }
    if (item.meta().finalizers().contains(OwnerGraph.ORPHAN)) {
      return new Delete(Propagation.ORPHAN);
    }
    return item.meta().finalizers().contains(OwnerGraph.FOREGROUND)
        ? new Delete(Propagation.FOREGROUND)
        : new Delete(Propagation.BACKGROUND);
  }
}
