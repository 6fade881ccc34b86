package dev.wherry.apiserver.admission.podsecurity;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.apiserver.admission.podsecurity.Check.Finding;
import dev.wherry.apiserver.view.Trees;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** What no pod may do unless it is privileged. */
final class BaselineChecks {
  private static final String APP_ARMOR = "container.apparmor.security.beta.kubernetes.io/";
  private static final String SECCOMP_POD = "seccomp.security.alpha.kubernetes.io/pod";
  private static final String SECCOMP_CONTAINER = "container.seccomp.security.alpha.kubernetes.io/";
  private static final Set<String> PROFILES = Set.of("RuntimeDefault", "Localhost");
  private static final Set<String> CAPABILITIES =
      Set.of(
          "AUDIT_WRITE",
          "CHOWN",
          "DAC_OVERRIDE",
          "FOWNER",
          "FSETID",
          "KILL",
          "MKNOD",
          "NET_BIND_SERVICE",
          "SETFCAP",
          "SETGID",
          "SETPCAP",
          "SETUID",
          "SYS_CHROOT");

  private BaselineChecks() {}

  static Optional<Finding> appArmor(Pod pod) {
    TreeSet<String> values = new TreeSet<>();
    boolean ofPod = isBad(pod.security().path("appArmorProfile"), values);
    List<String> containers =
        pod.badContainers(security -> isBad(security.path("appArmorProfile"), values));
    TreeSet<String> annotations = new TreeSet<>();
    for (Map.Entry<String, String> e : pod.annotations().entrySet()) {
      String value = e.getValue();
      boolean allowed =
          value.isEmpty() || value.equals("runtime/default") || value.startsWith("localhost/");
      if (e.getKey().startsWith(APP_ARMOR) && !allowed) {
        annotations.add(e.getKey() + "=\"" + value + "\"");
      }
    }
    List<String> setters = new ArrayList<>();
    if (ofPod || !containers.isEmpty()) {
      setters.add(Pod.setters(ofPod, containers));
    }
    List<String> bad = new ArrayList<>(values);
    if (!annotations.isEmpty()) {
      bad.addAll(annotations);
      setters.add(Pod.plural("annotation", annotations.size()));
    }
    return setters.isEmpty()
        ? Optional.empty()
        : found(
            Pod.plural("forbidden AppArmor profile", bad.size()),
            String.join(" and ", setters)
                + " must not set AppArmor profile type to "
                + Pod.quoted(bad));
  }

  private static boolean isBad(JsonNode profile, Set<String> values) {
    String type = Trees.text(profile, "type");
    boolean bad = profile.isObject() && !PROFILES.contains(type);
    if (bad) {
      values.add(type);
    }
    return bad;
  }

  static Optional<Finding> capabilities(Pod pod) {
    TreeSet<String> added = new TreeSet<>();
    List<String> containers =
        pod.badContainers(security -> {
          List<String> more =
              Trees.texts(security, "capabilities", "add").stream()
                  .filter(c -> !CAPABILITIES.contains(c))
                  .toList();
          added.addAll(more);
          return !more.isEmpty();
        });
    return containers.isEmpty()
        ? Optional.empty()
        : found(
            "non-default capabilities",
            Pod.containers(containers)
                + " must not include "
                + Pod.quoted(added)
                + " in securityContext.capabilities.add");
  }

  static Optional<Finding> hostNamespaces(Pod pod) {
    List<String> shared = new ArrayList<>();
    for (String field : List.of("hostNetwork", "hostPID", "hostIPC")) {
      if (pod.spec().path(field).asBoolean()) {
        shared.add(field + "=true");
      }
    }
    return shared.isEmpty()
        ? Optional.empty()
        : found("host namespaces", String.join(", ", shared));
  }

  static Optional<Finding> hostPathVolumes(Pod pod) {
    List<String> volumes = new ArrayList<>();
    for (JsonNode volume : pod.spec().path("volumes")) {
      if (volume.path("hostPath").isObject()) {
        volumes.add(Trees.text(volume, "name"));
      }
    }
    return volumes.isEmpty()
        ? Optional.empty()
        : found(
            "hostPath volumes", Pod.plural("volume", volumes.size()) + " " + Pod.quoted(volumes));
  }

  static Optional<Finding> hostPorts(Pod pod) {
    TreeSet<String> ports = new TreeSet<>();
    List<String> containers = new ArrayList<>();
    for (JsonNode container : pod.containers()) {
      boolean bad = false;
      for (JsonNode port : container.path("ports")) {
        if (port.path("hostPort").asInt() != 0) {
          bad = true;
          ports.add(String.valueOf(port.path("hostPort").asInt()));
        }
      }
      if (bad) {
        containers.add(Trees.text(container, "name"));
      }
    }
    return containers.isEmpty()
        ? Optional.empty()
        : found(
            "hostPort",
            Pod.containers(containers)
                + (containers.size() == 1 ? " uses " : " use ")
                + Pod.plural("hostPort", ports.size())
                + " "
                + String.join(", ", ports));
  }

