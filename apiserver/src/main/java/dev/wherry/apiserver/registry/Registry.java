package dev.wherry.apiserver.registry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.admission.AdmissionChain;
import dev.wherry.apiserver.cache.CachedObject;
import dev.wherry.apiserver.cache.Selection;
import dev.wherry.apiserver.cache.WatchCache;
import dev.wherry.apiserver.conversion.Conversions;
import dev.wherry.apiserver.secrets.ValueTransformer;
import dev.wherry.machinery.address.AddressRange;
import dev.wherry.model.merge.BuiltInMergeTypes;
import dev.wherry.model.merge.MergeTypes;
import dev.wherry.model.merge.OpenApiMergeTypes;
import dev.wherry.model.schema.Schema;
import dev.wherry.store.Store;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** The parts that write objects, wired. */
public record Registry(
    KindRegistry kinds,
    ObjectStore objects,
    Deletion deletion,
    PodSubresources pods,
    FieldTracking fields) {
  /** What a registry stands on. */
  public record Ground(
      Store store,
      WatchCache cache,
      ValueTransformer transformer,
      List<AddressRange> serviceRanges,
      Conversions conversions,
      ObjectRules rules,
      AdmissionChain admission,
      InstantSource clock,
      Supplier<UUID> uids,
      RandomGenerator random) {}

  public static Registry on(KindRegistry kinds, Ground ground) {
    FieldTracking fields =
        new FieldTracking(kinds, ground.conversions(), mergeTypes(kinds), ground.clock());
    ObjectStore objects =
        new ObjectStore(
            ground.cache(),
            new Changes(
                ground.store(),
                ground.cache(),
                ground.transformer(),
                new AddressObjects(ground.clock(), ground.uids()),
                ground.conversions()),
            new MetadataPolicy(ground.clock(), ground.uids(), ground.random()),
            new Claims(
                new ServiceRanges(ground.serviceRanges(), () -> ranges(ground.cache())),
                ground.random(),
                key -> ground.store().get(key).isPresent(),
                ip -> AddressObjects.find(ground.cache(), ip).isPresent(),
                ground.rules()::validateGiven),
            ground.conversions(),
            ground.rules(),
            ground.admission(),
            fields);
    Deletion deletion = new Deletion(objects, ground.clock());
    Evictions evictions =
        new Evictions(
            objects,
            deletion,
            ground.cache(),
            kinds.find("policy", "v1", "poddisruptionbudgets").orElseThrow(),
            ground.clock());
    return new Registry(
        kinds, objects, deletion, new PodSubresources(objects, evictions, ground.clock()), fields);
  }

  private static List<ObjectNode> ranges(WatchCache cache) {
    return cache.list(ServiceRanges.RESOURCE, Selection.ALL).objects().stream()
        .map(CachedObject::sharedTree)
        .toList();
  }

  /** Built-in kinds merge as the schema says, custom resources as their definition does. */
  static MergeTypes mergeTypes(KindRegistry kinds) {
    BuiltInMergeTypes builtIn = new BuiltInMergeTypes(Schema.builtin());
    OpenApiMergeTypes custom =
        new OpenApiMergeTypes(builtIn.named("meta.v1.ObjectMeta").orElseThrow());
    return kind ->
        kinds
            .custom(kind)
            .map(version -> version.mergeType(custom))
            .orElseGet(() -> builtIn.of(kind));
  }
}
