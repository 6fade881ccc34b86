package dev.wherry.apiserver.validation;

import com.fasterxml.jackson.databind.node.TextNode;
import dev.wherry.apiserver.structural.NameRules;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Rules of PodSpec and of templates (kubernetes core validation: ValidatePodSpec). */
final class PodRules {
  private static final List<String> RESTART_POLICIES = List.of("Always", "OnFailure", "Never");
  private static final List<String> DNS_POLICIES =
      List.of("ClusterFirstWithHostNet", "ClusterFirst", "Default", "None");
  private static final int NAMESERVERS_MAX = 3;
  private static final int SEARCH_PATHS_MAX = 32;
  private static final int SYSCTL_CHARS_MAX = 253;
  private static final long DEFAULT_GRACE_SECONDS = 30;

  private PodRules() {}

  static void pod(Field pod) {
    spec(pod.child("spec"));
  }

  static void template(Field template) {
    template(template, Set.of());
  }

  /**
   * The same.
   *
   * @param claimed names of volumes that whoever makes the pods adds to them
   */
  static void template(Field template, Set<String> claimed) {
    // Upstream leaves the step "metadata" out here.
    Field metadata = template.child("metadata");
    for (String name : List.of("labels", "annotations")) {
      Field map =
          Field.of(
              metadata.child(name).node(),
              template.path().isEmpty() ? name : template.path() + "." + name,
              template.errors());
      if (name.equals("labels")) {
        MetadataRules.labels(map);
      } else {
        MetadataRules.annotations(map);
      }
    }
    spec(template.child("spec"), claimed);
    if (!template.at("spec", "ephemeralContainers").node().isEmpty()) {
      template
          .at("spec", "ephemeralContainers")
          .forbidden("ephemeral containers not allowed in pod template");
    }
  }

  static void spec(Field spec) {
    spec(spec, Set.of());
  }

  private static void spec(Field spec, Set<String> claimed) {
    Field graceField = spec.child("terminationGracePeriodSeconds");
    long grace = graceField.present() ? graceField.number() : DEFAULT_GRACE_SECONDS;
    Set<String> volumes = VolumeRules.volumes(spec.child("volumes"));
    volumes.addAll(claimed);
    Set<String> names = new HashSet<>();
    Field containers = spec.child("containers");
    if (containers.node().isEmpty()) {
      containers.errors().required(containers.path(), "");
    }
    ContainerRules.containers(containers, ContainerRules.Sort.REGULAR, volumes, names, grace);
    ContainerRules.containers(
        spec.child("initContainers"), ContainerRules.Sort.INIT, volumes, names, grace);
    ContainerRules.containers(
        spec.child("ephemeralContainers"), ContainerRules.Sort.EPHEMERAL, volumes, names, grace);
    hostPorts(spec);
    spec.child("restartPolicy").oneOf(RESTART_POLICIES);
    graceField.nonNegative();
    spec.child("activeDeadlineSeconds").between(1, Integer.MAX_VALUE);
    names(spec);
    placement(spec);
    security(spec);
    dns(spec);
    overhead(spec.child("overhead"));
    spec.at("os", "name").oneOf(List.of("linux", "windows"));
  }

  private static void names(Field spec) {
    spec.child("serviceAccountName").matches(NameRules::subdomain);
    spec.child("nodeName").matches(NameRules::subdomain);
    spec.child("hostname").matches(NameRules::label);
    spec.child("subdomain").matches(NameRules::label);
    spec.child("priorityClassName").matches(NameRules::subdomain);
    spec.child("runtimeClassName").matches(NameRules::subdomain);
    Field preemption = spec.child("preemptionPolicy");
    if (preemption.present()) {
      preemption.require();
    }
    preemption.oneOf(List.of("PreemptLowerPriority", "Never"));
    for (Field alias : spec.child("hostAliases").items()) {
      Field ip = alias.child("ip");
      Addresses.ip(ip.text()).forEach(why -> ip.errors().invalid(ip.path(), ip.text(), why));
      alias.child("hostnames").items().forEach(h -> h.matches(NameRules::subdomain));
    }
    for (Field gate : spec.child("schedulingGates").uniqueBy("name").items()) {
      gate.child("name").matches(NameRules::qualified);
    }
    for (Field gate : spec.child("readinessGates").items()) {
      gate.child("conditionType").matches(NameRules::qualified);
    }
  }

