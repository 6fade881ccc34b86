package dev.wherry.apiserver.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.Times;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.kind.ResourceInfo;
import dev.wherry.model.status.ApiException;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** The metadata that belongs to the server (apiserver registry/rest BeforeCreate, BeforeUpdate). */
final class MetadataPolicy {
  private static final Set<String> NEVER_WANTED = Set.of("metadata", "kind", "apiVersion");

  private static final Set<String> NOT_WANTED = Set.of("metadata", "status", "kind", "apiVersion");

  /** Letters of generated names: no vowels, nothing that looks like another. */
  private static final String ALPHABET = "bcdfghjklmnpqrstvwxz2456789";

  private static final int SUFFIX_LENGTH = 5;
  private static final int GENERATED_BASE_MAX = 58;
  private static final String MODIFIED =
      "the object has been modified; please apply your changes to the latest version and try again";

  /** Kinds whose generation counts changes of what is wanted. */
  private static final Set<String> COUNTED =
      Set.of(
          "pods",
          "replicationcontrollers",
          "deployments",
          "replicasets",
          "statefulsets",
          "daemonsets",
          "jobs",
          "cronjobs",
          "podtemplates",
          "ingresses",
          "ingressclasses",
          "networkpolicies",
          "poddisruptionbudgets",
          "priorityclasses",
          "flowschemas",
          "prioritylevelconfigurations",
          "endpointslices",
          "validatingadmissionpolicies",
          "validatingadmissionpolicybindings",
          "mutatingadmissionpolicies",
          "mutatingadmissionpolicybindings",
          "deviceclasses",
          "resourceslices",
          "validatingwebhookconfigurations",
          "mutatingwebhookconfigurations",
          "customresourcedefinitions");

  /** Kinds whose strategy upstream refuses replacement without a revision. */
  private static final Set<String> CONDITIONAL =
      Set.of(
          "leases",
          "customresourcedefinitions",
          "apiservices",
          "mutatingwebhookconfigurations",
          "validatingwebhookconfigurations",
          "mutatingadmissionpolicies",
          "mutatingadmissionpolicybindings",
          "validatingadmissionpolicies",
          "validatingadmissionpolicybindings",
          "csidrivers",
          "csinodes",
          "csistoragecapacities",
          "volumeattachments",
          "runtimeclasses",
          "poddisruptionbudgets");

  private static final List<String> SERVER_OWNED =
      List.of(
          "uid",
          "creationTimestamp",
          "deletionTimestamp",
          "deletionGracePeriodSeconds",
          "generation",
          "generateName");

  private final InstantSource clock;
  private final Supplier<UUID> uids;
  private final RandomGenerator random;

  MetadataPolicy(InstantSource clock, Supplier<UUID> uids, RandomGenerator random) {
    this.clock = clock;
    this.uids = uids;
    this.random = random;
  }

  /** The metadata, which has to be an object. */
  static ObjectNode of(ObjectNode object) {
    JsonNode metadata = object.get("metadata");
    if (metadata == null || metadata.isNull()) {
      return object.putObject("metadata");
    }
    if (metadata instanceof ObjectNode tree) {
      return tree;
    }
    throw ApiException.badRequest("metadata must be an object");
  }

  void prepareCreate(WriteRequest request, ObjectNode object) {
    KindInfo kind = request.kind();
    ObjectNode metadata = of(object);
    checkNamespace(request, metadata);
    metadata.remove(
        List.of(
            "resourceVersion",
            "selfLink",
            "deletionTimestamp",
            "deletionGracePeriodSeconds",
            "generation"));
    if (metadata.path("name").asText().isEmpty()
        && !metadata.path("generateName").asText().isEmpty()) {
      metadata.put("name", generated(metadata.path("generateName").asText()));
    } else if (metadata.path("name").asText().isEmpty() && kind.resource().equals("limitranges")) {
      // Upstream names these so.
      metadata.put("name", uids.get().toString());
    }
    metadata.put("uid", uids.get().toString());
    metadata.put("creationTimestamp", Times.time(clock.instant()));
    if (request.info().isCustom() || COUNTED.contains(kind.plural())) {
      metadata.put("generation", 1);
    }
  }

