package dev.wherry.model.merge;

/** What a type says of a set of fields. */
public final class TypedSets {
  private TypedSets() {}

  /**
   * The set with every declared field on the way to a member: {@code a.b.c} also owns {@code a}
   * where that is a field and not a map's key.
   */
  public static FieldSet withNamedParents(FieldSet set, MergeType type) {
    FieldSet.Sorted all = new FieldSet.Sorted(set.width());
    for (int i = 0; i < set.width(); i++) {
      PathElement element = set.element(i);
      boolean named =
          !set.below(i).isEmpty()
              && element instanceof PathElement.Name(String name)
              && type.declares(name);
      all.add(
          element, set.member(i) || named, withNamedParents(set.below(i), child(type, element)));
    }
    return all.toSet();
  }

  private static MergeType child(MergeType type, PathElement element) {
    return switch (element) {
      case PathElement.Name(String name) -> type.field(name);
      case PathElement.Keys ignored -> type.item();
      case PathElement.Value ignored -> type.item();
      case PathElement.Index ignored -> type.item();
    };
  }

  /**
   * The set after its type changed: what became atomic is owned as a whole. What became granular
   * stays as it is and is granular from the next write on.
   */
  public static FieldSet reconciled(FieldSet set, MergeType type) {
    FieldSet.Sorted all = new FieldSet.Sorted(set.width());
    boolean changed = false;
    for (int i = 0; i < set.width(); i++) {
      MergeType child = child(type, set.element(i));
      FieldSet below = set.below(i);
      if (child != MergeType.UNDECLARED && !below.isEmpty()) {
        boolean whole = isAtomic(child);
        FieldSet kept = whole ? FieldSet.EMPTY : child.isFree() ? below : reconciled(below, child);
        all.add(set.element(i), set.member(i) || whole, kept);
        changed |= kept != below;
      } else {
        all.add(set.element(i), set.member(i), below);
      }
    }
    return changed ? all.toSet() : set;
  }

  private static boolean isAtomic(MergeType type) {
    return type.isAtomicMap() || (!type.isMap() && type.isAtomicList());
  }
}
