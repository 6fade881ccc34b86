package dev.wherry.apiserver.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.cache.CachedObject;
import dev.wherry.model.Times;
import dev.wherry.model.json.Json;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.pod.PodPhases;
import dev.wherry.model.status.ApiException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Deletes objects: at once, after their finalizers, or, for pods, after their node has stopped them
 * (apiserver registry/rest BeforeDelete).
 */
public final class Deletion {
  private static final int ATTEMPTS_MAX = 50;
  private static final long GRACE_SECONDS_DEFAULT = 30;
  private static final String ORPHAN = "orphan";

  /** Their dependents stay unless a deletion says otherwise, as they always have. */
  private static final Set<String> ORPHANING = Set.of("replicationcontrollers", "jobs.batch");

  private static final String FOREGROUND = "foregroundDeletion";

  private final ObjectStore objects;
  private final InstantSource clock;

  Deletion(ObjectStore objects, InstantSource clock) {
    this.objects = objects;
    this.clock = clock;
  }

  /**
   * What the client asks for.
   *
   * @param graceSeconds empty for the object's own
   * @param uid precondition, or ""
   * @param resourceVersion precondition, or ""
   * @param propagation Orphan, Background, Foreground or ""
   */
  public record Options(
      OptionalLong graceSeconds, String uid, String resourceVersion, String propagation) {
    public static final Options DEFAULT = new Options(OptionalLong.empty(), "", "", "");

    /** Of a DeleteOptions body; query parameters count where the body says nothing. */
    public static Options of(JsonNode body) {
      JsonNode preconditions = body.path("preconditions");
      String propagation = body.path("propagationPolicy").asText();
      if (propagation.isEmpty() && body.path("orphanDependents").isBoolean()) {
        propagation = body.path("orphanDependents").booleanValue() ? "Orphan" : "Background";
      }
      return new Options(
          body.path("gracePeriodSeconds").isIntegralNumber()
              ? OptionalLong.of(body.path("gracePeriodSeconds").asLong())
              : OptionalLong.empty(),
          preconditions.path("uid").asText(),
          preconditions.path("resourceVersion").asText(),
          propagation);
    }

    /** As admission sees it. */
    ObjectNode toJson(boolean dryRun) {
      ObjectNode json = Json.object();
      json.put("kind", "DeleteOptions").put("apiVersion", "meta.k8s.io/v1");
      if (graceSeconds.isPresent()) {
        json.put("gracePeriodSeconds", graceSeconds.getAsLong());
      }
      put(json, "propagationPolicy", propagation);
      if (!uid.isEmpty() || !resourceVersion.isEmpty()) {
        ObjectNode preconditions = json.putObject("preconditions");
        put(preconditions, "uid", uid);
        put(preconditions, "resourceVersion", resourceVersion);
      }
      if (dryRun) {
        json.putArray("dryRun").add("All");
      }
      return json;
    }

    private static void put(ObjectNode json, String field, String value) {
      if (!value.isEmpty()) {
        json.put(field, value);
      }
    }
  }

  /** Whether an object that is being deleted has nothing left to wait for. */
  static boolean isComplete(JsonNode object) {
    JsonNode metadata = object.path("metadata");
    return metadata.has("deletionTimestamp")
        && metadata.path("finalizers").isEmpty()
        && metadata.path("deletionGracePeriodSeconds").asLong() == 0
        && (!object.path("kind").asText().equals("Namespace")
            || object.path("spec").path("finalizers").isEmpty());
  }

