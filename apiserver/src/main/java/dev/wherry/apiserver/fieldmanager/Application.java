package dev.wherry.apiserver.fieldmanager;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.fieldmanager.OwnerTracking.Detached;
import dev.wherry.apiserver.fieldmanager.OwnerTracking.Versions;
import dev.wherry.model.json.Json;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.merge.Comparison;
import dev.wherry.model.merge.FieldFilter;
import dev.wherry.model.merge.FieldSet;
import dev.wherry.model.merge.FieldSets;
import dev.wherry.model.merge.Merge;
import dev.wherry.model.merge.MergeException;
import dev.wherry.model.merge.MergeType;
import dev.wherry.model.merge.TypeCheck;
import dev.wherry.model.patch.JsonEquality;
import dev.wherry.model.status.ApiException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Server-side apply: merges a configuration into the live object, gives its fields to the applier,
 * and takes away what the applier owned alone and no longer wants.
 */
public final class Application {
  private static final String BEFORE_FIRST_APPLY = "before-first-apply";

  private final OwnerTracking manager;

  public Application(OwnerTracking manager) {
    this.manager = manager;
  }

  /**
   * What is applied.
   *
   * @param config as the client sent it, decoded
   * @param force whether fields are taken from their owners
   */
  public record Config(ObjectNode config, boolean force) {}

  /**
   * A new tree: the live object with the configuration in it and its managedFields.
   *
   * @param live is the same after the call; an empty object where there is none
   * @throws ApiException 409 with a cause for each field that others own, 400 for a configuration
   *     of another kind and for one that does not fit the type
   */
  public ObjectNode apply(Writer writer, FieldFilter filter, ObjectNode live, Config config) {
    checkKind(writer.kind(), config.config());
    if (config.config().path("metadata").has(ManagedFields.FIELD)) {
      throw ApiException.badRequest("metadata.managedFields must be nil");
    }
    ObjectNode before = live.deepCopy();
    ManagedFields managed = ManagedFields.of(before);
    Detached.from(before);
    try {
      Result result = new LastApplied(this, manager).apply(writer, filter, before, managed, config);
      result.managed().writeTo(result.object());
      return LastApplied.synced(writer, result.object(), config.config());
    } catch (Conflicts e) {
      throw e.answer();
    } catch (MergeException e) {
      // Upstream answers 500 here; the client is at fault and is told so.
      throw ApiException.badRequest(String.valueOf(e.getMessage()));
    }
  }

  /** A merged object without managedFields, and its owners. */
  record Result(ObjectNode object, ManagedFields managed) {}

  private static void checkKind(KindInfo kind, ObjectNode config) {
    String apiVersion = config.path("apiVersion").asText();
    if (!config.path("kind").asText().equals(kind.kind())
        || !apiVersion.equals(kind.apiVersion())) {
      throw ApiException.badRequest(
          "invalid object type: " + shown(apiVersion, config.path("kind").asText()));
    }
  }

  /** A kind as Go prints it: the core group is nothing before a slash. */
  private static String shown(String apiVersion, String kind) {
    return (apiVersion.contains("/") ? apiVersion : "/" + apiVersion) + ", Kind=" + kind;
  }

  /** One attempt; throws {@link Conflicts} where others own what would change. */
  Result attempt(
      Writer writer,
      FieldFilter filter,
      ObjectNode live,
      ManagedFields owners,
      boolean force,
      ObjectNode config) {
    ManagedFields managed = owners.copy();
    if (managed.isEmpty()) {
      startTracking(writer, filter, live, managed);
    }
    managed.reconcile(manager.versions(writer, live, live, filter)::reconciled);
    MergeType type = manager.type(writer.kind());
    check(writer, type, config);
    JsonNode merged = Merge.of(type, live, config);
    ManagerId self = ManagerId.applying(writer.manager(), writer.subresource());
    Optional<Ownership> last = Optional.ofNullable(managed.owners().get(self));
    FieldSet own = filter.apply(FieldSets.of(type, config));
    managed.owners().put(self, Ownership.of(own, writer.apiVersion(), ""));
    ObjectNode object = object(merged);
    if (last.isPresent() && !last.get().fields().isEmpty()) {
      object = new Pruning(manager, writer, managed).prune(object, last.get());
    }
    share(writer, self, managed, manager.versions(writer, live, object, filter), force);
    boolean changed = !JsonEquality.same(live, object);
    finish(self, managed, last, changed);
    return new Result(changed ? object : live.deepCopy(), managed);
  }

  private static ObjectNode object(JsonNode merged) {
    return merged instanceof ObjectNode object ? object : Json.object();
  }

  private void startTracking(
      Writer writer, FieldFilter filter, ObjectNode live, ManagedFields managed) {
    FieldSet all = FieldSets.added(manager.type(writer.kind()), live);
    FieldSet own = filter.apply(all).difference(OwnerTracking.NOBODYS);
    managed.put(
        ManagerId.updating(BEFORE_FIRST_APPLY, writer.apiVersion(), writer.subresource()),
        Ownership.of(own, writer.apiVersion(), manager.now()));
  }

  private static void check(Writer writer, MergeType type, ObjectNode config) {
    try {
      TypeCheck.require(type, config);
    } catch (MergeException e) {
      JsonNode metadata = config.path("metadata");
      throw new MergeException(
          "failed to create typed patch object (%s/%s; %s): %s"
              .formatted(
                  metadata.path("namespace").asText(),
                  metadata.path("name").asText(),
                  shown(writer.apiVersion(), writer.kind().kind()),
                  e.getMessage()));
    }
  }

  /** Takes changed fields from their other owners, or refuses to. */
  private static void share(
      Writer writer, ManagerId self, ManagedFields managed, Versions both, boolean force) {
    Map<ManagerId, FieldSet> conflicts = new LinkedHashMap<>();
    Map<ManagerId, Ownership> left = new LinkedHashMap<>();
    for (Map.Entry<ManagerId, Ownership> other : managed.owners().entrySet()) {
      if (other.getKey().equals(self)) {
        continue;
      }
      Optional<Comparison> change = both.at(other.getValue().apiVersion());
      FieldSet fields = other.getValue().fields();
      FieldSet contested = change.map(c -> fields.intersection(c.changed())).orElse(FieldSet.EMPTY);
      if (!contested.isEmpty()) {
        conflicts.put(other.getKey(), contested);
      }
      FieldSet kept =
          change
              .map(c -> fields.difference(contested).difference(c.removed()))
              .orElse(FieldSet.EMPTY);
      left.put(other.getKey(), other.getValue().with(kept));
    }
    if (!force && !conflicts.isEmpty()) {
      throw Conflicts.of(conflicts);
    }
    left.forEach(managed::put);
  }

  /** An applier who changed nothing keeps the time of its last change. */
  private void finish(
      ManagerId self, ManagedFields managed, Optional<Ownership> last, boolean changed) {
    Ownership own = managed.owners().get(self);
    if (own != null) {
      String time = changed ? manager.now() : last.map(Ownership::time).orElse("");
      FieldSet fields = own.fields().difference(OwnerTracking.NOBODYS);
      managed.put(self, Ownership.of(fields, own.apiVersion(), time));
    }
  }
}
