package dev.wherry.cli.client.debug;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.cli.client.failure.ClientException;
import java.util.Locale;

/** What a container for looking around may do (kubectl pkg/cmd/debug profiles). */
enum DebugProfile {
  LEGACY,
  GENERAL,
  BASELINE,
  RESTRICTED,
  NETADMIN,
  SYSADMIN;

  static final String DEFAULT = "general";
  private static final String HOST_ROOT = "host-root";

  /** Where the container is. */
  enum Style {
    EPHEMERAL,
    COPY,
    NODE
  }

  static DebugProfile of(String name) {
    for (DebugProfile profile : values()) {
      if (profile.name().toLowerCase(Locale.ROOT).equals(name)) {
        return profile;
      }
    }
    throw ClientException.error("unknown profile: " + name);
  }

  /**
   * Changes pod and container.
   *
   * @param container one of the pod's
   */
  void apply(ObjectNode pod, ObjectNode container, Style style, DebugFlags flags) {
    switch (this) {
      case LEGACY -> {}
      case GENERAL -> {
        if (style == Style.NODE) {
          container.remove("securityContext");
        } else {
          addCapability(container, "SYS_PTRACE");
        }
      }
      case BASELINE -> container.remove("securityContext");
      case RESTRICTED -> restrict(container);
      case NETADMIN -> {
        addCapability(container, "NET_ADMIN");
        addCapability(container, "NET_RAW");
      }
      case SYSADMIN -> container.withObject("/securityContext").put("privileged", true);
    }
    if (style == Style.NODE) {
      node(pod, container);
    } else if (style == Style.COPY) {
      copy(pod, flags);
    }
  }

  private static void restrict(ObjectNode container) {
    container.remove("securityContext");
    ObjectNode security = container.putObject("securityContext");
    security.put("runAsNonRoot", true).put("allowPrivilegeEscalation", false);
    security.putObject("capabilities").putArray("drop").add("ALL");
    security.putObject("seccompProfile").put("type", "RuntimeDefault");
  }

  private static void addCapability(ObjectNode container, String capability) {
    ObjectNode capabilities = container.withObject("/securityContext/capabilities");
    JsonNode there = capabilities.path("add");
    (there instanceof ArrayNode list ? list : capabilities.putArray("add")).add(capability);
  }

  private void node(ObjectNode pod, ObjectNode container) {
    ObjectNode spec = pod.withObject("/spec");
    if (this == LEGACY || this == GENERAL || this == SYSADMIN) {
      spec.withArray("/volumes")
          .addObject()
          .put("name", HOST_ROOT)
          .putObject("hostPath")
          .put("path", "/");
      container
          .withArray("/volumeMounts")
          .addObject()
          .put("mountPath", "/host")
          .put("name", HOST_ROOT);
    }
    if (this != BASELINE && this != RESTRICTED) {
      spec.put("hostNetwork", true).put("hostPID", true).put("hostIPC", true);
    }
  }

  private void copy(ObjectNode pod, DebugFlags flags) {
    ObjectNode metadata = pod.withObject("/metadata");
    ObjectNode spec = pod.withObject("/spec");
    if (this == LEGACY) {
      metadata.remove("labels");
      return;
    }
    if (!flags.keepLabels) {
      metadata.remove("labels");
    }
    if (!flags.keepAnnotations) {
      metadata.remove("annotations");
    }
    for (JsonNode one : spec.path("containers")) {
      probes((ObjectNode) one, flags);
    }
    if (!flags.keepInitContainers) {
      spec.remove("initContainers");
    }
    if (!spec.has("shareProcessNamespace")) {
      spec.put("shareProcessNamespace", true);
    }
  }

  private static void probes(ObjectNode container, DebugFlags flags) {
    if (!flags.keepLiveness) {
      container.remove("livenessProbe");
    }
    if (!flags.keepReadiness) {
      container.remove("readinessProbe");
    }
    if (!flags.keepStartup) {
      container.remove("startupProbe");
    }
  }
}