  private static void placement(Field spec) {
    MetadataRules.labels(spec.child("nodeSelector"));
    SelectorRules.affinity(spec.child("affinity"));
    spec.child("tolerations").items().forEach(SelectorRules::toleration);
    SelectorRules.topologySpread(spec.child("topologySpreadConstraints"));
    if (spec.child("nodeName").hasText() && !spec.child("schedulingGates").node().isEmpty()) {
      spec.child("nodeName").forbidden("cannot be set until all schedulingGates have been cleared");
    }
  }

  private static void security(Field spec) {
    Field context = spec.child("securityContext");
    for (String id : List.of("runAsUser", "runAsGroup", "fsGroup")) {
      ContainerRules.userId(context.child(id));
    }
    context.child("supplementalGroups").items().forEach(ContainerRules::userId);
    context.child("fsGroupChangePolicy").oneOf(List.of("OnRootMismatch", "Always"));
    ContainerRules.seccomp(context.child("seccompProfile"));
    for (Field sysctl : context.child("sysctls").uniqueBy("name").items()) {
      if (sysctl.child("name").require() && !isSysctl(sysctl.child("name").text())) {
        sysctl
            .child("name")
            .invalid(
                "must have at most 253 characters and match regex ^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$");
      }
    }
    if (spec.child("hostPID").isTrue() && spec.child("shareProcessNamespace").isTrue()) {
      spec.child("shareProcessNamespace")
          .invalid("ShareProcessNamespace and HostPID cannot both be enabled");
    }
  }

  private static boolean isSysctl(String name) {
    return name.length() <= SYSCTL_CHARS_MAX
        && name.matches("[a-z0-9]([-_a-z0-9]*[a-z0-9])?([./][a-z0-9]([-_a-z0-9]*[a-z0-9])?)*");
  }

  private static void dns(Field spec) {
    Field policy = spec.child("dnsPolicy").oneOf(DNS_POLICIES);
    Field config = spec.child("dnsConfig");
    Field servers = config.child("nameservers");
    if (policy.is("None") && servers.node().isEmpty()) {
      servers
          .errors()
          .required(
              servers.path(), "must provide at least one DNS nameserver when `dnsPolicy` is None");
    }
    if (servers.node().size() > NAMESERVERS_MAX) {
      servers.invalid("must not have more than " + NAMESERVERS_MAX + " nameservers");
    }
    servers.items().forEach(s -> s.matches(Addresses::ip));
    if (config.child("searches").node().size() > SEARCH_PATHS_MAX) {
      config
          .child("searches")
          .invalid("must not have more than " + SEARCH_PATHS_MAX + " search paths");
    }
    for (Field search : config.child("searches").items()) {
      String text = search.text();
      String name = text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
      if (!text.equals(".")) {
        NameRules.searched(name).forEach(why -> search.errors().invalid(search.path(), name, why));
      }
    }
    for (Field option : config.child("options").items()) {
      if (!option.child("name").hasText()) {
        option.errors().required(option.path(), "must not be empty");
      }
    }
  }

  private static void overhead(Field overhead) {
    overhead.entries().forEach(e -> ResourceRules.nonNegative(e.getValue()));
  }

  /**
   * A host port with its protocol and address may stand once; on the host's network it must equal
   * the container's.
   */
  private static void hostPorts(Field spec) {
    boolean hostNetwork = spec.child("hostNetwork").isTrue();
    Set<String> taken = new HashSet<>();
    for (Field container : spec.child("containers").items()) {
      for (Field port : container.child("ports").items()) {
        Field hostPort = port.child("hostPort");
        if (hostPort.number() == 0) {
          continue;
        }
        if (hostNetwork && hostPort.number() != port.child("containerPort").number()) {
          port.child("containerPort").invalid("must match `hostPort` when `hostNetwork` is true");
        }
        String key =
            port.child("protocol").text()
                + "/"
                + port.child("hostIP").text()
                + "/"
                + hostPort.text();
        if (!taken.add(key)) {
          hostPort.errors().duplicate(hostPort.path(), TextNode.valueOf(key));
        }
      }
    }
  }
}
