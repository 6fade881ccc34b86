package dev.wherry.apiserver.customresource;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.cache.CachedObject;
import dev.wherry.apiserver.structural.Defaulting;
import dev.wherry.apiserver.structural.EmbeddedObjects;
import dev.wherry.apiserver.structural.Pruning;
import dev.wherry.apiserver.structural.Structural;
import dev.wherry.model.codec.DecodeException;
import dev.wherry.model.json.Json;
import dev.wherry.model.kind.GroupVersion;
import dev.wherry.model.kind.KindInfo;
import java.lang.ref.SoftReference;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.WeakHashMap;

/** Custom resources on their way in, into the store, and out of it. */
public final class CustomForms {
  private final CustomKinds kinds;
  private final VersionConverter converter;

  /** Objects that were stored before their definition became what it is, in today's form. */
  private final Map<CachedObject, SoftReference<Seen>> seen =
      Collections.synchronizedMap(new WeakHashMap<>());

  private record Seen(String apiVersion, long definition, byte[] bytes) {}

  public CustomForms(CustomKinds kinds, VersionConverter converter) {
    this.kinds = kinds;
    this.converter = converter;
  }

  /**
   * An object as it was understood.
   *
   * @param unknown paths of fields that were left out
   */
  public record Decoded(ObjectNode object, List<String> unknown) {}

  /** The definition behind a kind; empty for built-in kinds. */
  private Optional<CustomKinds.Served> served(KindInfo kind) {
    return kinds.served(kind);
  }

  public boolean handles(KindInfo kind) {
    return served(kind).isPresent();
  }

  /**
   * A sent object without what its schema does not know; metadata has the usual shape.
   *
   * @throws DecodeException when metadata has fields of wrong types
   */
  public Decoded decode(KindInfo kind, ObjectNode sent) {
    CustomKinds.Served served = served(kind).orElseThrow();
    ObjectNode object = sent.deepCopy();
    List<String> unknown = new ArrayList<>();
    if (object.has("metadata")) {
      object.set("metadata", EmbeddedObjects.metadata(object.get("metadata"), "metadata", unknown));
    }
    Structural schema = kinds.compiled(served.definition(), kind.version()).schema();
    shape(served.definition(), schema, object, unknown);
    return new Decoded(object, List.copyOf(unknown));
  }

  private static void shape(
      Definition definition, Structural schema, ObjectNode object, List<String> unknown) {
    if (!definition.preserving()) {
      unknown.addAll(Pruning.prune(object, schema));
      Defaulting.dropNulls(object, schema);
    }
    EmbeddedObjects.shape(object, schema, "", unknown);
  }

  /** Whether the cache's bytes are what a client of this version gets. */
  private boolean isCurrent(CustomKinds.Served served, KindInfo kind, CachedObject stored) {
    return stored.revision() > served.definition().since()
        && stored.field("apiVersion").equals(kind.apiVersion());
  }

  /** Whether an object is stored as it would be today: a rewrite would change nothing. */
  public boolean isStoredForm(KindInfo kind, CachedObject stored) {
    return served(kind)
        .map(s ->
            stored.revision() > s.definition().since()
                && stored.field("apiVersion").equals(s.definition().stored().apiVersion()))
        .orElse(true);
  }

  /** Whether a webhook may have to be asked for an object's form: that takes its time. */
  public boolean mayBlock(KindInfo kind) {
    return served(kind).map(s -> s.definition().webhook()).orElse(false);
  }

  /** A cached object in the version of a kind, pruned and defaulted by today's schema. */
  public CachedObject view(KindInfo kind, CachedObject stored) {
    Optional<CustomKinds.Served> served = served(kind);
    if (served.isEmpty() || isCurrent(served.get(), kind, stored)) {
      return stored;
    }
    long definition = served.get().definition().since();
    SoftReference<Seen> reference = seen.get(stored);
    Seen known = reference == null ? null : reference.get();
    boolean fits =
        known != null
            && known.definition() == definition
            && known.apiVersion().equals(kind.apiVersion());
    if (known == null || !fits) {
      byte[] bytes = Json.write(shown(kind, served.get(), stored.tree()));
      known = new Seen(kind.apiVersion(), definition, bytes);
      seen.put(stored, new SoftReference<>(known));
    }
    return stored.withBytes(known.bytes());
  }

  private ObjectNode shown(KindInfo kind, CustomKinds.Served served, ObjectNode stored) {
    Definition definition = served.definition();
    Structural own = schemaOf(definition, stored).orElse(null);
    if (own != null) {
      shape(definition, own, stored, new ArrayList<>());
      Defaulting.fill(stored, own);
    }
    if (stored.path("apiVersion").asText().equals(kind.apiVersion())) {
      return stored;
    }
    ObjectNode converted = converter.convert(definition, kind.apiVersion(), stored);
    Structural schema = kinds.compiled(definition, kind.version()).schema();
    shape(definition, schema, converted, new ArrayList<>());
    Defaulting.fill(converted, schema);
    return converted;
  }

  private Optional<Structural> schemaOf(Definition definition, ObjectNode object) {
    String version = GroupVersion.of(object).version();
    return definition.version(version).map(v -> kinds.compiled(definition, version).schema());
  }

  /** The object in the version that is stored; the given one is not changed. */
  public ObjectNode toStored(KindInfo kind, ObjectNode object) {
    Optional<Definition> definition = served(kind).map(CustomKinds.Served::definition);
    if (definition.isEmpty()) {
      return object;
    }
    String wanted = definition.get().stored().apiVersion();
    if (wanted.equals(object.path("apiVersion").asText())) {
      return object;
    }
    ObjectNode converted = converter.convert(definition.get(), wanted, object.deepCopy());
    Structural schema = kinds.compiled(definition.get(), definition.get().storage()).schema();
    shape(definition.get(), schema, converted, new ArrayList<>());
    return converted;
  }

  /** A stored object in the version of a kind; the given one is not changed. */
  public ObjectNode fromStored(KindInfo kind, ObjectNode stored) {
    Optional<CustomKinds.Served> served = served(kind);
    boolean same = stored.path("apiVersion").asText().equals(kind.apiVersion());
    return served.isEmpty() || same ? stored : shown(kind, served.get(), stored.deepCopy());
  }
}
