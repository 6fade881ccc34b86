package dev.wherry.apiserver.validation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.wherry.apiserver.structural.NameRules;
import java.util.List;
import java.util.Set;

/** Rules of RBAC and certificates. */
final class PolicyRules {
  private static final String RBAC = "rbac.authorization.k8s.io";
  private static final int CERTIFICATE_SECONDS_MIN = 600;
  private static final Set<String> USAGES =
      Set.of(
          "signing",
          "digital signature",
          "content commitment",
          "key encipherment",
          "key agreement",
          "data encipherment",
          "cert sign",
          "crl sign",
          "encipher only",
          "decipher only",
          "any",
          "server auth",
          "client auth",
          "code signing",
          "email protection",
          "s/mime",
          "ipsec end system",
          "ipsec tunnel",
          "ipsec user",
          "timestamping",
          "ocsp signing",
          "microsoft sgc",
          "netscape sgc");

  private PolicyRules() {}

  static void role(Field role) {
    role.child("rules").items().forEach(r -> rule(r, true));
  }

  static void clusterRole(Field role) {
    role.child("rules").items().forEach(r -> rule(r, false));
    for (Field selector : role.at("aggregationRule", "clusterRoleSelectors").items()) {
      SelectorRules.labelSelector(selector);
      if (SelectorRules.isBad(selector.node())) {
        selector.invalid("invalid label selector.");
      }
    }
    Field selectors = role.at("aggregationRule", "clusterRoleSelectors");
    if (role.child("aggregationRule").present() && selectors.node().isEmpty()) {
      selectors
          .errors()
          .required(
              selectors.path(),
              "at least one clusterRoleSelector required if aggregationRule is non-nil");
    }
  }

  private static void rule(Field rule, boolean namespaced) {
    if (rule.child("verbs").node().isEmpty()) {
      rule.errors().required(rule.child("verbs").path(), "verbs must contain at least one value");
    }
    Field urls = rule.child("nonResourceURLs");
    if (!urls.node().isEmpty()) {
      if (namespaced) {
        urls.invalid("namespaced rules cannot apply to non-resource URLs");
      }
      for (String other : List.of("apiGroups", "resources", "resourceNames")) {
        if (!rule.child(other).node().isEmpty()) {
          urls.invalid("rules cannot apply to both regular resources and non-resource URLs");
          break;
        }
      }
      return;
    }
    if (rule.child("apiGroups").node().isEmpty()) {
      rule.errors()
          .required(
              rule.child("apiGroups").path(), "resource rules must supply at least one api group");
    }
    if (rule.child("resources").node().isEmpty()) {
      rule.errors()
          .required(
              rule.child("resources").path(), "resource rules must supply at least one resource");
    }
  }

  static void roleBinding(Field binding) {
    binding(binding, List.of("Role", "ClusterRole"), true);
  }

  static void clusterRoleBinding(Field binding) {
    binding(binding, List.of("ClusterRole"), false);
  }

  private static void binding(Field binding, List<String> kinds, boolean namespaced) {
    Field ref = binding.child("roleRef");
    if (!ref.child("apiGroup").is(RBAC)) {
      ref.errors()
          .unsupported(ref.child("apiGroup").path(), text(ref.child("apiGroup")), List.of(RBAC));
    }
    if (!kinds.contains(ref.child("kind").text())) {
      ref.errors().unsupported(ref.child("kind").path(), text(ref.child("kind")), kinds);
    }
    if (ref.child("name").require()) {
      ref.child("name").matches(NameRules::pathSegment);
    }
    binding.child("subjects").items().forEach(s -> subject(s, namespaced));
  }

  private static JsonNode text(Field field) {
    return TextNode.valueOf(field.text());
  }

  private static void subject(Field subject, boolean namespaced) {
    subject.child("name").require();
    Field group = subject.child("apiGroup");
    switch (subject.child("kind").text()) {
      case "ServiceAccount" -> {
        subject.child("name").matches(NameRules::subdomain);
        if (group.hasText()) {
          group.oneOf(List.of(""));
        }
        if (!namespaced) {
          subject.child("namespace").require();
        }
      }
      case "User", "Group" -> {
        if (!group.is(RBAC)) {
          group.errors().unsupported(group.path(), text(group), List.of(RBAC));
        }
      }
      default ->
          subject
              .errors()
              .unsupported(
                  subject.child("kind").path(),
                  text(subject.child("kind")),
                  List.of("ServiceAccount", "User", "Group"));
    }
  }

  static void bindingUpdate(Field binding, Field old) {
    KindRules.immutable(binding.child("roleRef"), old.child("roleRef"), "cannot change roleRef");
  }

  static void certificateSigningRequest(Field csr) {
    Field spec = csr.child("spec");
    if (spec.child("request").text().isEmpty()) {
      spec.errors().required(spec.child("request").path(), "");
    }
    Field usages = spec.child("usages");
    if (usages.node().isEmpty()) {
      usages.errors().required(usages.path(), "usages must be provided");
    }
    usages.items().forEach(u -> u.oneOf(USAGES));
    usages.unique();
    Field signer = spec.child("signerName");
    if (signer.require()) {
      signerName(signer);
    }
    Field seconds = spec.child("expirationSeconds");
    if (seconds.present() && seconds.number() < CERTIFICATE_SECONDS_MIN) {
      seconds.invalid("may not specify a duration less than 600 seconds (10 minutes)");
    }
    Field conditions = csr.at("status", "conditions");
    for (Field condition : conditions.items()) {
      condition.child("type").require();
      condition.child("status").require();
    }
    if (has(conditions, "Approved") && has(conditions, "Denied")) {
      conditions.invalid("Approved and Denied conditions are mutually exclusive");
    }
  }

  private static boolean has(Field conditions, String type) {
    return conditions.items().stream().anyMatch(c -> c.child("type").is(type));
  }

  private static void signerName(Field signer) {
    String[] parts = signer.text().split("/", -1);
    if (parts.length != 2) {
      signer.invalid(
          "must be a fully qualified domain and path of the form 'example.com/signer-name'");
      return;
    }
    NameRules.subdomain(parts[0]).forEach(signer::invalid);
    if (!parts[0].contains(".")) {
      signer.invalid("should be a domain with at least two segments separated by dots");
    }
    NameRules.subdomain(parts[1]).forEach(signer::invalid);
  }

  static void certificateSigningRequestUpdate(Field csr, Field old) {
    KindRules.immutable(csr.child("spec"), old.child("spec"));
    for (Field before : old.at("status", "conditions").items()) {
      String type = before.child("type").text();
      boolean decided = type.equals("Approved") || type.equals("Denied");
      if (decided && !has(csr.at("status", "conditions"), type)) {
        String message = "updates may not remove a condition of type \"" + type + "\"";
        csr.errors().forbidden("status.conditions", message);
      }
    }
  }
}
