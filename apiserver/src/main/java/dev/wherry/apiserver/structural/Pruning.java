package dev.wherry.apiserver.structural;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Removes what no schema knows (apiextensions-apiserver schema/pruning). */
public final class Pruning {
  private static final Set<String> META_FIELDS = Set.of("apiVersion", "kind", "metadata");

  private final List<String> removed = new ArrayList<>();

  private Pruning() {}

  /**
   * Prunes an object in place; its own {@code apiVersion}, {@code kind} and {@code metadata} stay
   * as they are.
   *
   * @return paths of what was removed ({@code spec.list[0].field}), sorted
   */
  public static List<String> prune(ObjectNode object, Structural schema) {
    Pruning pruning = new Pruning();
    pruning.value(object, schema, true, "");
    Collections.sort(pruning.removed);
    return pruning.removed;
  }

  /** As {@link #prune}, of a value that is no object of its own. */
  static void pruneValue(JsonNode value, Structural schema) {
    new Pruning().value(value, schema, schema.embedded(), "");
  }

  private void value(JsonNode value, @Nullable Structural schema, boolean resource, String path) {
    boolean keep = schema != null && schema.preserving();
    switch (value) {
      case ObjectNode object -> object(object, schema, resource, keep, path);
      case ArrayNode array -> {
        Structural item = schema == null ? null : schema.item();
        for (int i = 0; i < array.size(); i++) {
          String at = path + "[" + i + "]";
          if (keep) {
            kept(array.get(i), item, at);
          } else {
            value(array.get(i), item, item != null && item.embedded(), at);
          }
        }
      }
      default -> {}
    }
  }

  /** Below a list that keeps everything, objects keep everything too. */
  private void kept(JsonNode value, @Nullable Structural schema, String path) {
    if (schema == null) {
      return;
    }
    switch (value) {
      case ObjectNode object -> object(object, schema, schema.embedded(), true, path);
      case ArrayNode array -> {
        for (int i = 0; i < array.size(); i++) {
          kept(array.get(i), schema.item(), path + "[" + i + "]");
        }
      }
      default -> {}
    }
  }

  private void object(
      ObjectNode object, @Nullable Structural schema, boolean resource, boolean keep, String path) {
    for (Iterator<Map.Entry<String, JsonNode>> it = object.properties().iterator();
        it.hasNext(); ) {
      Map.Entry<String, JsonNode> e = it.next();
      String name = e.getKey();
      if (resource && META_FIELDS.contains(name)) {
        continue;
      }
      Structural field = schema == null ? null : schema.field(name);
      boolean wanted = field != null || (schema != null && schema.open());
      if (wanted) {
        value(e.getValue(), field, field != null && field.embedded(), at(path, name));
      } else if (!keep) {
        it.remove();
        if (!path.isEmpty() || !META_FIELDS.contains(name)) {
          removed.add(at(path, name));
        }
      }
    }
  }

  private static String at(String path, String name) {
    return path.isEmpty() ? name : path + "." + name;
  }
}
