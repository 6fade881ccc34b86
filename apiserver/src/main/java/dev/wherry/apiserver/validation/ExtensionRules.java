package dev.wherry.apiserver.validation;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Definitions of custom resources and API services (apiextensions-apiserver and kube-aggregator
 * validation). What a definition's schema says is looked at when custom resources are served.
 */
final class ExtensionRules {
  private static final List<String> SCOPES = List.of("Cluster", "Namespaced");
  private static final List<String> STRATEGIES = List.of("None", "Webhook");
  private static final int GROUP_PRIORITY_MAX = 20_000;
  private static final int VERSION_PRIORITY_MAX = 1_000;

  private ExtensionRules() {}

  static void definition(Field definition) {
    Field spec = definition.child("spec");
    Field names = spec.child("names");
    Field name = definition.at("metadata", "name");
    String wanted = names.child("plural").text() + "." + spec.child("group").text();
    if (!name.is(wanted)) {
      name.invalid("must be spec.names.plural+\".\"+spec.group");
    }
    Field group = spec.child("group");
    if (group.require()) {
      group.matches(NameRules::subdomain);
      if (!group.text().contains(".")) {
        group.invalid("should be a domain with at least one dot");
      }
    }
    if (spec.child("scope").require()) {
      spec.child("scope").oneOf(SCOPES);
    }
    names(names);
    versions(spec);
    conversion(spec.child("conversion"));
  }

  private static void names(Field names) {
    for (String part : List.of("plural", "singular", "kind", "listKind")) {
      Field name = names.child(part);
      if (name.require()) {
        String lower = name.text().toLowerCase(java.util.Locale.ROOT);
        NameRules.label1035(lower).forEach(name::invalid);
      }
    }
    if (names.child("kind").hasText() && names.child("kind").is(names.child("listKind").text())) {
      names.child("listKind").invalid("kind and listKind may not be the same");
    }
    names.child("shortNames").items().forEach(n -> n.matches(NameRules::label1035));
    names.child("categories").items().forEach(n -> n.matches(NameRules::label1035));
  }

  private static void versions(Field spec) {
    Field versions = spec.child("versions");
    Set<String> seen = new HashSet<>();
    int stored = 0;
    for (Field version : versions.items()) {
      Field name = version.child("name");
      if (name.require()) {
        name.matches(NameRules::label1035);
      }
      if (!seen.add(name.text())) {
        versions.invalid("must contain unique version names");
      }
      if (version.child("storage").isTrue()) {
        stored++;
      }
      if (!version.at("schema", "openAPIV3Schema").present()) {
        Field schema = version.at("schema", "openAPIV3Schema");
        schema.errors().required(schema.path(), "schemas are required");
      }
    }
    if (stored != 1) {
      versions.invalid("must have exactly one version marked as storage version");
    }
  }

  private static void conversion(Field conversion) {
    Field strategy = conversion.child("strategy");
    if (strategy.hasText()) {
      strategy.oneOf(STRATEGIES);
    }
    if (strategy.is("Webhook")) {
      conversion.child("webhook").require("required when strategy is set to Webhook");
    } else if (conversion.child("webhook").present()) {
      conversion
          .child("webhook")
          .forbidden("should not be set when strategy is not set to Webhook");
    }
  }

  static void definitionUpdate(Field definition, Field old) {
    KindRules.immutable(definition.at("spec", "group"), old.at("spec", "group"));
    for (String part : List.of("plural")) {
      KindRules.immutable(definition.at("spec", "names", part), old.at("spec", "names", part));
    }
  }

  static void apiService(Field service) {
    Field spec = service.child("spec");
    Field name = service.at("metadata", "name");
    String version = spec.child("version").text();
    String group = spec.child("group").text();
    String wanted = version + "." + group;
    if (!name.is(wanted)) {
      name.invalid("must be `spec.version+\".\"+spec.group`: \"" + wanted + "\"");
    }
    if (spec.child("group").hasText()) {
      spec.child("group").matches(NameRules::subdomain);
    }
    spec.child("version").matches(NameRules::label1035);
    priority(spec.child("groupPriorityMinimum"), GROUP_PRIORITY_MAX);
    priority(spec.child("versionPriority"), VERSION_PRIORITY_MAX);
    Field backend = spec.child("service");
    if (!backend.present()) {
      if (!spec.child("caBundle").node().isEmpty() || spec.child("caBundle").hasText()) {
        spec.child("caBundle").invalid("local APIServices may not have a caBundle");
      }
      if (spec.child("insecureSkipTLSVerify").isTrue()) {
        spec.child("insecureSkipTLSVerify")
            .invalid("local APIServices may not have insecureSkipTLSVerify");
      }
      return;
    }
    backend.child("namespace").require();
    backend.child("name").require();
    if (spec.child("insecureSkipTLSVerify").isTrue() && spec.child("caBundle").hasText()) {
      spec.child("insecureSkipTLSVerify").invalid("may not be true if caBundle is present");
    }
  }

  private static void priority(Field priority, int max) {
    if (priority.number() <= 0 || priority.number() > max) {
      priority.invalid("must be positive and less than " + max);
    }
  }
}
