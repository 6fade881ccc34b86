package dev.wherry.apiserver.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.admission.AdmissionChain;
import dev.wherry.apiserver.admission.AdmissionRequest;
import dev.wherry.apiserver.admission.AdmissionRequest.Operation;
import dev.wherry.apiserver.cache.CachedObject;
import dev.wherry.apiserver.cache.WatchCache;
import dev.wherry.apiserver.conversion.Conversions;
import dev.wherry.model.json.Json;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;

/** Creates, changes and removes objects, each in one transaction; see {@link Deletion}. */
public final class ObjectStore {
  /** What changes what is wanted of an object; binding and status do not count as that. */
  private static final Set<String> SPEC_WRITERS = Set.of("", "ephemeralcontainers", "resize");

  /** What comes through these was admitted in its own form: a Scale, a Binding, an Eviction. */
  private static final Set<String> ADMITTED_BEFORE = Set.of("scale", "binding", "eviction");

  /** Attempts of a change without precondition while others change the object too. */
  private static final int ATTEMPTS_MAX = 50;

  /** Names generated for one create before it fails (KEP-4420). */
  private static final int GENERATED_NAMES_MAX = 8;

  private static final Set<String> CREATED_BY_PUT =
      Set.of(
          "leases",
          "services",
          "endpoints",
          "events",
          "limitranges",
          "roles",
          "rolebindings",
          "clusterroles",
          "clusterrolebindings");

  private final WatchCache cache;
  private final Changes changes;
  private final MetadataPolicy metadata;
  private final Claims claims;
  private final Conversions conversions;
  private final ObjectRules rules;
  private final AdmissionChain admission;
  private final FieldTracking fields;
  private final Turns turns = new Turns();

  ObjectStore(
      WatchCache cache,
      Changes changes,
      MetadataPolicy metadata,
      Claims claims,
      Conversions conversions,
      ObjectRules rules,
      AdmissionChain admission,
      FieldTracking fields) {
    this.cache = cache;
    this.changes = changes;
    this.metadata = metadata;
    this.claims = claims;
    this.conversions = conversions;
    this.rules = rules;
    this.admission = admission;
    this.fields = fields;
  }

  /** Creates an object; a generated name that is taken is made anew some times. */
  public ObjectNode create(WriteRequest request, ObjectNode object) {
    ObjectNode given = MetadataPolicy.of(object);
    boolean generated =
        given.path("name").asText().isEmpty() && !given.path("generateName").asText().isEmpty();
    object.put("kind", request.kind().kind()).put("apiVersion", request.kind().apiVersion());
    rules.applyDefaults(request.kind(), object);
    fields.created(request, object);
    if (!generated) {
      return createNamed(request, object);
    }
    for (int attempt = 1; attempt < GENERATED_NAMES_MAX; attempt++) {
      try {
        return createNamed(request, object.deepCopy());
      } catch (ApiException e) {
        if (e.reason() != Reason.ALREADY_EXISTS) {
          throw e;
        }
      }
    }
    try {
      return createNamed(request, object);
    } catch (ApiException e) {
      throw e.reason() == Reason.ALREADY_EXISTS ? MetadataPolicy.namesTaken(e) : e;
    }
  }

  private ObjectNode createNamed(WriteRequest request, ObjectNode object) {
    boolean versioned = !MetadataPolicy.of(object).path("resourceVersion").asText().isEmpty();
    metadata.prepareCreate(request, object);
    StatusPolicy.prepareCreate(request, object);
    String name = MetadataPolicy.of(object).path("name").asText();
    WriteRequest named = request.named(name);
    JsonNode owners = MetadataPolicy.of(object).path("managedFields");
    admission.mutate(named.admission(Operation.CREATE, Optional.of(object), Optional.empty()));
    name = MetadataPolicy.of(object).path("name").asText();
    named = request.named(name);
    MetadataPolicy.checkNamespace(request, MetadataPolicy.of(object));
    FieldTracking.repair(object, owners);
    rules.applyDefaults(request.kind(), object);
    TemplateGeneration.begin(request.kind(), object);
    Optional<Long> revision;
    try (Claims.Held _ = claims.allocate(request.kind(), object, Json.object())) {
      rules.validateCreate(request.kind(), object);
      AdmissionRequest last =
          named.admission(Operation.CREATE, Optional.of(object), Optional.empty());
      admission.validate(last);
      if (versioned) {
        throw ApiException.badRequest("resourceVersion should not be set on objects to be created");
      }
      try (AdmissionChain.Held _ = admission.reserve(last)) {
        revision =
            changes
                .of(named, 0)
                .put(object)
                .claim(Set.of(), claims.of(request.kind(), object))
                .commit();
      }
    }
    if (revision.isEmpty() || (request.dryRun() && find(named).isPresent())) {
      throw ApiException.alreadyExists(request.kind(), name);
    }
    return withRevision(named, answer(request, object), revision.get());
  }

