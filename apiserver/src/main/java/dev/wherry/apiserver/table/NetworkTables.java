package dev.wherry.apiserver.table;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.machinery.address.AddressText;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** Tables of Services, endpoints, networking.k8s.io and discovery.k8s.io. */
final class NetworkTables {
  private static final int SHOWN_MAX = 3;

  private NetworkTables() {}

  static KindTable services() {
    return KindTable.builder()
        .name()
        .text("Type", "How the service is reached.", o -> Fields.text(o, "spec", "type"))
        .text("Cluster-IP", "First address inside the cluster.", NetworkTables::clusterIp)
        .text("External-IP", "Addresses outside the cluster.", NetworkTables::externalIp)
        .text("Port(s)", "Ports, with node ports after a colon.", NetworkTables::servicePorts)
        .age()
        .wide(
            "Selector",
            "Labels of its pods.",
            o -> Fields.labels(Fields.get(o, "spec", "selector")))
        .build();
  }

  private static String clusterIp(JsonNode service) {
    String first = Fields.get(service, "spec", "clusterIPs").path(0).asText();
    return first.isEmpty() ? Fields.textOr(Fields.NONE, service, "spec", "clusterIP") : first;
  }

  private static String externalIp(JsonNode service) {
    JsonNode external = Fields.get(service, "spec", "externalIPs");
    return switch (Fields.text(service, "spec", "type")) {
      case "ClusterIP", "NodePort" ->
          external.isEmpty() ? Fields.NONE : Fields.join(external, JsonNode::asText);
      case "LoadBalancer" -> {
        List<String> all = new ArrayList<>(balancerAddresses(service));
        external.forEach(ip -> all.add(ip.asText()));
        yield all.isEmpty() ? "<pending>" : String.join(",", all);
      }
      case "ExternalName" -> Fields.text(service, "spec", "externalName");
      default -> Fields.UNKNOWN;
    };
  }

  private static TreeSet<String> balancerAddresses(JsonNode object) {
    TreeSet<String> addresses = new TreeSet<>();
    for (JsonNode ingress : Fields.get(object, "status", "loadBalancer", "ingress")) {
      String address = Fields.textOr(Fields.text(ingress, "hostname"), ingress, "ip");
      if (!address.isEmpty()) {
        addresses.add(address);
      }
    }
    return addresses;
  }

  private static String servicePorts(JsonNode service) {
    JsonNode ports = Fields.get(service, "spec", "ports");
    if (ports.isEmpty()) {
      return Fields.NONE;
    }
    return Fields.join(
        ports,
        port -> {
          long nodePort = Fields.number(port, "nodePort");
          String protocol = Fields.textOr("TCP", port, "protocol");
          return Fields.text(port, "port") + (nodePort > 0 ? ":" + nodePort : "") + "/" + protocol;
        });
  }

  static KindTable endpoints() {
    return KindTable.builder()
        .name()
        .text("Endpoints", "Addresses with ports.", NetworkTables::addresses)
        .age()
        .build();
  }

  private static String addresses(JsonNode endpoints) {
    List<String> all = new ArrayList<>();
    for (JsonNode subset : endpoints.path("subsets")) {
      for (JsonNode address : subset.path("addresses")) {
        String ip = Fields.text(address, "ip");
        if (subset.path("ports").isEmpty()) {
          all.add(ip);
        }
        for (JsonNode port : subset.path("ports")) {
          all.add(AddressText.bracketed(ip) + ":" + Fields.text(port, "port"));
        }
      }
    }
    return Fields.firstOf(all, SHOWN_MAX, Fields.NONE);
  }

  static KindTable endpointSlices() {
    return KindTable.builder()
        .name()
        .text("AddressType", "Family of the addresses.", o -> Fields.text(o, "addressType"))
        .text("Ports", "Ports of all endpoints.", NetworkTables::slicePorts)
        .text("Endpoints", "Addresses.", NetworkTables::sliceAddresses)
        .age()
        .build();
  }

