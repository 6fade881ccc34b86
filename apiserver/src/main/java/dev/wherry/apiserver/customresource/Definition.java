package dev.wherry.apiserver.customresource;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.cache.CachedObject;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.kind.ResourceInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What stands at the top of a definition; its schemas stay in the cache's bytes until they are
 * asked for.
 *
 * @param since revision at which what the definition says became what it is: later objects were
 *     written by it
 * @param storage name of the version that objects are stored in
 * @param webhook whether objects convert by webhook
 * @param established whether objects can be asked for
 * @param terminating whether the definition is being deleted: objects can be read, not created
 * @param preserving whether fields that no schema knows are kept: old definitions only
 */
public record Definition(
    CachedObject object,
    long since,
    String group,
    String plural,
    String kind,
    String listKind,
    boolean namespaced,
    String storage,
    boolean webhook,
    boolean established,
    boolean terminating,
    boolean preserving,
    List<Version> versions) {
  private static final List<String> VERBS =
      List.of("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch");
  private static final List<String> VERBS_TERMINATING =
      List.of("delete", "deletecollection", "get", "list", "patch", "update", "watch");
  private static final List<String> SUBRESOURCE_VERBS = List.of("get", "patch", "update");
  private static final KindInfo SCALE = new KindInfo("autoscaling", "v1", "Scale", "scale", true);

  public static final Resource RESOURCE =
      new Resource("apiextensions.k8s.io", "customresourcedefinitions");

  public Definition {
    versions = List.copyOf(versions);
  }

  /**
   * A version.
   *
   * @param warning what clients are told with every answer; "" for nothing
   * @param info of the version as it is served
   */
  public record Version(
      String name, boolean served, boolean storage, String warning, ResourceInfo info) {}

  /** Reads a definition as it was stored. */
  public static Definition of(CachedObject object) {
    ObjectNode tree = object.tree();
    JsonNode spec = tree.path("spec");
    JsonNode status = tree.path("status");
    boolean terminating = tree.path("metadata").has("deletionTimestamp");
    JsonNode names = spec.path("names");
    List<Version> versions = new ArrayList<>();
    String storage = "";
    for (JsonNode version : spec.path("versions")) {
      versions.add(version(tree, version, terminating));
      if (version.path("storage").asBoolean()) {
        storage = version.path("name").asText();
      }
    }
    return new Definition(
        object,
        object.revision(),
        spec.path("group").asText(),
        names.path("plural").asText(),
        names.path("kind").asText(),
        names.path("listKind").asText(names.path("kind").asText() + "List"),
        spec.path("scope").asText().equals("Namespaced"),
        storage,
        spec.path("conversion").path("strategy").asText().equals("Webhook"),
        condition(status, "Established"),
        terminating,
        spec.path("preserveUnknownFields").asBoolean(),
        versions);
  }

  private static boolean condition(JsonNode status, String type) {
    for (JsonNode condition : status.path("conditions")) {
      if (condition.path("type").asText().equals(type)) {
        return condition.path("status").asText().equals("True");
      }
    }
    return false;
  }

  private static Version version(ObjectNode tree, JsonNode version, boolean terminating) {
    JsonNode spec = tree.path("spec");
    // A conflict leaves names out of those accepted; only these are served.
    JsonNode names = tree.path("status").path("acceptedNames");
    String name = version.path("name").asText();
    KindInfo kind =
        new KindInfo(
            spec.path("group").asText(),
            name,
            spec.path("names").path("kind").asText(),
            spec.path("names").path("plural").asText(),
            spec.path("scope").asText().equals("Namespaced"));
    List<ResourceInfo.Subresource> subresources = new ArrayList<>();
    JsonNode declared = version.path("subresources");
    if (declared.path("status").isObject()) {
      subresources.add(new ResourceInfo.Subresource("status", kind, SUBRESOURCE_VERBS));
    }
    if (declared.path("scale").isObject()) {
      subresources.add(new ResourceInfo.Subresource("scale", SCALE, SUBRESOURCE_VERBS));
    }
    List<String> selectable = new ArrayList<>();
    version
        .path("selectableFields")
        .forEach(field -> selectable.add(field.path("jsonPath").asText().replaceFirst("^\\.", "")));
    ResourceInfo info =
        new ResourceInfo(
            kind,
            names.path("singular").asText(),
            texts(names.path("shortNames")),
            texts(names.path("categories")),
            terminating ? VERBS_TERMINATING : VERBS,
            subresources,
            selectable,
            identity(tree));
    return new Version(
        name,
        version.path("served").asBoolean(),
        version.path("storage").asBoolean(),
        warning(kind, version),
        info);
  }

  private static String identity(ObjectNode tree) {
    JsonNode metadata = tree.path("metadata");
    return metadata.path("uid").asText() + "/" + metadata.path("generation").asText();
  }

  private static String warning(KindInfo kind, JsonNode version) {
    if (!version.path("deprecated").asBoolean()) {
      return "";
    }
    return version
        .path("deprecationWarning")
        .asText(kind.apiVersion() + " " + kind.kind() + " is deprecated");
  }

  private static List<String> texts(JsonNode list) {
    List<String> texts = new ArrayList<>();
    list.forEach(text -> texts.add(text.asText()));
    return texts;
  }

  /** The same definition; it says nothing new since an earlier revision. */
  Definition since(long earlier) {
    return new Definition(
        object,
        earlier,
        group,
        plural,
        kind,
        listKind,
        namespaced,
        storage,
        webhook,
        established,
        terminating,
        preserving,
        versions);
  }

  /** Differs whenever the definition says something else. */
  String identity() {
    return versions.isEmpty() ? "" : versions.getFirst().info().definition();
  }

  /** {@code widgets.example.com}. */
  public String name() {
    return object.name();
  }

  public Optional<Version> version(String wanted) {
    return versions.stream().filter(version -> version.name().equals(wanted)).findFirst();
  }

  /** The kind as it is stored. */
  public KindInfo stored() {
    return new KindInfo(group, storage, kind, plural, namespaced);
  }
}
