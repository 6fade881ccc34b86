package dev.wherry.apiserver.validation;

import com.fasterxml.jackson.databind.node.TextNode;
import dev.wherry.apiserver.structural.NameRules;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Rules of Endpoints and EndpointSlices (core and discovery validation). */
final class EndpointRules {
  private static final int SLICE_ENDPOINTS_MAX = 1_000;
  private static final int SLICE_PORTS_MAX = 20_000;
  private static final int ENDPOINT_ADDRESSES_MAX = 100;
  private static final int HINTS_MAX = 8;

  private EndpointRules() {}

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
          address.optional("nodeName").matches(NameRules::subdomain);
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
        port.child("protocol").oneOf(ServiceRules.PROTOCOLS);
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
      port.optional("protocol").oneOf(ServiceRules.PROTOCOLS);
      port.optional("appProtocol").matches(NameRules::qualified);
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
    endpoint.optional("hostname").matches(NameRules::label);
    endpoint.optional("nodeName").matches(NameRules::subdomain);
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

  /** Addresses that mean something else on every machine. */
  static void nonSpecial(Field ip) {
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
}
