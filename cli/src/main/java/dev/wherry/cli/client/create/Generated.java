package dev.wherry.cli.client.create;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.json.Json;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The objects of kubectl's generators, field for field. */
public final class Generated {
  private Generated() {}

  static ObjectNode object(String apiVersion, String kind, String name) {
    ObjectNode object = Json.object();
    object.put("apiVersion", apiVersion).put("kind", kind);
    object.putObject("metadata").put("name", name);
    return object;
  }

  public static ObjectNode namespace(String name) {
    ObjectNode namespace = object("v1", "Namespace", name);
    namespace.putObject("spec");
    namespace.putObject("status");
    return namespace;
  }

  public static ObjectNode serviceAccount(String name) {
    return object("v1", "ServiceAccount", name);
  }

  /** Values that are no UTF-8 go to {@code binaryData}. */
  public static ObjectNode configMap(String name, Map<String, byte[]> data) {
    ObjectNode map = object("v1", "ConfigMap", name);
    data.forEach((key, value) -> {
      Optional<String> text = DataFlags.text(value);
      if (text.isPresent()) {
        child(map, "data").put(key, text.get());
      } else {
        child(map, "binaryData").put(key, Base64.getEncoder().encodeToString(value));
      }
    });
    return map;
  }

  /**
   * @param type "" for the server's default
   */
  public static ObjectNode secret(String name, String type, Map<String, byte[]> data) {
    ObjectNode secret = object("v1", "Secret", name);
    if (!type.isEmpty()) {
      secret.put("type", type);
    }
    data.forEach(
        (key, value) -> child(secret, "data").put(key, Base64.getEncoder().encodeToString(value)));
    return secret;
  }

  private static ObjectNode child(ObjectNode parent, String field) {
    return parent.get(field) instanceof ObjectNode present ? present : parent.putObject(field);
  }

  /**
   * @param port 0 for none
   */
  public static ObjectNode deployment(
      String name, List<String> images, int replicas, int port, List<String> command) {
    ObjectNode deployment = object("apps/v1", "Deployment", name);
    ObjectNode metadata = child(deployment, "metadata");
    metadata.putObject("labels").put("app", name);
    ObjectNode spec = deployment.putObject("spec");
    spec.put("replicas", replicas);
    spec.putObject("selector").putObject("matchLabels").put("app", name);
    spec.putObject("strategy");
    ObjectNode template = spec.putObject("template");
    ObjectNode podMetadata = template.putObject("metadata");
    podMetadata.putObject("labels").put("app", name);
    ArrayNode containers = template.putObject("spec").putArray("containers");
    for (String image : images) {
      ObjectNode container = containers.addObject();
      container.put("image", image).put("name", containerName(image));
      container.putObject("resources");
      if (port > 0) {
        container.putArray("ports").addObject().put("containerPort", port);
      }
      if (!command.isEmpty()) {
        ArrayNode words = container.putArray("command");
        command.forEach(words::add);
      }
    }
    deployment.putObject("status");
    return deployment;
  }

  /** The last part of an image's name, without tag and digest. */
  static String containerName(String image) {
    String last = image.substring(image.lastIndexOf('/') + 1);
    String untagged = last.split("[:@]", 2)[0];
    return untagged.replaceAll("[^a-zA-Z0-9-]", "-");
  }

  /**
   * The body of a token request.
   *
   * @param seconds 0 for the server's default
   */
  public static ObjectNode tokenRequest(
      List<String> audiences, long seconds, String boundKind, String boundName, String boundUid) {
    ObjectNode request = Json.object();
    request.put("apiVersion", "authentication.k8s.io/v1").put("kind", "TokenRequest");
    ObjectNode spec = request.putObject("spec");
    ArrayNode list = spec.putArray("audiences");
    audiences.forEach(list::add);
    if (seconds > 0) {
      spec.put("expirationSeconds", seconds);
    }
    if (!boundKind.isEmpty()) {
      ObjectNode bound = spec.putObject("boundObjectRef");
      bound.put("apiVersion", "v1").put("kind", boundKind).put("name", boundName);
      if (!boundUid.isEmpty()) {
        bound.put("uid", boundUid);
      }
    }
    return request;
  }
}