  /** What a later read gives: conversion may fill in more. */
  private ObjectNode answer(WriteRequest request, ObjectNode written) {
    return conversions.fromStored(request.kind(), conversions.toStored(request.kind(), written));
  }

  private static ObjectNode withRevision(WriteRequest request, ObjectNode object, long revision) {
    if (!request.dryRun()) {
      MetadataPolicy.of(object).put("resourceVersion", String.valueOf(revision));
    }
    return object;
  }

  public Optional<CachedObject> find(WriteRequest request) {
    return cache.get(request.storage(), request.namespace(), request.name());
  }

  CachedObject require(WriteRequest request) {
    return find(request)
        .map(stored -> conversions.view(request.kind(), stored))
        .orElseThrow(() -> ApiException.notFound(request.kind(), request.name()));
  }

  /** An object and whether it was created. */
  public record Written(ObjectNode object, boolean created) {}

  /** Replaces an object, or creates it where its kind allows that. */
  public Written put(WriteRequest request, ObjectNode object) {
    MetadataPolicy.checkPlace(request, MetadataPolicy.of(object));
    if (find(request).isEmpty()
        && request.subresource().isEmpty()
        && !request.info().isCustom()
        && CREATED_BY_PUT.contains(request.kind().plural())
        && MetadataPolicy.of(object).path("resourceVersion").asText().isEmpty()) {
      MetadataPolicy.of(object).put("name", request.name());
      return new Written(create(request, object), true);
    }
    if (find(request).isPresent()) {
      MetadataPolicy.requireRevision(request, object);
    }
    // With a revision only the first attempt can succeed, and nobody needs the object behind it.
    boolean once = !MetadataPolicy.of(object).path("resourceVersion").asText().isEmpty();
    UnaryOperator<ObjectNode> change = _ -> once ? object : object.deepCopy();
    return new Written(update(request, old -> old, change, owned(request)), false);
  }

  /**
   * Changes an object.
   *
   * @param change makes the wanted object of the current one; called again when somebody was faster
   */
  public ObjectNode update(WriteRequest request, UnaryOperator<ObjectNode> change) {
    return update(request, ObjectNode::deepCopy, change, owned(request));
  }

  private BiConsumer<ObjectNode, ObjectNode> owned(WriteRequest request) {
    return (old, wanted) -> {
      rules.applyDefaults(request.kind(), wanted);
      fields.updated(request, old, wanted);
    };
  }

  private BiConsumer<ObjectNode, ObjectNode> unowned(WriteRequest request) {
    return (old, wanted) -> rules.applyDefaults(request.kind(), wanted);
  }

  /** Changes an object with nobody's name on the change: the server's own part of it. */
  ObjectNode updateUnowned(WriteRequest request, UnaryOperator<ObjectNode> change) {
    return update(request, ObjectNode::deepCopy, change, unowned(request));
  }

  /**
   * Applies a configuration; creates the object where there is none.
   *
   * @param apply makes the wanted object, owners included, of the current one, or of an empty
   *     object
   * @param mayCreate throws where the caller may not
   */
  public Written apply(WriteRequest request, UnaryOperator<ObjectNode> apply, Runnable mayCreate) {
    if (find(request).isEmpty() && request.door().isEmpty()) {
      mayCreate.run();
      ObjectNode object = apply.apply(Json.object());
      MetadataPolicy.of(object).put("name", request.name());
      object.put("kind", request.kind().kind()).put("apiVersion", request.kind().apiVersion());
      rules.applyDefaults(request.kind(), object);
      try {
        return new Written(createNamed(request, object), true);
      } catch (ApiException e) {
        if (e.reason() != Reason.ALREADY_EXISTS || find(request).isEmpty()) {
          throw e;
        }
      }
    }
    return new Written(update(request, old -> old, apply, unowned(request)), false);
  }

