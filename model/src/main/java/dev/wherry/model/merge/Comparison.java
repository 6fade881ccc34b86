package dev.wherry.model.merge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.wherry.model.patch.JsonEquality;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What differs between two objects of one type; no path is in two of the sets.
 *
 * @param removed in the first only
 * @param modified in both, with other values
 * @param added in the second only
 */
public record Comparison(FieldSet removed, FieldSet modified, FieldSet added) {
  private static final JsonNode ABSENT = MissingNode.getInstance();

  /**
   * @throws MergeException when elements of a list cannot be told apart
   */
  public static Comparison of(MergeType type, JsonNode before, JsonNode after) {
    Walk walk = new Walk();
    walk.compare(type, before, after);
    return new Comparison(walk.removed.build(), walk.modified.build(), walk.added.build());
  }

  public boolean isEmpty() {
    return removed.isEmpty() && modified.isEmpty() && added.isEmpty();
  }

  /** What a writer owns who made the second of the first. */
  public FieldSet changed() {
    return modified.union(added);
  }

  /** Every path that differs. */
  public FieldSet all() {
    return changed().union(removed);
  }

  /** The comparison of what a filter leaves. */
  public Comparison filtered(FieldFilter filter) {
    return new Comparison(filter.apply(removed), filter.apply(modified), filter.apply(added));
  }

  /** One walk over both objects; names become path elements only where something differs. */
  private static final class Walk {
    private final FieldSet.Builder removed = new FieldSet.Builder();
    private final FieldSet.Builder modified = new FieldSet.Builder();
    private final FieldSet.Builder added = new FieldSet.Builder();
    private final List<Object> path = new ArrayList<>();

    private void insert(FieldSet.Builder into) {
      List<PathElement> elements = new ArrayList<>(path.size());
      for (Object step : path) {
        elements.add(
            step instanceof PathElement element ? element : new PathElement.Name((String) step));
      }
      into.insert(elements);
    }

    void compare(MergeType type, JsonNode before, JsonNode after) {
      if (before == after) {
        return;
      }
      MergeType.Form was = type.form(before);
      MergeType.Form is = type.form(after);
      boolean leaf;
      if (after.isMissingNode()) {
        leaf = visit(was, type, before, after);
      } else {
        if (!before.isMissingNode() && was != is) {
          visit(was, type, before, after);
        }
        leaf = visit(is, type, before, after);
      }
      if (!leaf && before.isMissingNode()) {
        insert(added);
      } else if (!leaf && after.isMissingNode()) {
        insert(removed);
      }
    }

    /** Whether the value counts as a whole. */
    private boolean visit(MergeType.Form form, MergeType type, JsonNode before, JsonNode after) {
      boolean empty = before.isEmpty() && after.isEmpty();
      switch (form) {
        case LIST -> {
          if (type.isAtomicList() || empty) {
            break;
          }
          elements(type, before.isArray() ? before : ABSENT, after.isArray() ? after : ABSENT);
          return false;
        }
        case MAP -> {
          if (type.isAtomicMap() || empty) {
            break;
          }
          fields(type, before.isObject() ? before : ABSENT, after.isObject() ? after : ABSENT);
          return false;
        }
        case SCALAR, INVALID -> {}
      }
      leaf(before, after);
      return true;
    }

    private void leaf(JsonNode before, JsonNode after) {
      if (before.isMissingNode()) {
        insert(added);
      } else if (after.isMissingNode()) {
        insert(removed);
      } else if (!JsonEquality.same(before, after)) {
        insert(modified);
      }
    }

    private void fields(MergeType type, JsonNode before, JsonNode after) {
      for (Map.Entry<String, JsonNode> field : after.properties()) {
        String name = field.getKey();
        JsonNode old = before.path(name);
        field(type, name, old.isMissingNode() ? type.whenAbsent(name) : old, field.getValue());
      }
      for (Map.Entry<String, JsonNode> field : before.properties()) {
        String name = field.getKey();
        if (!after.has(name)) {
          field(type, name, field.getValue(), type.whenAbsent(name));
        }
      }
    }

    private void field(MergeType type, String name, JsonNode before, JsonNode after) {
      path.add(name);
      compare(type.field(name), before, after);
      path.removeLast();
    }

    private void elements(MergeType type, JsonNode before, JsonNode after) {
      if (before.equals(after)) {
        return;
      }
      Map<PathElement, List<JsonNode>> old = ListKeys.index(type, before);
      Map<PathElement, List<JsonNode>> now = ListKeys.index(type, after);
      Set<PathElement> all = new LinkedHashSet<>(old.keySet());
      all.addAll(now.keySet());
      for (PathElement element : all) {
        path.add(element);
        element(
            type.item(),
            old.getOrDefault(element, List.of()),
            now.getOrDefault(element, List.of()));
        path.removeLast();
      }
    }

    /** Doubled elements are one thing: added, removed or modified as a whole. */
    private void element(MergeType item, List<JsonNode> old, List<JsonNode> now) {
      JsonNode first = old.isEmpty() ? ABSENT : old.getFirst();
      JsonNode second = now.isEmpty() ? ABSENT : now.getFirst();
      if (old.size() <= 1 && now.size() <= 1) {
        compare(item, first, second);
      } else if (old.size() > 1 && now.size() > 1) {
        if (!old.equals(now)) {
          insert(modified);
        }
      } else if (old.size() > 1) {
        if (!now.isEmpty()) {
          compare(item, ABSENT, second);
        }
        insert(removed);
      } else {
        if (!old.isEmpty()) {
          compare(item, first, ABSENT);
        }
        insert(added);
      }
    }
  }
}
