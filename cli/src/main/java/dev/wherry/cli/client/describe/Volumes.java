package dev.wherry.cli.client.describe;

import com.fasterxml.jackson.databind.JsonNode;

/** The volumes of a pod or template. */
final class Volumes {
  private Volumes() {}

  static void describe(Page page, JsonNode volumes, String indent) {
    if (volumes.isEmpty()) {
      page.line(0, indent + "Volumes:\t<none>");
      return;
    }
    page.line(0, indent + "Volumes:");
    for (JsonNode volume : volumes) {
      page.line(1, (indent.isEmpty() ? "" : " ") + volume.path("name").asText() + ":");
      source(page, volume);
    }
  }

  static void source(Page page, JsonNode volume) {
    for (var entry : volume.properties()) {
      JsonNode source = entry.getValue();
      switch (entry.getKey()) {
        case "hostPath" -> {
          type(page, "HostPath (bare host directory volume)");
          page.field(2, "Path", source.path("path").asText(""));
          page.field(
              2, "HostPathType", source.path("type").asText(source.has("type") ? "" : "<none>"));
        }
        case "emptyDir" -> {
          type(page, "EmptyDir (a temporary directory that shares a pod's lifetime)");
          page.field(2, "Medium", source.path("medium").asText(""));
          page.field(
              2,
              "SizeLimit",
              source.path("sizeLimit").asText(source.has("sizeLimit") ? "" : "<unset>"));
        }
        case "secret" -> {
          type(page, "Secret (a volume populated by a Secret)");
          page.field(2, "SecretName", source.path("secretName").asText(""));
          optional(page, source);
        }
        case "configMap" -> {
          type(page, "ConfigMap (a volume populated by a ConfigMap)");
          page.field(2, "Name", source.path("name").asText(""));
          optional(page, source);
        }
        case "persistentVolumeClaim" -> {
          type(
              page,
              "PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same"
                  + " namespace)");
          page.field(2, "ClaimName", source.path("claimName").asText(""));
          page.field(2, "ReadOnly", Boolean.toString(source.path("readOnly").asBoolean()));
        }
        case "local" -> {
          type(page, "LocalVolume (a persistent volume backed by local storage on a node)");
          page.field(2, "Path", source.path("path").asText(""));
        }
        case "projected" -> projected(page, source);
        case "downwardAPI" -> downward(page, source);
        case "nfs" -> {
          type(page, "NFS (an NFS mount that lasts the lifetime of a pod)");
          page.field(2, "Server", source.path("server").asText(""));
          page.field(2, "Path", source.path("path").asText(""));
          page.field(2, "ReadOnly", Boolean.toString(source.path("readOnly").asBoolean()));
        }
        case "name" -> {
          // Printed as the title.
        }
        default -> {
          type(page, entry.getKey());
          source.properties().forEach(e -> page.field(2, e.getKey(), Page.text(e.getValue())));
        }
      }
    }
  }

  private static void type(Page page, String type) {
    page.field(2, "Type", type);
  }

  private static void optional(Page page, JsonNode source) {
    page.field(2, "Optional", Boolean.toString(source.path("optional").asBoolean()));
  }

  private static void projected(Page page, JsonNode projected) {
    type(page, "Projected (a volume that contains injected data from multiple sources)");
    for (JsonNode source : projected.path("sources")) {
      JsonNode secret = source.path("secret");
      JsonNode map = source.path("configMap");
      JsonNode token = source.path("serviceAccountToken");
      if (secret.isObject()) {
        page.field(2, "SecretName", secret.path("name").asText(""));
        optional(page, secret);
      } else if (source.has("downwardAPI")) {
        page.field(2, "DownwardAPI", "true");
      } else if (map.isObject()) {
        page.field(2, "ConfigMapName", map.path("name").asText(""));
        optional(page, map);
      } else if (token.isObject()) {
        page.field(2, "TokenExpirationSeconds", token.path("expirationSeconds").asText("0"));
      }
    }
  }

  private static void downward(Page page, JsonNode source) {
    type(page, "DownwardAPI (a volume populated by information about the pod)");
    page.line(2, "Items:");
    for (JsonNode item : source.path("items")) {
      String from =
          item.path("fieldRef").path("fieldPath").asText("")
              + item.path("resourceFieldRef").path("resource").asText("");
      page.line(3, from + " -> " + item.path("path").asText(""));
    }
  }
}
