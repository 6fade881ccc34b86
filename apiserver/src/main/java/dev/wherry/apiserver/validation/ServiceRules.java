package dev.wherry.apiserver.validation;

import dev.wherry.apiserver.structural.NameRules;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Rules of Services (core validation). */
final class ServiceRules {
  private static final List<String> TYPES =
      List.of("ClusterIP", "NodePort", "LoadBalancer", "ExternalName");
  static final List<String> PROTOCOLS = List.of("SCTP", "TCP", "UDP");
  private static final int AFFINITY_SECONDS_MAX = 86_400;

  private static final String BALANCER_ONLY = "may only be used when `type` is 'LoadBalancer'";

  private ServiceRules() {}

  static void service(Field service) {
    Field spec = service.child("spec");
    Field type = spec.child("type").oneOf(TYPES);
    boolean headless = spec.child("clusterIP").is("None");
    boolean external = type.is("ExternalName");
    if (spec.child("ports").node().isEmpty() && !headless && !external) {
      spec.errors().required(spec.child("ports").path(), "");
    }
    if (external) {
      externalName(spec);
    }
    ports(spec.child("ports"), headless);
    MetadataRules.labels(spec.child("selector"));
    addresses(spec, type.text());
    affinity(spec);
    spec.optional("internalTrafficPolicy").oneOf(List.of("Cluster", "Local"));
    balancer(spec, type.is("LoadBalancer"));
    accessible(spec, type.text());
  }

  private static void balancer(Field spec, boolean balanced) {
    // Upstream writes the name so.
    Field ranges =
        Field.of(
            spec.child("loadBalancerSourceRanges").node(),
            "spec.LoadBalancerSourceRanges",
            spec.errors());
    for (Field range : ranges.items()) {
      Addresses.cidr(range.text().strip()).forEach(range::invalid);
    }
    Field allocate = spec.child("allocateLoadBalancerNodePorts");
    Field balancerClass = spec.optional("loadBalancerClass");
    if (balanced) {
      balancerClass.matches(NameRules::qualified);
      spec.child("healthCheckNodePort").nonNegative();
      return;
    }
    for (Field only : List.of(allocate, balancerClass)) {
      if (only.present()) {
        only.forbidden(BALANCER_ONLY);
      }
    }
    if (!ranges.node().isEmpty()) {
      ranges.forbidden(BALANCER_ONLY);
    }
  }

  /** Whose clients may come from outside the cluster. */
  private static void accessible(Field spec, String type) {
    Field policy = spec.child("externalTrafficPolicy");
    boolean outside =
        type.equals("NodePort")
            || type.equals("LoadBalancer")
            || (type.equals("ClusterIP") && !spec.child("externalIPs").node().isEmpty());
    if (!outside && policy.hasText()) {
      policy.invalid("may only be set for externally-accessible services");
    } else {
      policy.oneOf(List.of("Cluster", "Local"));
    }
  }

  private static void externalName(Field spec) {
    for (String given : List.of("clusterIPs", "ipFamilies", "ipFamilyPolicy")) {
      Field field = spec.child(given);
      if (field.hasText() || !field.node().isEmpty()) {
        field.forbidden("may not be set for ExternalName services");
      }
    }
    Field name = spec.child("externalName");
    String dotless =
        name.text().endsWith(".")
            ? name.text().substring(0, name.text().length() - 1)
            : name.text();
    if (name.require()) {
      NameRules.subdomain(dotless).forEach(name::invalid);
    }
  }

  private static void ports(Field ports, boolean headless) {
    boolean named = ports.node().size() > 1;
    Set<String> names = new HashSet<>();
    Set<String> numbers = new HashSet<>();
    Set<String> nodePorts = new HashSet<>();
    for (Field port : ports.items()) {
      Field name = port.child("name");
      if (named && !name.hasText()) {
        name.errors().required(name.path(), "");
      } else if (name.hasText()) {
        name.matches(NameRules::label);
        if (!names.add(name.text())) {
          name.errors().duplicate(name.path(), name.node());
        }
      }
      Field number = port.child("port");
      if (!number.node().isNumber() || number.number() < 1 || number.number() > 65535) {
        number.invalid("must be between 1 and 65535, inclusive");
      }
      port.child("protocol").oneOf(PROTOCOLS);
      ProbeRules.port(port.child("targetPort"));
      port.optional("appProtocol").matches(NameRules::qualified);
      Field nodePort = port.child("nodePort");
      if (nodePort.number() != 0
          && !nodePorts.add(port.child("protocol").text() + "/" + nodePort.text())) {
        nodePort.errors().duplicate(nodePort.path(), nodePort.node());
      }
      if (headless && port.child("nodePort").number() != 0) {
        port.child("nodePort").forbidden("may not be used when `clusterIP` is 'None'");
      }
      String key = port.child("protocol").text() + "/" + number.text();
      if (!numbers.add(key)) {
        port.errors().duplicate(port.path(), port.node());
      }
    }
  }

  private static void addresses(Field spec, String type) {
    ServiceFamilyRules.check(spec);
    for (Field ip : spec.child("externalIPs").items()) {
      ip.matches(Addresses::ip);
      EndpointRules.nonSpecial(ip);
    }
    if (type.equals("ClusterIP")) {
      for (Field port : spec.child("ports").items()) {
        if (port.child("nodePort").number() != 0) {
          port.child("nodePort").forbidden("may not be used when `type` is 'ClusterIP'");
        }
      }
    }
    if (!type.equals("ExternalName")
        && spec.child("clusterIP").is("None")
        && (type.equals("NodePort") || type.equals("LoadBalancer"))) {
      Field first = spec.child("clusterIPs").items().stream().findFirst().orElse(spec);
      first.invalid("may not be set to 'None' for " + type + " services");
    }
  }

  private static void affinity(Field spec) {
    Field affinity = spec.child("sessionAffinity").oneOf(List.of("ClientIP", "None"));
    Field seconds = spec.at("sessionAffinityConfig", "clientIP", "timeoutSeconds");
    if (affinity.is("ClientIP")
        && seconds.present()
        && (seconds.number() <= 0 || seconds.number() > AFFINITY_SECONDS_MAX)) {
      seconds.invalid("must be greater than 0 and less than " + AFFINITY_SECONDS_MAX);
    }
    if (affinity.is("None") && spec.child("sessionAffinityConfig").present()) {
      spec.child("sessionAffinityConfig")
          .forbidden("must not be set when session affinity is None");
    }
  }

  static void serviceUpdate(Field service, Field old) {
    Field balancerClass = service.at("spec", "loadBalancerClass");
    boolean balanced =
        service.at("spec", "type").is("LoadBalancer") && old.at("spec", "type").is("LoadBalancer");
    if (balanced && !balancerClass.is(old.at("spec", "loadBalancerClass").text())) {
      balancerClass.invalid("may not change once set");
    }
    ServiceFamilyRules.update(service, old);
  }
}
