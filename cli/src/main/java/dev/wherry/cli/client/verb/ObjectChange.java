package dev.wherry.cli.client.verb;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.cli.client.apply.ThreeWayPatch;
import dev.wherry.cli.client.discovery.ResourceType;
import dev.wherry.cli.client.select.Target;
import dev.wherry.model.patch.MergeRules;
import dev.wherry.model.schema.ObjectType;
import dev.wherry.model.schema.Schema;
import java.util.Optional;

/**
 * Sends what a verb changed in its copy of an object: a strategic merge patch for kinds whose merge
 * rules are known, a JSON merge patch for the others, so that what others change meanwhile stays.
 *
 * @param options dry run and owner
 * @param manager the verb's own name, as kubectl writes it
 */
public record ObjectChange(Session session, ChangeOptions options, String manager) {
  /** Media type of a strategic merge patch. */
  public static final String STRATEGIC = "application/strategic-merge-patch+json";

  /** Media type of a JSON merge patch (RFC 7386). */
  public static final String MERGE = "application/merge-patch+json";

  /** Media type of a JSON patch (RFC 6902). */
  public static final String JSON_PATCH = "application/json-patch+json";

  /**
   * What changed, and in which language.
   *
   * @param media of {@code patch}
   */
  public record Difference(ObjectNode patch, String media) {
    public boolean isEmpty() {
      return patch.isEmpty();
    }
  }

  /** The merge rules of a kind; none for kinds that only the server knows. */
  public static Optional<MergeRules> rules(ResourceType type) {
    Optional<ObjectType> schema =
        Schema.builtin().ofKind(type.group(), type.version(), type.kind());
    return schema.map(Schema.builtin()::mergeRules);
  }

  /** The patch that makes one object of the other. */
  public static Difference between(ResourceType type, JsonNode before, ObjectNode after) {
    Optional<MergeRules> rules = rules(type);
    return new Difference(
        ThreeWayPatch.of(before, after, before, rules.orElse(MergeRules.NONE)),
        rules.isPresent() ? STRATEGIC : MERGE);
  }

  /** The JSON merge patch that makes one object of the other. */
  public static Difference merge(JsonNode before, ObjectNode after) {
    return new Difference(ThreeWayPatch.of(before, after, before, MergeRules.NONE), MERGE);
  }

  /** Sends a patch; the object as the server has it then. */
  public JsonNode send(Target target, Difference difference) {
    return send(target, "", difference.media(), difference.patch());
  }

  /**
   * Sends a patch.
   *
   * @param subresource "" for the object itself
   */
  public JsonNode send(Target target, String subresource, String media, JsonNode patch) {
    String path = target.path() + (subresource.isEmpty() ? "" : "/" + subresource);
    return session.api().exchange("PATCH", options.path(path, manager), media, patch);
  }
}
