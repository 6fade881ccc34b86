package dev.wherry.model.merge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.wherry.model.merge.FieldSet.Sorted;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/** The sets of fields that values have, each made in one pass. */
public final class FieldSets {
  /** A member with nothing below. */
  private static final FieldSet LEAF = FieldSet.ofNames(List.of(List.of("leaf")));

  private FieldSets() {}

  /** Every leaf and list element of a value: what somebody who applies it owns. */
  public static FieldSet of(MergeType type, JsonNode value) {
    FieldSet set = walk(type, value);
    return set == LEAF ? FieldSet.EMPTY : set;
  }

  private static FieldSet walk(MergeType type, JsonNode value) {
    return switch (type.form(value)) {
      case SCALAR -> LEAF;
      case LIST ->
          type.isAtomicList()
              ? LEAF
              : value.isArray() ? elements(type, value, FieldSets::of) : FieldSet.EMPTY;
      case MAP ->
          type.isAtomicMap() ? LEAF : value.isObject() ? fields(type, value) : FieldSet.EMPTY;
      case INVALID -> FieldSet.EMPTY;
    };
  }

  private static FieldSet fields(MergeType type, JsonNode value) {
    Sorted set = new Sorted(value.size());
    for (Map.Entry<String, JsonNode> field : value.properties()) {
      JsonNode child = field.getValue();
      FieldSet below = walk(type.field(field.getKey()), child);
      boolean nothing = child.isNull() || (child.isObject() && child.isEmpty());
      set.insert(
          new PathElement.Name(field.getKey()),
          below == LEAF || nothing || !type.declares(field.getKey()),
          below == LEAF ? FieldSet.EMPTY : below);
    }
    return set.toSet();
  }

  /** Each element of a list as a member, with what stands below the first of its key. */
  private static FieldSet elements(
      MergeType type, JsonNode value, BiFunction<MergeType, JsonNode, FieldSet> below) {
    Sorted set = new Sorted(value.size());
    if (type.keys().isEmpty()) {
      value.forEach(e -> set.insert(ListKeys.of(type, e), true, FieldSet.EMPTY));
      return set.toSet();
    }
    ListKeys.index(type, value)
        .forEach((element, values) ->
            set.insert(
                element,
                true,
                values.size() > 1 ? FieldSet.EMPTY : below.apply(type.item(), values.getFirst())));
    return set.toSet();
  }

  /**
   * What a new object adds to Go's empty one: what {@link Comparison} of the two calls added.
   * Besides the leaves these are structures that were not there at all, and all below them.
   */
  public static FieldSet added(MergeType type, JsonNode value) {
    return added(type, value, true);
  }

  private static FieldSet added(MergeType type, JsonNode value, boolean wasThere) {
    return switch (type.form(value)) {
      case LIST ->
          type.isAtomicList() || value.isEmpty()
              ? FieldSet.EMPTY
              : elements(type, value, (item, element) -> added(item, element, false));
      case MAP ->
          type.isAtomicMap() || value.isEmpty()
              ? FieldSet.EMPTY
              : addedFields(type, value, wasThere);
      case SCALAR, INVALID -> FieldSet.EMPTY;
    };
  }

  /**
   * @param wasThere whether Go's empty object has the structure that holds the fields
   */
  private static FieldSet addedFields(MergeType type, JsonNode value, boolean wasThere) {
    Sorted set = new Sorted(value.size());
    for (Map.Entry<String, JsonNode> field : value.properties()) {
      MergeType child = type.field(field.getKey());
      JsonNode before = wasThere ? type.whenAbsent(field.getKey()) : MissingNode.getInstance();
      FieldSet below = added(child, field.getValue(), before.isObject());
      boolean changed = below.isEmpty() && !isNothing(field.getValue());
      set.insert(new PathElement.Name(field.getKey()), before.isMissingNode() || changed, below);
    }
    return set.toSet();
  }

  private static boolean isNothing(JsonNode value) {
    return value.isNull() || (value.isContainerNode() && value.isEmpty());
  }
}
