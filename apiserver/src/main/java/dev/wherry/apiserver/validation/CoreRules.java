package dev.wherry.apiserver.validation;

import dev.wherry.apiserver.structural.NameRules;
import dev.wherry.model.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Rules of Nodes, Namespaces, ConfigMaps, Secrets, ServiceAccounts, Bindings. */
final class CoreRules {
  private static final int DATA_BYTES_MAX = 1024 * 1024;
  private static final Set<String> REQUIRED_DATA =
      Set.of(
          "kubernetes.io/dockercfg:.dockercfg",
          "kubernetes.io/dockerconfigjson:.dockerconfigjson",
          "kubernetes.io/ssh-auth:ssh-privatekey",
          "kubernetes.io/tls:tls.crt",
          "kubernetes.io/tls:tls.key");

  private CoreRules() {}

  static void node(Field node) {
    Field spec = node.child("spec");
    Set<String> seen = new HashSet<>();
    // Upstream looks for them below the metadata.
    Field taints = Field.of(spec.child("taints").node(), "metadata.taints", node.errors());
    for (Field taint : taints.items()) {
      SelectorRules.labelKey(taint.child("key"));
      taint.child("value").matches(NameRules::labelValue);
      if (taint.child("effect").require()) {
        taint.child("effect").oneOf(List.of("NoSchedule", "PreferNoSchedule", "NoExecute"));
      }
      if (!seen.add(taint.child("key").text() + ":" + taint.child("effect").text())) {
        taint.errors().duplicate(taint.path(), taint.node());
      }
    }
    podRanges(spec.child("podCIDRs"));
    for (String list : List.of("capacity", "allocatable")) {
      node.at("status", list).entries().forEach(e -> ResourceRules.nonNegative(e.getValue()));
    }
    node.at("status", "addresses").items().forEach(a -> a.child("type").require());
  }

  private static void podRanges(Field ranges) {
    ranges.items().forEach(range -> range.matches(Addresses::cidr));
    List<Boolean> families =
        ranges.items().stream().map(range -> range.text().contains(":")).distinct().toList();
    if (ranges.node().size() > families.size()) {
      ranges.invalid("may specify no more than one CIDR for each IP family");
    }
  }

  static void nodeUpdate(Field node, Field old) {
    Field before = old.at("spec", "podCIDRs");
    Field now = node.at("spec", "podCIDRs");
    if (!before.node().isEmpty() && !before.node().equals(now.node())) {
      now.forbidden("node updates may not change podCIDR except from \"\" to valid");
    }
    Field provider = old.at("spec", "providerID");
    if (provider.hasText() && !node.at("spec", "providerID").is(provider.text())) {
      node.at("spec", "providerID")
          .forbidden("node updates may not change providerID except from \"\" to valid");
    }
  }

  static void namespace(Field namespace) {
    namespace
        .at("spec", "finalizers")
        .items()
        .forEach(f ->
            NameRules.qualified(f.text())
                .forEach(m -> f.errors().invalid("spec.finalizers", f.text(), m)));
  }

  static void configMap(Field map) {
    long bytes = 0;
    for (String part : List.of("data", "binaryData")) {
      for (var e : map.child(part).entries()) {
        NameRules.configKey(e.getKey())
            .forEach(m -> map.errors().invalid(e.getValue().path(), e.getKey(), m));
        bytes +=
            part.equals("data") ? utf8(e.getValue().text()) : decodedBytes(e.getValue().text());
        if (part.equals("binaryData") && map.child("data").node().has(e.getKey())) {
          map.errors().invalid(e.getValue().path(), e.getKey(), "duplicate of key present in data");
        }
      }
    }
    if (bytes > DATA_BYTES_MAX) {
      map.errors().tooLong("", DATA_BYTES_MAX);
    }
  }

  static void configMapUpdate(Field map, Field old) {
    if (old.child("immutable").isTrue()) {
      frozen(map, old, List.of("data", "binaryData"));
    }
  }

  private static void frozen(Field object, Field old, List<String> fields) {
    Field immutable = object.child("immutable");
    if (!immutable.isTrue()) {
      object.errors().forbidden("immutable", "field is immutable when `immutable` is set");
    }
    for (String name : fields) {
      if (!object.child(name).node().equals(old.child(name).node())
          && (object.child(name).present() || old.child(name).present())) {
        object.errors().forbidden(name, "field is immutable when `immutable` is set");
      }
    }
  }

  private static long utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  private static long decodedBytes(String base64) {
    return base64.length() * 3L / 4;
  }

  static void secret(Field secret) {
    long bytes = 0;
    Field data = secret.child("data");
    for (var e : data.entries()) {
      NameRules.configKey(e.getKey())
          .forEach(m -> secret.errors().invalid(e.getValue().path(), e.getKey(), m));
      bytes += decodedBytes(e.getValue().text());
    }
    if (bytes > DATA_BYTES_MAX) {
      secret.errors().tooLong("data", DATA_BYTES_MAX);
    }
    Field type = secret.child("type");
    for (String pair : REQUIRED_DATA.stream().sorted().toList()) {
      int colon = pair.indexOf(':');
      String key = pair.substring(colon + 1);
      if (type.is(pair.substring(0, colon)) && !data.node().has(key)) {
        secret.errors().required("data[" + key + "]", "");
      }
    }
    secretByType(secret, type.text());
  }

  private static void secretByType(Field secret, String type) {
    Field data = secret.child("data");
    switch (type) {
      case "kubernetes.io/service-account-token" -> {
        Field name =
            secret.at("metadata", "annotations").child("kubernetes.io/service-account.name");
        if (!name.hasText()) {
          secret.errors().required("metadata.annotations[kubernetes.io/service-account.name]", "");
        }
      }
      case "kubernetes.io/basic-auth" -> {
        if (!data.node().has("username") && !data.node().has("password")) {
          secret.errors().required("data[username]", "");
          secret.errors().required("data[password]", "");
        }
      }
      case "kubernetes.io/dockerconfigjson" -> json(data.child(".dockerconfigjson"));
      case "kubernetes.io/dockercfg" -> json(data.child(".dockercfg"));
      default -> {}
    }
  }

  private static void json(Field value) {
    if (!value.present()) {
      return;
    }
    try {
      Json.parse(Base64.getDecoder().decode(value.text()));
    } catch (RuntimeException e) {
      value
          .errors()
          .invalid(
              value.path().replaceFirst("data\\.(.*)", "data[$1]"),
              "<secret contents redacted>",
              e.getMessage() == null ? "not JSON" : e.getMessage());
    }
  }

  static void secretUpdate(Field secret, Field old) {
    KindRules.immutable(secret.child("type"), old.child("type"));
    if (old.child("immutable").isTrue()) {
      frozen(secret, old, List.of("data"));
    }
  }

  static void binding(Field binding) {
    Field target = binding.child("target");
    if (target.child("kind").hasText() && !target.child("kind").is("Node")) {
      target.child("kind").oneOf(List.of("Node", "<empty>"));
    }
    target.child("name").require();
  }

  static void lease(Field lease) {
    Field spec = lease.child("spec");
    spec.child("leaseDurationSeconds").positive();
    spec.child("leaseTransitions").nonNegative();
    if (spec.child("strategy").present() && !spec.child("preferredHolder").present()) {
      spec.child("strategy").oneOf(List.of("OldestEmulationVersion"));
    }
  }
}