  private static String slicePorts(JsonNode slice) {
    List<String> all = new ArrayList<>();
    for (JsonNode port : slice.path("ports")) {
      String named = Fields.textOr("*", port, "name");
      all.add(Fields.textOr(named, port, "port"));
    }
    return Fields.firstOf(all, SHOWN_MAX, Fields.UNSET);
  }

  private static String sliceAddresses(JsonNode slice) {
    List<String> all = new ArrayList<>();
    for (JsonNode endpoint : slice.path("endpoints")) {
      endpoint.path("addresses").forEach(address -> all.add(address.asText()));
    }
    return Fields.firstOf(all, SHOWN_MAX, Fields.UNSET);
  }

  static KindTable ingresses() {
    return KindTable.builder()
        .name()
        .text(
            "Class",
            "Ingress class.",
            o -> Fields.textOr(Fields.NONE, o, "spec", "ingressClassName"))
        .text("Hosts", "Host names it matches.", NetworkTables::hosts)
        .text(
            "Address",
            "Addresses of the load balancer.",
            o -> String.join(",", balancerAddresses(o)))
        .text(
            "Ports",
            "Ports it listens on.",
            o -> Fields.get(o, "spec", "tls").isEmpty() ? "80" : "80, 443")
        .age()
        .build();
  }

  private static String hosts(JsonNode ingress) {
    List<String> hosts = new ArrayList<>();
    JsonNode rules = Fields.get(ingress, "spec", "rules");
    boolean more = false;
    for (JsonNode rule : rules) {
      more |= hosts.size() == SHOWN_MAX;
      String host = Fields.text(rule, "host");
      if (!more && !host.isEmpty()) {
        hosts.add(host);
      }
    }
    if (hosts.isEmpty()) {
      return "*";
    }
    String shown = String.join(",", hosts);
    return more ? shown + " + " + (rules.size() - SHOWN_MAX) + " more..." : shown;
  }

  static KindTable ingressClasses() {
    return KindTable.builder()
        .name()
        .text("Controller", "Who carries it out.", o -> Fields.text(o, "spec", "controller"))
        .text("Parameters", "Its configuration.", NetworkTables::parameters)
        .age()
        .build();
  }

  private static String parameters(JsonNode ingressClass) {
    JsonNode parameters = Fields.get(ingressClass, "spec", "parameters");
    if (!parameters.isObject()) {
      return Fields.NONE;
    }
    String group = Fields.text(parameters, "apiGroup");
    String kind = Fields.text(parameters, "kind");
    return (group.isEmpty() ? kind : kind + "." + group) + "/" + Fields.text(parameters, "name");
  }

  static KindTable networkPolicies() {
    return KindTable.builder()
        .name()
        .text(
            "Pod-Selector",
            "Pods it rules.",
            o -> Fields.selectorOrNone(Fields.get(o, "spec", "podSelector")))
        .age()
        .build();
  }

  static KindTable ipAddresses() {
    return KindTable.builder()
        .name()
        .text("ParentRef", "Whose address it is.", NetworkTables::parent)
        .build();
  }

  private static String parent(JsonNode address) {
    JsonNode ref = Fields.get(address, "spec", "parentRef");
    List<String> parts = new ArrayList<>();
    String group = Fields.text(ref, "group");
    String resource = Fields.text(ref, "resource");
    parts.add(group.isEmpty() ? resource : resource + "." + group);
    String namespace = Fields.text(ref, "namespace");
    if (!namespace.isEmpty()) {
      parts.add(namespace);
    }
    parts.add(Fields.text(ref, "name"));
    return String.join("/", parts);
  }

  static KindTable serviceCidrs() {
    return KindTable.builder()
        .name()
        .text(
            "CIDRs",
            "Address ranges.",
            o -> Fields.join(Fields.get(o, "spec", "cidrs"), JsonNode::asText))
        .age()
        .build();
  }
}
