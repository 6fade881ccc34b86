package dev.wherry.apiserver.validation;

import com.fasterxml.jackson.databind.node.TextNode;
import dev.wherry.apiserver.structural.NameRules;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Rules of Services, Endpoints and EndpointSlices. */
final class ServiceRules {
  private static final List<String> TYPES =
      List.of("ClusterIP", "NodePort", "LoadBalancer", "ExternalName");
  private static final List<String> PROTOCOLS = List.of("SCTP", "TCP", "UDP");
  private static final int AFFINITY_SECONDS_MAX = 86_400;
  private static final int SLICE_ENDPOINTS_MAX = 1_000;
  private static final int SLICE_PORTS_MAX = 20_000;
  private static final int ENDPOINT_ADDRESSES_MAX = 100;

  private static final int HINTS_MAX = 8;

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
    spec.child("externalTrafficPolicy").oneOf(List.of("Cluster", "Local"));
    spec.child("internalTrafficPolicy").oneOf(List.of("Cluster", "Local"));
    spec.child("ipFamilyPolicy")
        .oneOf(List.of("SingleStack", "PreferDualStack", "RequireDualStack"));
    spec.child("ipFamilies").unique().items().forEach(f -> f.oneOf(List.of("IPv4", "IPv6")));
    if (type.is("LoadBalancer")) {
      spec.child("loadBalancerSourceRanges").items().forEach(r -> r.matches(Addresses::cidr));
      spec.child("healthCheckNodePort").nonNegative();
    } else if (!spec.child("loadBalancerSourceRanges").node().isEmpty()) {
      spec.child("loadBalancerSourceRanges")
          .forbidden("may only be used when `type` is 'LoadBalancer'");
    }
  }

  private static void externalName(Field spec) {
    Field clusterIp = spec.child("clusterIP");
    if (clusterIp.hasText()) {
      clusterIp.forbidden("may not be set when `type` is 'ExternalName'");
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
      if (port.child("targetPort").present() && !port.child("targetPort").is("0")) {
        ProbeRules.port(port.child("targetPort"));
      }
      port.child("appProtocol").matches(NameRules::qualified);
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
    for (Field ip : spec.child("clusterIPs").unique().items()) {
      if (!ip.is("None")) {
        ip.matches(Addresses::ip);
      }
    }
    for (Field ip : spec.child("externalIPs").items()) {
      ip.matches(Addresses::ip);
      nonSpecial(ip);
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
      spec.child("clusterIPs").invalid("may not be set to 'None' for " + type + " services");
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
    Field ip = service.at("spec", "clusterIP");
    Field before = old.at("spec", "clusterIP");
    boolean wasExternal = old.at("spec", "type").is("ExternalName");
    boolean isExternal = service.at("spec", "type").is("ExternalName");
    if (!wasExternal && !isExternal && before.hasText() && !ip.is(before.text())) {
      Field list = service.at("spec", "clusterIPs");
      list.errors()
          .invalid(
              list.path(),
              list.present() ? list.node() : TextNode.valueOf(ip.text()),
              "may not change once set");
    }
  }

  private static void nonSpecial(Field ip) {
    String text = ip.text();
    if (Addresses.isUnspecified(text)) {
      ip.invalid("may not be unspecified (" + text + ")");
    }
    if (Addresses.isLoopback(text)) {
      ip.invalid("may not be in the loopback range (127.0.0.0/8, ::1/128)");
    }
    if (Addresses.isLinkLocal(text)) {
      ip.invalid("may not be in the link-local range (169.254.0.0/16, fe80::/10)");
    }
    if (Addresses.isMulticast(text)) {
      ip.invalid("may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)");
    }
  }

  static void endpoints(Field endpoints) {
    for (Field subset : endpoints.child("subsets").items()) {
      List<Field> ready = subset.child("addresses").items();
      List<Field> notReady = subset.child("notReadyAddresses").items();
      if (ready.isEmpty() && notReady.isEmpty()) {
        subset.errors().required(subset.path(), "must specify `addresses` or `notReadyAddresses`");
      }
      for (List<Field> list : List.of(ready, notReady)) {
        for (Field address : list) {
          Field ip = address.child("ip");
          Addresses.ip(ip.text()).forEach(why -> ip.errors().invalid(ip.path(), ip.text(), why));
          address.child("nodeName").matches(NameRules::subdomain);
          nonSpecial(address.child("ip"));
          address.child("hostname").matches(NameRules::label);
        }
      }
      boolean named = subset.child("ports").node().size() > 1;
      for (Field port : subset.child("ports").items()) {
        if (named) {
          port.child("name").require();
        }
        port.child("name").matches(NameRules::label);
        port.child("port").between(1, 65535);
        port.child("protocol").oneOf(PROTOCOLS);
      }
    }
  }

  static void endpointSlice(Field slice) {
    Field type = slice.child("addressType");
    if (type.require()) {
      type.oneOf(List.of("IPv4", "IPv6", "FQDN"));
    }
    Field endpoints = slice.child("endpoints");
    if (endpoints.node().size() > SLICE_ENDPOINTS_MAX) {
      endpoints.errors().tooMany(endpoints.path(), endpoints.node().size(), SLICE_ENDPOINTS_MAX);
    }
    for (Field endpoint : endpoints.items()) {
      sliceEndpoint(endpoint, type.text());
    }
    Field ports = slice.child("ports");
    if (ports.node().size() > SLICE_PORTS_MAX) {
      ports.errors().tooMany(ports.path(), ports.node().size(), SLICE_PORTS_MAX);
    }
    Set<String> names = new HashSet<>();
    for (Field port : ports.items()) {
      Field name = port.child("name");
      name.matches(NameRules::label);
      if (!names.add(name.text())) {
        name.errors().duplicate(name.path(), TextNode.valueOf(name.text()));
      }
      port.child("protocol").oneOf(PROTOCOLS);
      port.child("appProtocol").matches(NameRules::qualified);
    }
  }

  private static void hints(Field hints) {
    for (String list : List.of("forZones", "forNodes")) {
      Field targets = hints.child(list);
      if (ClaimRules.fits(targets, HINTS_MAX)) {
        targets.items().forEach(target -> target.child("name").matches(NameRules::labelValue));
        targets.uniqueBy("name");
      }
    }
  }

  private static void sliceEndpoint(Field endpoint, String type) {
    Field addresses = endpoint.child("addresses");
    if (addresses.node().isEmpty()) {
      addresses.errors().required(addresses.path(), "must contain at least 1 address");
    } else if (addresses.node().size() > ENDPOINT_ADDRESSES_MAX) {
      addresses.errors().tooMany(addresses.path(), addresses.node().size(), ENDPOINT_ADDRESSES_MAX);
    }
    for (Field address : addresses.items()) {
      switch (type) {
        case "IPv4" -> ofFamily(type, address, Addresses.isV4(address.text()));
        case "IPv6" -> ofFamily(type, address, Addresses.isV6(address.text()));
        default -> address.matches(NameRules::subdomain);
      }
    }
    endpoint.child("hostname").matches(NameRules::label);
    endpoint.child("nodeName").matches(NameRules::subdomain);
    hints(endpoint.child("hints"));
  }

  private static void ofFamily(String family, Field address, boolean is) {
    if (is) {
      nonSpecial(address);
    } else {
      address.invalid("must be an " + family + " address");
    }
  }

  static void endpointSliceUpdate(Field slice, Field old) {
    KindRules.immutable(slice.child("addressType"), old.child("addressType"));
  }
}