  /** Returns the object as it is now when it waits for something, else a Status of success. */
  public ObjectNode delete(WriteRequest request, Options options) {
    for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      CachedObject current = objects.require(request);
      ObjectNode old = current.tree();
      checkPreconditions(request, options, old);
      objects.admitDeletion(request, old, options.toJson(request.dryRun()));
      ObjectNode marked = old.deepCopy();
      mark(request.kind(), marked, options);
      if (isComplete(marked)) {
        if (objects.remove(request, current)) {
          return success(request.kind(), old);
        }
      } else if (marked.equals(old)) {
        return old;
      } else {
        var written = objects.rewrite(request, current, marked);
        if (written.isPresent()) {
          return written.get();
        }
      }
    }
    throw MetadataPolicy.modified(request);
  }

  private static void checkPreconditions(WriteRequest request, Options options, ObjectNode old) {
    JsonNode metadata = old.path("metadata");
    String uid = metadata.path("uid").asText();
    if (!options.uid().isEmpty() && !options.uid().equals(uid)) {
      throw MetadataPolicy.uidConflict(request, options.uid(), uid);
    }
    String version = metadata.path("resourceVersion").asText();
    if (!options.resourceVersion().isEmpty() && !options.resourceVersion().equals(version)) {
      throw ApiException.conflict(
          request.kind(),
          request.name(),
          "Precondition failed: ResourceVersion in precondition: "
              + options.resourceVersion()
              + ", ResourceVersion in object meta: "
              + version);
    }
  }

  private void mark(KindInfo kind, ObjectNode object, Options options) {
    ObjectNode metadata = MetadataPolicy.of(object);
    long grace = grace(kind, object, options);
    Instant now = clock.instant();
    if (!metadata.has("deletionTimestamp")) {
      metadata.put("deletionTimestamp", Times.time(now.plusSeconds(grace)));
      metadata.put("deletionGracePeriodSeconds", grace);
      if (metadata.path("generation").asLong() > 0) {
        MetadataPolicy.raiseGeneration(object);
      }
    } else if (options.graceSeconds().isPresent()
        && grace < metadata.path("deletionGracePeriodSeconds").asLong()) {
      metadata.put("deletionTimestamp", Times.time(now.plusSeconds(grace)));
      metadata.put("deletionGracePeriodSeconds", grace);
    }
    finalizers(metadata, options.propagation(), ORPHANING.contains(kind.resource()));
    if (kind.resource().equals("customresourcedefinitions.apiextensions.k8s.io")) {
      ExtensionStatus.definitionDeletion(object, clock.instant());
    }
    if (kind.resource().equals("namespaces")) {
      object.withObject("/status").put("phase", "Terminating");
    }
  }

  private static long grace(KindInfo kind, ObjectNode object, Options options) {
    if (!kind.resource().equals("pods")) {
      return 0;
    }
    JsonNode spec = object.path("spec");
    String phase = object.path("status").path("phase").asText();
    if (spec.path("nodeName").asText().isEmpty() || PodPhases.isFinished(phase)) {
      return 0;
    }
    long own = spec.path("terminationGracePeriodSeconds").asLong(GRACE_SECONDS_DEFAULT);
    long wanted = options.graceSeconds().orElse(own);
    return wanted < 0 ? 1 : wanted;
  }

  /**
   * @param orphans whether the kind's dependents stay where nobody says what becomes of them
   */
  private static void finalizers(ObjectNode metadata, String propagation, boolean orphans) {
    ArrayNode kept = Json.array();
    boolean decided = false;
    for (JsonNode finalizer : metadata.path("finalizers")) {
      boolean ours = finalizer.asText().equals(ORPHAN) || finalizer.asText().equals(FOREGROUND);
      decided |= ours;
      if (!ours || propagation.isEmpty()) {
        kept.add(finalizer);
      }
    }
    switch (propagation.isEmpty() && orphans && !decided ? "Orphan" : propagation) {
      case "Orphan" -> kept.add(ORPHAN);
      case "Foreground" -> kept.add(FOREGROUND);
      default -> {}
    }
    if (kept.isEmpty()) {
      metadata.remove("finalizers");
    } else {
      metadata.set("finalizers", kept);
    }
  }

  private static ObjectNode success(KindInfo kind, ObjectNode old) {
    ObjectNode status = Json.object();
    status.put("kind", "Status").put("apiVersion", "v1");
    status.putObject("metadata");
    status.put("status", "Success");
    ObjectNode details = status.putObject("details");
    details.put("name", old.path("metadata").path("name").asText());
    if (!kind.group().isEmpty()) {
      details.put("group", kind.group());
    }
    return status.set(
        "details",
        details.put("kind", kind.plural()).put("uid", old.path("metadata").path("uid").asText()));
  }
}
