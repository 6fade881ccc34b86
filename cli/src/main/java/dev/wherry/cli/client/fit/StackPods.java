package dev.wherry.cli.client.fit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.cli.client.select.Manifest;
import dev.wherry.model.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The pods and claims that a manifest's controller would make. Pure. */
public final class StackPods {
  /** What every daemon tolerates (daemonset_util). */
  private static final List<String> DAEMONS_TOLERATE =
      List.of(
          "node.kubernetes.io/disk-pressure",
          "node.kubernetes.io/memory-pressure",
          "node.kubernetes.io/pid-pressure",
          "node.kubernetes.io/unschedulable");

  private StackPods() {}

  /**
   * Pods that are alike.
   *
   * @param name of what makes them, as {@code deployment/web}
   * @param count how many; not looked at where there is one for each node
   * @param claims that are made with them
   */
  public record Part(
      String name, ObjectNode pod, int count, boolean perNode, List<ObjectNode> claims) {
    public Part {
      claims = List.copyOf(claims);
    }
  }

  /** The parts; none for objects that make no pods. */
  public static List<Part> of(Manifest manifest) {
    JsonNode spec = manifest.object().path("spec");
    return switch (manifest.kind()) {
      case "Pod" -> List.of(part(manifest, manifest.object().deepCopy(), 1));
      case "Deployment", "ReplicaSet", "ReplicationController" ->
          List.of(
              part(manifest, pod(manifest, spec.path("template")), spec.path("replicas").asInt(1)));
      case "StatefulSet" -> statefulSet(manifest, spec);
      case "DaemonSet" -> List.of(daemons(manifest, spec));
      case "Job" -> List.of(job(manifest, spec));
      case "CronJob" -> List.of(job(manifest, spec.path("jobTemplate").path("spec")));
      default -> List.of();
    };
  }

  private static String name(Manifest manifest) {
    return manifest.kind().toLowerCase(Locale.ROOT) + "/" + manifest.name();
  }

  private static Part part(Manifest manifest, ObjectNode pod, int count) {
    return new Part(name(manifest), pod, count, false, List.of());
  }

  private static ObjectNode pod(Manifest manifest, JsonNode template) {
    ObjectNode pod = Json.object();
    pod.put("apiVersion", "v1").put("kind", "Pod");
    JsonNode metadata = template.path("metadata");
    pod.set("metadata", metadata.isObject() ? metadata.deepCopy() : Json.object());
    pod.withObject("/metadata").put("name", manifest.name()).put("namespace", manifest.namespace());
    JsonNode spec = template.path("spec");
    pod.set("spec", spec.isObject() ? spec.deepCopy() : Json.object());
    return pod;
  }

  private static Part job(Manifest manifest, JsonNode spec) {
    int atOnce = spec.path("parallelism").asInt(1);
    int all = spec.path("completions").asInt(atOnce);
    boolean suspended = spec.path("suspend").asBoolean();
    return part(
        manifest,
        pod(manifest, spec.path("template")),
        suspended ? 0 : Math.min(atOnce, Math.max(all, 0)));
  }

  private static Part daemons(Manifest manifest, JsonNode spec) {
    ObjectNode pod = pod(manifest, spec.path("template"));
    ArrayNode tolerations = pod.withObject("/spec").withArray("/tolerations");
    for (String key : DAEMONS_TOLERATE) {
      tolerations.addObject().put("key", key).put("operator", "Exists").put("effect", "NoSchedule");
    }
    if (pod.path("spec").path("hostNetwork").asBoolean()) {
      tolerations
          .addObject()
          .put("key", "node.kubernetes.io/network-unavailable")
          .put("operator", "Exists")
          .put("effect", "NoSchedule");
    }
    return new Part(name(manifest), pod, 1, true, List.of());
  }

  /** Each pod has claims of its own. */
  private static List<Part> statefulSet(Manifest manifest, JsonNode spec) {
    int replicas = spec.path("replicas").asInt(1);
    JsonNode templates = spec.path("volumeClaimTemplates");
    ObjectNode pod = pod(manifest, spec.path("template"));
    if (templates.isEmpty()) {
      return List.of(part(manifest, pod, replicas));
    }
    int first = spec.path("ordinals").path("start").asInt(0);
    List<Part> parts = new ArrayList<>();
    for (int i = first; i < first + replicas; i++) {
      ObjectNode one = pod.deepCopy();
      String podName = manifest.name() + "-" + i;
      one.withObject("/metadata").put("name", podName);
      List<ObjectNode> claims = new ArrayList<>();
      for (JsonNode template : templates) {
        claims.add(claim(manifest, template, podName));
        volume(one, template.path("metadata").path("name").asText(), podName);
      }
      parts.add(new Part(name(manifest), one, 1, false, claims));
    }
    return parts;
  }

  private static ObjectNode claim(Manifest manifest, JsonNode template, String podName) {
    ObjectNode claim = template.deepCopy() instanceof ObjectNode copy ? copy : Json.object();
    claim.put("apiVersion", "v1").put("kind", "PersistentVolumeClaim");
    String name = template.path("metadata").path("name").asText() + "-" + podName;
    claim.withObject("/metadata").put("name", name).put("namespace", manifest.namespace());
    return claim;
  }

  /** A volume of the template's name gives way to the claim's. */
  private static void volume(ObjectNode pod, String name, String podName) {
    ArrayNode volumes = pod.withObject("/spec").withArray("/volumes");
    for (int i = volumes.size() - 1; i >= 0; i--) {
      if (volumes.get(i).path("name").asText().equals(name)) {
        volumes.remove(i);
      }
    }
    volumes
        .addObject()
        .put("name", name)
        .putObject("persistentVolumeClaim")
        .put("claimName", name + "-" + podName);
  }
}