  private String generated(String base) {
    String kept = base.length() > GENERATED_BASE_MAX ? base.substring(0, GENERATED_BASE_MAX) : base;
    StringBuilder name = new StringBuilder(kept);
    for (int i = 0; i < SUFFIX_LENGTH; i++) {
      name.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
    }
    return name.toString();
  }

  static void checkNamespace(WriteRequest request, ObjectNode metadata) {
    if (!request.kind().namespaced()) {
      metadata.remove("namespace");
      return;
    }
    String given = metadata.path("namespace").asText();
    if (!given.isEmpty() && !given.equals(request.namespace())) {
      throw ApiException.badRequest(
          "the namespace of the provided object does not match the namespace sent on the request");
    }
    metadata.put("namespace", request.namespace());
  }

  /** Namespace and name of what replaces an object are those of the path. */
  static void checkPlace(WriteRequest request, ObjectNode metadata) {
    checkNamespace(request, metadata);
    String name = metadata.path("name").asText();
    if (!name.isEmpty() && !name.equals(request.name())) {
      throw ApiException.badRequest(
          "the name of the object (%s) does not match the name on the URL (%s)"
              .formatted(name, request.name()));
    }
  }

  /** Checks preconditions and takes over what clients cannot change. */
  void prepareUpdate(WriteRequest request, ObjectNode object, ObjectNode old) {
    ObjectNode metadata = of(object);
    ObjectNode before = of(old);
    checkPlace(request, metadata);
    String uid = metadata.path("uid").asText();
    if (!uid.isEmpty() && !uid.equals(before.path("uid").asText())) {
      throw uidConflict(request, uid, before.path("uid").asText());
    }
    String version = metadata.path("resourceVersion").asText();
    if (!version.isEmpty() && !version.equals(before.path("resourceVersion").asText())) {
      throw modified(request);
    }
    metadata.put("name", request.name());
    for (String field : SERVER_OWNED) {
      if (before.has(field)) {
        metadata.set(field, before.get(field));
      } else {
        metadata.remove(field);
      }
    }
  }

  /** Counts the generation up when what is wanted has changed. */
  static void countGeneration(ResourceInfo info, ObjectNode object, ObjectNode old) {
    if (!info.isCustom() && !COUNTED.contains(info.kind().plural())) {
      return;
    }
    // A custom resource without the subresource has a status that is a field as any other.
    boolean whole = info.isCustom() && info.subresource("status").isEmpty();
    Set<String> notWanted = whole ? NEVER_WANTED : NOT_WANTED;
    if (isOther(object, old, notWanted) || isOther(old, object, notWanted)) {
      raiseGeneration(object);
    }
  }

  private static boolean isOther(ObjectNode one, ObjectNode another, Set<String> but) {
    return one.properties().stream()
        .anyMatch(field ->
            !but.contains(field.getKey()) && !field.getValue().equals(another.get(field.getKey())));
  }

  static void raiseGeneration(ObjectNode object) {
    ObjectNode metadata = of(object);
    metadata.put("generation", metadata.path("generation").asLong() + 1);
  }

  /** Upstream's words when no generated name was free (apimachinery NewGenerateNameConflict). */
  static ApiException namesTaken(ApiException taken) {
    ApiException.Details of = taken.details();
    return new ApiException(
        taken.reason(),
        taken.text() + ", the server was not able to generate a unique name for the object",
        new ApiException.Details(of.group(), of.kind(), of.name(), "", 1, List.of()));
  }

  /**
   * @throws ApiException 422 for a kind that is only replaced in a version the client has seen
   */
  static void requireRevision(WriteRequest request, ObjectNode object) {
    boolean given = !of(object).path("resourceVersion").asText().isEmpty();
    boolean needed = request.info().isCustom() || CONDITIONAL.contains(request.kind().plural());
    if (!given && needed) {
      throw ApiException.invalid(
          request.kind(),
          request.name(),
          List.of(
              ApiException.Cause.invalid(
                  "metadata.resourceVersion", 0, "must be specified for an update")));
    }
  }

  static ApiException modified(WriteRequest request) {
    return ApiException.conflict(request.kind(), request.name(), MODIFIED);
  }

  static ApiException uidConflict(WriteRequest request, String wanted, String actual) {
    return ApiException.conflict(
        request.kind(),
        request.name(),
        "Precondition failed: UID in precondition: " + wanted + ", UID in object meta: " + actual);
  }
}
