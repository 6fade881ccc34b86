package dev.wherry.apiserver.validation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.wherry.apiserver.structural.NameRules;
import dev.wherry.model.json.Json;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Rules of label selectors, node selectors and tolerations. */
final class SelectorRules {
  private static final List<String> UNSATISFIABLE = List.of("DoNotSchedule", "ScheduleAnyway");
  private static final List<String> OPERATORS = List.of("In", "NotIn", "Exists", "DoesNotExist");

  private SelectorRules() {}

  static void labelSelector(Field selector) {
    labelSelector(selector, false);
  }

  /**
   * The same for a selector that may stay as bad as it was.
   *
   * @param before the selector before the change; missing where there was none
   */
  static void changedSelector(Field selector, JsonNode before) {
    labelSelector(selector, isBad(before));
  }

  /** Whether a selector has mistakes, as those may have that were stored long ago. */
  static boolean isBad(JsonNode selector) {
    FieldErrors errors = new FieldErrors();
    labelSelector(Field.root(selector, errors));
    return !errors.causes().isEmpty();
  }

  /**
   * @param anyValues whether values may be any text (AllowInvalidLabelValueInSelector)
   */
  static void labelSelector(Field selector, boolean anyValues) {
    Field labels = selector.child("matchLabels");
    labels
        .entries()
        .forEach(e -> {
          NameRules.qualified(e.getKey())
              .forEach(m -> labels.errors().invalid(labels.path(), e.getKey(), m));
          (anyValues ? List.<String>of() : NameRules.labelValue(e.getValue().text()))
              .forEach(m -> labels.errors().invalid(labels.path(), e.getValue().text(), m));
        });
    selector.child("matchExpressions").items().forEach(e -> expression(e, anyValues));
  }

