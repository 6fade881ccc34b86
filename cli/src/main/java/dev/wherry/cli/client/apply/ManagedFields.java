package dev.wherry.cli.client.apply;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.json.Json;
import java.util.Map;
import java.util.Optional;

/**
 * What {@code metadata.managedFields} says, and who takes over what (client-go csaupgrade). Pure.
 */
final class ManagedFields {
  private static final String CLIENT_SIDE = "kubectl-client-side-apply";
  private static final String APPLY = "Apply";
  private static final String FIELDS = "fieldsV1";

  private ManagedFields() {}

  /** Whether an applier owns an annotation. */
  static boolean isOwned(JsonNode owners, String annotation) {
    for (JsonNode owner : owners) {
      if (owner.path("operation").asText().equals(APPLY) && owns(owner, annotation)) {
        return true;
      }
    }
    return false;
  }

  private static boolean owns(JsonNode owner, String annotation) {
    return owner.path(FIELDS).path("f:metadata").path("f:annotations").has("f:" + annotation);
  }

  /**
   * Gives the fields of client-side appliers to a server-side one.
   *
   * @param to gets all owners as they should be
   * @return whether anything changes hands
   */
  static boolean upgraded(JsonNode owners, String manager, ArrayNode to) {
    Optional<ObjectNode> heir = Optional.empty();
    for (JsonNode owner : owners) {
      if (is(owner, manager, APPLY) && owner.deepCopy() instanceof ObjectNode copy) {
        heir = Optional.of(copy);
      }
    }
    boolean changed = false;
    boolean placed = false;
    for (JsonNode owner : owners) {
      boolean clientSide = isClientSide(owner);
      if (clientSide && heir.isEmpty() && owner.deepCopy() instanceof ObjectNode first) {
        heir = Optional.of(first.put("manager", manager).put("operation", APPLY));
        to.add(first);
        placed = true;
      } else if (clientSide) {
        heir.ifPresent(all -> merge(all.withObject("/" + FIELDS), owner.path(FIELDS)));
      } else if (is(owner, manager, APPLY) && !placed) {
        heir.ifPresent(to::add);
        placed = true;
      } else {
        to.add(owner);
      }
      changed |= clientSide;
    }
    return changed;
  }

  /** By its name, or because it owns the annotation that client-side appliers write. */
  private static boolean isClientSide(JsonNode owner) {
    boolean updates =
        owner.path("operation").asText().equals("Update")
            && owner.path("subresource").asText("").isEmpty();
    return updates
        && (owner.path("manager").asText().equals(CLIENT_SIDE) || owns(owner, LastApplied.KEY));
  }

  private static boolean is(JsonNode owner, String manager, String operation) {
    return owner.path("manager").asText().equals(manager)
        && owner.path("operation").asText().equals(operation)
        && owner.path("subresource").asText("").isEmpty();
  }

  /** All of both sets. */
  private static void merge(ObjectNode into, JsonNode from) {
    for (Map.Entry<String, JsonNode> field : from.properties()) {
      if (into.get(field.getKey()) instanceof ObjectNode known) {
        merge(known, field.getValue());
      } else {
        into.set(
            field.getKey(),
            field.getValue().isObject() ? field.getValue().deepCopy() : Json.object());
      }
    }
  }
}
