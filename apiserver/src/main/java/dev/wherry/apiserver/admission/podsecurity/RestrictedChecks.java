package dev.wherry.apiserver.admission.podsecurity;

import static dev.wherry.apiserver.admission.podsecurity.BaselineChecks.found;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.apiserver.admission.podsecurity.Check.Finding;
import dev.wherry.apiserver.view.Trees;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** What pods have to renounce under the restricted level. */
final class RestrictedChecks {
  private static final Set<String> PROFILES = Set.of("RuntimeDefault", "Localhost");
  private static final Set<String> VOLUMES =
      Set.of(
          "configMap",
          "csi",
          "downwardAPI",
          "emptyDir",
          "ephemeral",
          "image",
          "persistentVolumeClaim",
          "projected",
          "secret");

  private RestrictedChecks() {}

  static Optional<Finding> escalation(Pod pod) {
    List<String> containers =
        pod.badContainers(security -> security.path("allowPrivilegeEscalation").asBoolean(true));
    return containers.isEmpty()
        ? Optional.empty()
        : found(
            "allowPrivilegeEscalation != false",
            Pod.containers(containers)
                + " must set securityContext.allowPrivilegeEscalation=false");
  }

  static Optional<Finding> capabilities(Pod pod) {
    List<String> keeping =
        pod.badContainers(s -> !Trees.texts(s, "capabilities", "drop").contains("ALL"));
    TreeSet<String> added = new TreeSet<>();
    List<String> adding =
        pod.badContainers(security -> {
          List<String> more =
              Trees.texts(security, "capabilities", "add").stream()
                  .filter(c -> !c.equals("NET_BIND_SERVICE"))
                  .toList();
          added.addAll(more);
          return !more.isEmpty();
        });
    List<String> details = new ArrayList<>();
    if (!keeping.isEmpty()) {
      details.add(
          Pod.containers(keeping) + " must set securityContext.capabilities.drop=[\"ALL\"]");
    }
    if (!adding.isEmpty()) {
      details.add(
          Pod.containers(adding)
              + " must not include "
              + Pod.quoted(added)
              + " in securityContext.capabilities.add");
    }
    return details.isEmpty()
        ? Optional.empty()
        : found("unrestricted capabilities", String.join("; ", details));
  }

  static Optional<Finding> volumes(Pod pod) {
    List<String> volumes = new ArrayList<>();
    TreeSet<String> types = new TreeSet<>();
    for (JsonNode volume : pod.spec().path("volumes")) {
      List<String> sources = new ArrayList<>();
      volume
          .properties()
          .forEach(e -> {
            if (e.getValue().isObject()) {
              sources.add(e.getKey());
            }
          });
      if (sources.stream().noneMatch(VOLUMES::contains)) {
        volumes.add(Trees.text(volume, "name"));
        types.add(sources.isEmpty() ? "unknown" : sources.getFirst());
      }
    }
    return volumes.isEmpty()
        ? Optional.empty()
        : found(
            "restricted volume types",
            Pod.plural("volume", volumes.size())
                + " "
                + Pod.quoted(volumes)
                + (volumes.size() == 1 ? " uses " : " use ")
                + Pod.plural("restricted volume type", types.size())
                + " "
                + Pod.quoted(types));
  }

  static Optional<Finding> nonRoot(Pod pod) {
    JsonNode own = pod.security().path("runAsNonRoot");
    boolean ofPod = own.isBoolean() && !own.booleanValue();
    List<String> explicit =
        pod.badContainers(security ->
            security.path("runAsNonRoot").isBoolean()
                && !security.path("runAsNonRoot").booleanValue());
    if (ofPod || !explicit.isEmpty()) {
      return found(
          "runAsNonRoot != true",
          Pod.setters(ofPod, explicit) + " must not set securityContext.runAsNonRoot=false");
    }
    List<String> silent =
        own.asBoolean()
            ? List.of()
            : pod.badContainers(security -> !security.path("runAsNonRoot").isBoolean());
    return silent.isEmpty()
        ? Optional.empty()
        : found(
            "runAsNonRoot != true",
            "pod or " + Pod.containers(silent) + " must set securityContext.runAsNonRoot=true");
  }

  static Optional<Finding> user(Pod pod) {
    boolean ofPod = isRoot(pod.security());
    List<String> containers = pod.badContainers(RestrictedChecks::isRoot);
    return !ofPod && containers.isEmpty()
        ? Optional.empty()
        : found("runAsUser=0", Pod.setters(ofPod, containers) + " must not set runAsUser=0");
  }

  private static boolean isRoot(JsonNode security) {
    JsonNode user = security.path("runAsUser");
    return user.isNumber() && user.asLong() == 0;
  }

  static Optional<Finding> seccomp(Pod pod) {
    Optional<Finding> explicit = BaselineChecks.seccomp(pod);
    boolean ofPod = PROFILES.contains(Trees.text(pod.security(), "seccompProfile", "type"));
    if (explicit.isPresent() || ofPod) {
      return explicit;
    }
    List<String> silent =
        pod.badContainers(security -> !security.path("seccompProfile").isObject());
    return silent.isEmpty()
        ? Optional.empty()
        : found(
            "seccompProfile",
            "pod or "
                + Pod.containers(silent)
                + " must set securityContext.seccompProfile.type to \"RuntimeDefault\" or"
                + " \"Localhost\"");
  }
}
