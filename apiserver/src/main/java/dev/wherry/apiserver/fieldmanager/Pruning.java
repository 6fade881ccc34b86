package dev.wherry.apiserver.fieldmanager;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.fieldmanager.OwnerTracking.Typed;
import dev.wherry.model.json.Json;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.merge.FieldSet;
import dev.wherry.model.merge.FieldSets;
import dev.wherry.model.merge.MergeType;
import dev.wherry.model.merge.Removal;
import dev.wherry.model.merge.TypedSets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Takes out of a merged object what the applier applied last time, does not apply now, and nobody
 * else owns (structured-merge-diff merge, Updater.prune).
 */
final class Pruning {
  private final OwnerTracking manager;
  private final KindInfo kind;
  private final ManagedFields managed;

  Pruning(OwnerTracking manager, Writer writer, ManagedFields managed) {
    this.manager = manager;
    this.kind = writer.kind();
    this.managed = managed;
  }

  /** An object in one version. */
  private record At(KindInfo kind, ObjectNode object, MergeType type) {
    FieldSet fields() {
      return TypedSets.withNamedParents(FieldSets.of(type, object), type);
    }

    At without(FieldSet unwanted) {
      JsonNode left = Removal.of(type, object, unwanted);
      return new At(kind, left instanceof ObjectNode some ? some : Json.object(), type);
    }
  }

  private Optional<At> at(At from, String apiVersion) {
    return manager
        .typed(from.kind(), from.object(), apiVersion)
        .map((Typed t) -> new At(manager.kindAt(kind, apiVersion), t.object(), t.type()));
  }

  ObjectNode prune(ObjectNode object, Ownership last) {
    At whole = new At(kind, object, manager.type(kind));
    Optional<At> converted = at(whole, last.apiVersion());
    if (converted.isEmpty()) {
      return object;
    }
    At merged = converted.get();
    FieldSet owned = TypedSets.withNamedParents(last.fields(), merged.type());
    At pruned = addBackOwned(merged, merged.without(owned), last.apiVersion());
    At inLastVersion = at(pruned, last.apiVersion()).orElse(pruned);
    At done = addBackDangling(merged, inLastVersion, owned);
    return at(done, kind.apiVersion()).map(At::object).orElse(object);
  }

  /** What others own, or the applier owns now, stays. */
  private At addBackOwned(At merged, At pruned, String version) {
    Map<String, FieldSet> byVersion = new LinkedHashMap<>();
    byVersion.put(version, FieldSet.EMPTY);
    for (Ownership owner : managed.owners().values()) {
      byVersion.merge(owner.apiVersion(), owner.fields(), FieldSet::union);
    }
    At left = pruned;
    for (Map.Entry<String, FieldSet> owned : byVersion.entrySet()) {
      Optional<At> all = at(merged, owned.getKey());
      Optional<At> some = at(left, owned.getKey());
      if (all.isPresent() && some.isPresent()) {
        MergeType type = all.get().type();
        FieldSet kept =
            some.get().fields().union(TypedSets.withNamedParents(owned.getValue(), type));
        left = all.get().without(all.get().fields().difference(kept));
      }
    }
    return left;
  }

  /** What the applier did not own stays, whoever else does not own it. */
  private static At addBackDangling(At merged, At pruned, FieldSet owned) {
    return merged.without(merged.fields().difference(pruned.fields()).intersection(owned));
  }
}