  private ObjectNode update(
      WriteRequest request,
      UnaryOperator<ObjectNode> copy,
      UnaryOperator<ObjectNode> change,
      BiConsumer<ObjectNode, ObjectNode> complete) {
    try (Turns.Turn turn = turns.of(request.name())) {
      for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
        CachedObject current = require(request);
        ObjectNode old = current.tree();
        ObjectNode wanted = change.apply(copy.apply(old));
        wanted.put("kind", request.kind().kind()).put("apiVersion", request.kind().apiVersion());
        complete.accept(old, wanted);
        boolean conditional = !MetadataPolicy.of(wanted).path("resourceVersion").asText().isEmpty();
        Optional<ObjectNode> written = tryUpdate(request, current, old, wanted);
        if (written.isPresent()) {
          return written.get();
        }
        if (conditional && attempt > 0) {
          throw MetadataPolicy.modified(request);
        }
        turn.take();
      }
    }
    throw MetadataPolicy.modified(request);
  }

  private Optional<ObjectNode> tryUpdate(
      WriteRequest request, CachedObject current, ObjectNode old, ObjectNode wanted) {
    metadata.prepareUpdate(request, wanted, old);
    StatusPolicy.prepareUpdate(request, wanted, old);
    JsonNode owners = MetadataPolicy.of(wanted).path("managedFields");
    boolean admitted = ADMITTED_BEFORE.contains(request.door());
    if (!admitted) {
      admission.mutate(request.admission(Operation.UPDATE, Optional.of(wanted), Optional.of(old)));
      FieldTracking.repair(wanted, owners);
    }
    try (Claims.Held _ = claims.allocate(request.kind(), wanted, old)) {
      return allocated(request, current, old, wanted, admitted);
    }
  }

  private Optional<ObjectNode> allocated(
      WriteRequest request,
      CachedObject current,
      ObjectNode old,
      ObjectNode wanted,
      boolean admitted) {
    TemplateGeneration.follow(request.kind(), wanted, old);
    if (SPEC_WRITERS.contains(request.subresource())) {
      MetadataPolicy.countGeneration(request.info(), wanted, old);
    }
    rules.validateUpdate(request.kind(), wanted, old, request.subresource());
    if (!admitted) {
      admission.validate(
          request.admission(Operation.UPDATE, Optional.of(wanted), Optional.of(old)));
    }
    MetadataPolicy.of(wanted).put("resourceVersion", String.valueOf(current.revision()));
    boolean outdated =
        find(request).filter(now -> conversions.isOutdated(request.kind(), now)).isPresent();
    if (!outdated && FieldTracking.isUnchanged(wanted, old)) {
      return Optional.of(old);
    }
    Changes.Change change = changes.of(request, current.revision());
    Set<String> before = claims.of(request.kind(), old);
    if (Deletion.isComplete(wanted)) {
      change.delete().claim(before, Set.of());
    } else {
      change.put(wanted).claim(before, claims.of(request.kind(), wanted));
    }
    return committed(request, change, old, wanted)
        .map(revision -> withRevision(request, answer(request, wanted), revision));
  }

  private Optional<Long> committed(
      WriteRequest request, Changes.Change change, ObjectNode old, ObjectNode wanted) {
    AdmissionRequest last =
        request.admission(Operation.UPDATE, Optional.of(wanted), Optional.of(old));
    try (AdmissionChain.Held _ = admission.reserve(last)) {
      return change.commit();
    }
  }

  /**
   * Writes an object as it is, without admission: the deletion's marks, or what the server itself
   * found out.
   *
   * @return empty when somebody was faster
   */
  public Optional<ObjectNode> rewrite(
      WriteRequest request, CachedObject current, ObjectNode wanted) {
    return changes
        .of(request, current.revision())
        .put(wanted)
        .commit()
        .map(revision -> withRevision(request, wanted, revision));
  }

  /**
   * Removes an object for good.
   *
   * @return false when somebody was faster
   */
  boolean remove(WriteRequest request, CachedObject current) {
    return changes
        .of(request, current.revision())
        .delete()
        .claim(claims.of(request.kind(), current.tree()), Set.of())
        .commit()
        .isPresent();
  }

  void admitDeletion(WriteRequest request, ObjectNode old, ObjectNode options) {
    if (!ADMITTED_BEFORE.contains(request.door())) {
      admit(request.admission(Operation.DELETE, Optional.empty(), Optional.of(old), options));
    }
  }

  /**
   * Lets admission change and judge what is no object of the store.
   *
   * @throws ApiException when it refuses
   */
  public void admit(AdmissionRequest request) {
    admission.mutate(request);
    admission.validate(request);
  }
}