  static Optional<Finding> hostProbes(Pod pod) {
    TreeSet<String> hosts = new TreeSet<>();
    TreeSet<String> containers = new TreeSet<>();
    for (JsonNode container : pod.containers()) {
      int before = hosts.size();
      List<JsonNode> handlers = new ArrayList<>();
      List.of("livenessProbe", "readinessProbe", "startupProbe")
          .forEach(probe -> handlers.add(container.path(probe)));
      List.of("postStart", "preStop")
          .forEach(hook -> handlers.add(container.path("lifecycle").path(hook)));
      boolean bad = false;
      for (JsonNode handler : handlers) {
        for (String way : List.of("httpGet", "tcpSocket")) {
          String host = Trees.text(handler, way, "host");
          if (!host.isEmpty()) {
            bad = true;
            hosts.add(host);
          }
        }
      }
      if (bad || hosts.size() > before) {
        containers.add(Trees.text(container, "name"));
      }
    }
    return containers.isEmpty()
        ? Optional.empty()
        : found(
            "probe or lifecycle host",
            Pod.containers(List.copyOf(containers))
                + (containers.size() == 1 ? " uses " : " use ")
                + Pod.plural("probe or lifecycle host", hosts.size())
                + " "
                + Pod.quoted(hosts));
  }

  static Optional<Finding> privileged(Pod pod) {
    List<String> containers =
        pod.badContainers(security -> security.path("privileged").asBoolean());
    return containers.isEmpty()
        ? Optional.empty()
        : found(
            "privileged",
            Pod.containers(containers) + " must not set securityContext.privileged=true");
  }

  static Optional<Finding> procMount(Pod pod) {
    TreeSet<String> types = new TreeSet<>();
    List<String> containers =
        pod.badContainers(security -> {
          String type = Trees.text(security, "procMount");
          boolean bad = !type.isEmpty() && !type.equals("Default");
          if (bad) {
            types.add(type);
          }
          return bad;
        });
    return containers.isEmpty()
        ? Optional.empty()
        : found(
            "procMount",
            Pod.containers(containers)
                + " must not set securityContext.procMount to "
                + Pod.quoted(types));
  }

  static Optional<Finding> seLinux(Pod pod, Set<String> allowed) {
    TreeSet<String> types = new TreeSet<>();
    TreeSet<String> fields = new TreeSet<>();
    boolean ofPod = isBadSeLinux(pod.security().path("seLinuxOptions"), allowed, types, fields);
    List<String> containers =
        pod.badContainers(
            security -> isBadSeLinux(security.path("seLinuxOptions"), allowed, types, fields));
    if (!ofPod && containers.isEmpty()) {
      return Optional.empty();
    }
    List<String> bad = new ArrayList<>();
    if (!types.isEmpty()) {
      bad.add(Pod.plural("type", types.size()) + " " + Pod.quoted(types));
    }
    fields.descendingSet().forEach(field -> bad.add(field + " may not be set"));
    return found(
        "seLinuxOptions",
        Pod.setters(ofPod, containers)
            + " set forbidden securityContext.seLinuxOptions: "
            + String.join("; ", bad));
  }

  private static boolean isBadSeLinux(
      JsonNode options, Set<String> allowed, Set<String> types, Set<String> fields) {
    boolean bad = false;
    String type = Trees.text(options, "type");
    if (!type.isEmpty() && !allowed.contains(type)) {
      bad = true;
      types.add(type);
    }
    for (String field : List.of("user", "role")) {
      if (!Trees.text(options, field).isEmpty()) {
        bad = true;
        fields.add(field);
      }
    }
    return bad;
  }

  /** Before there were fields. */
  static Optional<Finding> seccompAnnotations(Pod pod) {
    TreeSet<String> forbidden = new TreeSet<>();
    List<String> keys = new ArrayList<>(List.of(SECCOMP_POD));
    pod.containers().forEach(c -> keys.add(SECCOMP_CONTAINER + Trees.text(c, "name")));
    for (String key : keys) {
      String value = pod.annotations().get(key);
      boolean allowed =
          value == null
              || value.equals("runtime/default")
              || value.equals("docker/default")
              || value.startsWith("localhost/");
      if (!allowed) {
        forbidden.add(key + "=\"" + value + "\"");
      }
    }
    return forbidden.isEmpty()
        ? Optional.empty()
        : found(
            "seccompProfile",
            "forbidden "
                + Pod.plural("annotation", forbidden.size())
                + " "
                + String.join(", ", forbidden));
  }

  static Optional<Finding> seccomp(Pod pod) {
    TreeSet<String> values = new TreeSet<>();
    boolean ofPod = isBad(pod.security().path("seccompProfile"), values);
    List<String> containers =
        pod.badContainers(security -> isBad(security.path("seccompProfile"), values));
    return !ofPod && containers.isEmpty()
        ? Optional.empty()
        : found(
            "seccompProfile",
            Pod.setters(ofPod, containers)
                + " must not set securityContext.seccompProfile.type to "
                + Pod.quoted(values));
  }

  static Optional<Finding> sysctls(Pod pod, Set<String> allowed) {
    List<String> forbidden = new ArrayList<>();
    for (JsonNode sysctl : pod.security().path("sysctls")) {
      String name = Trees.text(sysctl, "name");
      if (!allowed.contains(name)) {
        forbidden.add(name);
      }
    }
    return forbidden.isEmpty()
        ? Optional.empty()
        : found("forbidden sysctls", String.join(", ", forbidden));
  }

  static Optional<Finding> hostProcess(Pod pod) {
    boolean ofPod = pod.security().path("windowsOptions").path("hostProcess").asBoolean();
    List<String> containers =
        pod.badContainers(
            security -> security.path("windowsOptions").path("hostProcess").asBoolean());
    return !ofPod && containers.isEmpty()
        ? Optional.empty()
        : found(
            "hostProcess",
            Pod.setters(ofPod, containers)
                + " must not set securityContext.windowsOptions.hostProcess=true");
  }

  static Optional<Finding> found(String reason, String detail) {
    return Optional.of(new Finding(reason, detail));
  }
}
