package dev.wherry.controllers.autoscaling;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.machinery.client.ApiClient;
import dev.wherry.model.autoscaling.v2.CrossVersionObjectReference;
import dev.wherry.model.kind.GroupVersion;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The scale subresource of what a reference names, whatever its kind. Any thread.
 *
 * @param client as the autoscaler's own account
 */
record ScaleTargets(ApiClient client) {
  private static final Map<String, String> KNOWN =
      Map.of(
          "apps/Deployment", "/apis/apps/v1/namespaces/%s/deployments/%s/scale",
          "apps/ReplicaSet", "/apis/apps/v1/namespaces/%s/replicasets/%s/scale",
          "apps/StatefulSet", "/apis/apps/v1/namespaces/%s/statefulsets/%s/scale",
          "/ReplicationController", "/api/v1/namespaces/%s/replicationcontrollers/%s/scale");

  /**
   * A found scale.
   *
   * @param path where it is read and written
   * @param object as it was read
   */
  record Found(String path, ObjectNode object) {
    Scale scale() {
      return new Scale(
          object.at("/spec/replicas").asInt(),
          object.at("/status/replicas").asInt(),
          object.at("/status/selector").asText());
    }
  }

  /**
   * Reads a scale.
   *
   * @throws ApiException when there is no such kind, or no such object
   */
  Found find(String namespace, CrossVersionObjectReference reference) {
    Optional<ApiException> first = Optional.empty();
    for (String path : paths(namespace, reference)) {
      try {
        if (client.raw("GET", path, null) instanceof ObjectNode scale) {
          return new Found(path, scale);
        }
      } catch (ApiException e) {
        if (first.isEmpty()) {
          first = Optional.of(e);
        }
      }
    }
    throw first.orElseGet(() ->
        new ApiException(
            Reason.NOT_FOUND,
            "no matches for kind \""
                + reference.kind()
                + "\" in group \""
                + group(reference)
                + "\""));
  }

  /** Asks for replicas; the revision that was read is a precondition. */
  void write(Found found, int replicas) {
    ObjectNode wanted = found.object().deepCopy();
    wanted.withObject("/spec").put("replicas", replicas);
    client.raw("PUT", found.path(), wanted);
  }

  private static String group(CrossVersionObjectReference reference) {
    return GroupVersion.of(reference.apiVersion()).group();
  }

  private List<String> paths(String namespace, CrossVersionObjectReference reference) {
    String group = group(reference);
    String known = KNOWN.get(group + "/" + reference.kind());
    if (known != null) {
      return List.of(known.formatted(namespace, reference.name()));
    }
    List<String> paths = new ArrayList<>();
    for (String version : versions(group, reference.apiVersion())) {
      try {
        for (JsonNode one : client.raw("GET", version, null).path("resources")) {
          String plural = one.path("name").asText();
          if (one.path("kind").asText().equals(reference.kind()) && !plural.contains("/")) {
            paths.add(
                version
                    + "/namespaces/"
                    + namespace
                    + "/"
                    + plural
                    + "/"
                    + reference.name()
                    + "/scale");
          }
        }
      } catch (ApiException e) {
        if (e.reason() != Reason.NOT_FOUND) {
          throw e;
        }
      }
    }
    return paths;
  }

  /** The version that is named, then the group's others. */
  private Set<String> versions(String group, String named) {
    Set<String> versions = new LinkedHashSet<>();
    if (group.isEmpty()) {
      versions.add("/api/v1");
      return versions;
    }
    versions.add("/apis/" + named);
    for (JsonNode one : client.raw("GET", "/apis", null).path("groups")) {
      if (one.path("name").asText().equals(group)) {
        one.path("versions")
            .forEach(version -> versions.add("/apis/" + version.path("groupVersion").asText()));
      }
    }
    return versions;
  }
}
