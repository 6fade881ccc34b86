package dev.wherry.apiserver.validation;

import dev.wherry.apiserver.fairness.FlowDefaults;
import dev.wherry.apiserver.structural.NameRules;
import java.util.List;
import java.util.Set;

/** Flow schemas (kubernetes pkg/apis/flowcontrol/validation). */
final class FlowRules {
  private static final int PRECEDENCE_MAX = 10_000;

  private static final List<String> DISTINGUISHERS = List.of("ByNamespace", "ByUser");
  private static final String ALL = "*";
  private static final List<String> VERBS =
      List.of(
          "get",
          "list",
          "create",
          "update",
          "delete",
          "deletecollection",
          "patch",
          "watch",
          "proxy");

  private FlowRules() {}

  static void schema(Field schema) {
    Field spec = schema.child("spec");
    Field precedence = spec.child("matchingPrecedence");
    if (precedence.number() <= 0) {
      precedence.invalid("must be a positive value");
    }
    if (precedence.number() > PRECEDENCE_MAX) {
      precedence.invalid("must not be greater than " + PRECEDENCE_MAX);
    }
    if (precedence.number() == 1 && !schema.at("metadata", "name").is("exempt")) {
      precedence.invalid("only the schema named 'exempt' may have matchingPrecedence 1");
    }
    if (spec.child("distinguisherMethod").present()) {
      Field type = spec.at("distinguisherMethod", "type");
      if (!DISTINGUISHERS.contains(type.text())) {
        type.errors().unsupported(type.path(), type.node(), DISTINGUISHERS);
      }
    }
    Field level = spec.at("priorityLevelConfiguration", "name");
    if (level.require("must reference a priority level")) {
      level.matches(NameRules::subdomain);
    }
    spec.child("rules").items().forEach(FlowRules::rule);
    fixed(schema, "FlowSchema");
  }

  /** The mandatory objects have one content. */
  static void fixed(Field object, String kind) {
    String name = object.at("metadata", "name").text();
    Field spec = object.child("spec");
    FlowDefaults.mandatory(kind, name)
        .filter(only -> !only.path("spec").equals(spec.node()))
        .ifPresent(only -> spec.invalid("spec of '" + name + "' must equal the fixed value"));
  }

  private static void rule(Field rule) {
    Field subjects = rule.child("subjects");
    if (subjects.items().isEmpty()) {
      subjects.errors().required(subjects.path(), "subjects must contain at least one value");
    }
    subjects.items().forEach(FlowRules::subject);
    Field resources = rule.child("resourceRules");
    Field paths = rule.child("nonResourceRules");
    if (resources.items().isEmpty() && paths.items().isEmpty()) {
      rule.errors()
          .required(
              rule.path(),
              "at least one of resourceRules and nonResourceRules has to be non-empty");
    }
    resources.items().forEach(FlowRules::resources);
    paths.items().forEach(FlowRules::paths);
  }

  private static void subject(Field subject) {
    Field kind = subject.child("kind");
    switch (kind.text()) {
      case "User" -> only(subject, "user", "User");
      case "Group" -> only(subject, "group", "Group");
      case "ServiceAccount" -> {
        only(subject, "serviceAccount", "ServiceAccount");
        Field name = subject.at("serviceAccount", "name");
        if (!name.is(ALL)) {
          name.matches(NameRules::subdomain);
        }
        Field namespace = subject.at("serviceAccount", "namespace");
        if (subject.child("serviceAccount").present()
            && namespace.require("must specify namespace for service account")) {
          namespace.matches(NameRules::label);
        }
      }
      default ->
          kind.errors()
              .unsupported(kind.path(), kind.node(), Set.of("Group", "ServiceAccount", "User"));
    }
  }

  private static void only(Field subject, String field, String kind) {
    Field wanted = subject.child(field);
    if (!wanted.present()) {
      wanted
          .errors()
          .required(wanted.path(), field + " is required when subject kind is '" + kind + "'");
    } else {
      wanted.child("name").require();
    }
    for (String other : List.of("user", "group", "serviceAccount")) {
      if (!other.equals(field) && subject.child(other).present()) {
        String owner = Character.toUpperCase(other.charAt(0)) + other.substring(1);
        subject
            .child(other)
            .forbidden(other + " is forbidden when subject kind is not '" + owner + "'");
      }
    }
  }

  private static void verbs(Field rule) {
    Field verbs = rule.child("verbs");
    list(verbs, "verbs must contain at least one value", "other verbs");
    if (!has(verbs, ALL) && verbs.items().stream().anyMatch(v -> !VERBS.contains(v.text()))) {
      verbs.errors().unsupported(verbs.path(), verbs.node(), VERBS);
    }
  }

  private static void resources(Field rule) {
    verbs(rule);
    list(
        rule.child("apiGroups"),
        "resource rules must supply at least one api group",
        "other api groups");
    list(
        rule.child("resources"),
        "resource rules must supply at least one resource",
        "other resources");
    Field namespaces = rule.child("namespaces");
    if (namespaces.items().isEmpty() && rule.child("clusterScope").isTrue()) {
      return;
    }
    list(
        namespaces,
        "resource rules that are not cluster scoped must supply at least one namespace",
        "other namespaces");
    if (!has(namespaces, ALL)) {
      namespaces.items().forEach(namespace -> namespace.matches(NameRules::label));
    }
  }

  private static void paths(Field rule) {
    verbs(rule);
    Field paths = rule.child("nonResourceURLs");
    list(paths, "nonResourceURLs must contain at least one value", "other non-resource URLs");
    for (Field path : has(paths, ALL) ? List.<Field>of() : paths.items()) {
      if (!path.text().startsWith("/")) {
        path.invalid("must start with slash");
      } else if (path.text().contains(" ")) {
        path.invalid("must not contain white-space");
      } else if (path.text().contains("//")) {
        path.invalid("must not contain double slash");
      } else if (path.text().indexOf('*') >= 0
          && path.text().indexOf('*') < path.text().length() - 1) {
        path.invalid("wildcard can only be at the end of the path");
      }
    }
  }

  private static void list(Field list, String required, String others) {
    if (list.items().isEmpty()) {
      list.errors().required(list.path(), required);
    } else if (has(list, ALL) && list.items().size() > 1) {
      list.invalid("if '*' is present, must not specify " + others);
    }
  }

  private static boolean has(Field list, String value) {
    return list.items().stream().anyMatch(item -> item.is(value));
  }
}