  private static void expression(Field expression, boolean anyValues) {
    Field values = expression.child("values");
    switch (expression.child("operator").text()) {
      case "In", "NotIn" -> {
        if (values.node().isEmpty()) {
          values
              .errors()
              .required(values.path(), "must be specified when `operator` is 'In' or 'NotIn'");
        }
      }
      case "Exists", "DoesNotExist" -> {
        if (!values.node().isEmpty()) {
          values.forbidden("may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
        }
      }
      default -> unknownOperator(expression);
    }
    labelKey(expression.child("key"));
    if (!anyValues) {
      values.items().forEach(v -> NameRules.labelValue(v.text()).forEach(v::invalid));
    }
  }

  /** A name of a label; an empty one is told too. */
  static void labelKey(Field key) {
    NameRules.qualified(key.text()).forEach(m -> key.errors().invalid(key.path(), key.text(), m));
  }

  static boolean isEmpty(Field selector) {
    return selector.child("matchLabels").node().isEmpty()
        && selector.child("matchExpressions").node().isEmpty();
  }

  /** Whether labels satisfy a selector of matchLabels and matchExpressions. */
  static boolean matches(Field selector, Field labels) {
    for (var e : selector.child("matchLabels").entries()) {
      if (!labels.child(e.getKey()).present()
          || !labels.child(e.getKey()).is(e.getValue().text())) {
        return false;
      }
    }
    for (Field expression : selector.child("matchExpressions").items()) {
      Field label = labels.child(expression.child("key").text());
      boolean among = expression.child("values").items().stream().anyMatch(v -> v.is(label.text()));
      boolean ok =
          switch (expression.child("operator").text()) {
            case "In" -> label.present() && among;
            case "NotIn" -> !label.present() || !among;
            case "Exists" -> label.present();
            case "DoesNotExist" -> !label.present();
            default -> OPERATORS.isEmpty();
          };
      if (!ok) {
        return false;
      }
    }
    return true;
  }

  static void nodeSelector(Field selector) {
    Field terms = selector.child("nodeSelectorTerms");
    if (terms.node().isEmpty()) {
      terms.errors().required(terms.path(), "must have at least one node selector term");
    }
    terms.items().forEach(term -> nodeTerm(term, true));
  }

  /**
   * @param values whether values must have the form of labels' too
   */
  private static void nodeTerm(Field term, boolean values) {
    for (Field requirement : term.child("matchExpressions").items()) {
      nodeRequirement(requirement);
      labelKey(requirement.child("key"));
      if (values) {
        requirement.child("values").items().forEach(v -> v.matches(NameRules::labelValue));
      }
    }
    for (Field requirement : term.child("matchFields").items()) {
      fieldRequirement(requirement);
    }
  }

  private static void nodeRequirement(Field requirement) {
    Field values = requirement.child("values");
    switch (requirement.child("operator").text()) {
      case "In", "NotIn" -> {
        if (values.node().isEmpty()) {
          values
              .errors()
              .required(values.path(), "must be specified when `operator` is 'In' or 'NotIn'");
        }
      }
      case "Exists", "DoesNotExist" -> {
        if (!values.node().isEmpty()) {
          values.forbidden("may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
        }
      }
      case "Gt", "Lt" -> {
        if (values.node().size() != 1) {
          values
              .errors()
              .required(
                  values.path(), "must be specified single value when `operator` is 'Lt' or 'Gt'");
        }
      }
      default -> unknownOperator(requirement);
    }
  }

  private static void unknownOperator(Field requirement) {
    Field operator = requirement.child("operator");
    operator.errors().invalid(operator.path(), operator.text(), "not a valid selector operator");
  }

  private static void fieldRequirement(Field requirement) {
    Field values = requirement.child("values");
    Field key = requirement.child("key");
    if (!requirement.child("operator").is("In") && !requirement.child("operator").is("NotIn")) {
      unknownOperator(requirement);
    } else if (values.node().size() != 1) {
      values
          .errors()
          .required(
              values.path(),
              "must be only one value when `operator` is 'In' or 'NotIn' for node field selector");
    }
    if (!key.is("metadata.name")) {
      key.errors().invalid(key.path(), key.text(), "not a valid field selector key");
      return;
    }
    for (Field value : values.items()) {
      NameRules.subdomain(value.text())
          .forEach(why -> value.errors().invalid(value.path(), value.text(), why));
    }
  }

  static void toleration(Field toleration) {
    Field key = toleration.child("key");
    key.matches(NameRules::qualified);
    Field operator = toleration.child("operator");
    if (!key.hasText() && !operator.is("Exists")) {
      operator
          .errors()
          .invalid(
              operator.path(),
              operator.text(),
              "operator must be Exists when `key` is empty, which means \"match all values and all keys\"");
    }
    if (toleration.child("tolerationSeconds").present()
        && !toleration.child("effect").is("NoExecute")) {
      Field effect = toleration.child("effect");
      effect
          .errors()
          .invalid(
              effect.path(),
              effect.text(),
              "effect must be 'NoExecute' when `tolerationSeconds` is set");
    }
    switch (operator.text()) {
      case "", "Equal" ->
          // Upstream tells it of the operator.
          NameRules.labelValue(toleration.child("value").text())
              .forEach(why ->
                  operator
                      .errors()
                      .invalid(operator.path(), toleration.child("value").text(), why));
      case "Exists" -> {
        if (toleration.child("value").hasText()) {
          operator
              .errors()
              .invalid(
                  operator.path(),
                  operator.text(),
                  "value must be empty when `operator` is 'Exists'");
        }
      }
      default -> operator.oneOf(List.of("Equal", "Exists"));
    }
    toleration.child("effect").oneOf(List.of("NoSchedule", "PreferNoSchedule", "NoExecute"));
  }

  static void affinity(Field affinity) {
    Field node = affinity.child("nodeAffinity");
    Field required = node.child("requiredDuringSchedulingIgnoredDuringExecution");
    if (required.present()) {
      nodeSelector(required);
    }
    for (Field preferred : node.child("preferredDuringSchedulingIgnoredDuringExecution").items()) {
      preferred.child("weight").between(1, 100);
      nodeTerm(preferred.child("preference"), false);
    }
    for (String kind : List.of("podAffinity", "podAntiAffinity")) {
      Field pods = affinity.child(kind);
      pods.child("requiredDuringSchedulingIgnoredDuringExecution")
          .items()
          .forEach(SelectorRules::podTerm);
      for (Field preferred :
          pods.child("preferredDuringSchedulingIgnoredDuringExecution").items()) {
        preferred.child("weight").between(1, 100);
        podTerm(preferred.child("podAffinityTerm"));
      }
    }
  }

  private static void podTerm(Field term) {
    labelSelector(term.child("labelSelector"));
    labelSelector(term.child("namespaceSelector"));
    // Upstream leaves the number out, and the last letter.
    for (Field namespace : term.child("namespaces").items()) {
      NameRules.label(namespace.text())
          .forEach(
              why -> namespace.errors().invalid(term.path() + ".namespace", namespace.text(), why));
    }
    Field topology = term.child("topologyKey");
    topology.require("can not be empty");
    labelKey(topology);
  }

  static void topologySpread(Field constraints) {
    for (Field constraint : constraints.items()) {
      constraint.child("maxSkew").positive();
      constraint.child("topologyKey").require("can not be empty");
      Field when = constraint.child("whenUnsatisfiable");
      if (!UNSATISFIABLE.contains(when.text())) {
        when.errors().unsupported(when.path(), TextNode.valueOf(when.text()), UNSATISFIABLE);
      }
      labelSelector(constraint.child("labelSelector"));
      Field domains = constraint.child("minDomains");
      domains.positive();
      if (domains.present() && !when.is("DoNotSchedule")) {
        domains.invalid(
            "can only use minDomains if whenUnsatisfiable=DoNotSchedule, not " + when.text());
      }
      for (String policy : List.of("nodeAffinityPolicy", "nodeTaintsPolicy")) {
        constraint.child(policy).oneOf(List.of("Ignore", "Honor"));
      }
    }
    repeated(constraints.items());
  }

  /** A constraint is told that stands again later. */
  private static void repeated(List<Field> constraints) {
    Set<String> later = new HashSet<>();
    for (Field constraint : constraints.reversed()) {
      String both =
          "{%s, %s}"
              .formatted(
                  constraint.child("topologyKey").text(),
                  constraint.child("whenUnsatisfiable").text());
      if (!later.add(both)) {
        constraint
            .errors()
            .duplicate(
                constraint.path() + ".{topologyKey, whenUnsatisfiable}", TextNode.valueOf(both));
      }
    }
  }

  /** A template's labels are not those that its owner selects. */
  static void mismatch(Field labels) {
    labels
        .errors()
        .invalid(
            labels.path(),
            labels.present() ? labels.node() : Json.object(),
            "`selector` does not match template `labels`");
  }
}
