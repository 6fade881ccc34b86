package dev.wherry.apiserver.validation;

import dev.wherry.apiserver.cel.AdmissionEnvironment;
import dev.wherry.apiserver.cel.AdmissionEnvironment.Part;
import dev.wherry.apiserver.cel.CelFailure;
import dev.wherry.apiserver.structural.NameRules;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Admission policies and their bindings (kubernetes/pkg/apis/admissionregistration/validation). */
final class AdmissionPolicyRules {
  private static final int ANNOTATIONS_MAX = 20;

  /** Upstream has no limit. */
  private static final int VARIABLES_MAX = 1_000;

  private static final Pattern IDENTIFIER = Pattern.compile("[_a-zA-Z][_a-zA-Z0-9]*");
  private static final String EITHER = "validations or auditAnnotations must contain items";
  private static final List<String> REASONS =
      List.of("Forbidden", "Invalid", "RequestEntityTooLarge", "Unauthorized");

  private AdmissionPolicyRules() {}

  static void validating(Field policy) {
    Field spec = policy.child("spec");
    common(spec);
    Field validations = spec.child("validations");
    Field annotations = spec.child("auditAnnotations");
    if (validations.node().isEmpty() && annotations.node().isEmpty()) {
      validations.errors().required(validations.path(), EITHER);
      annotations.errors().required(annotations.path(), EITHER);
      return;
    }
    AdmissionEnvironment environment = environment(spec, EnumSet.noneOf(Part.class));
    validations.items().forEach(validation -> validation(validation, environment));
    if (annotations.node().size() > ANNOTATIONS_MAX) {
      annotations.invalid("must not have more than " + ANNOTATIONS_MAX + " auditAnnotations");
    }
    for (Field annotation : annotations.items()) {
      Field key = annotation.child("key");
      annotationKey(key, policy.at("metadata", "name").text());
      Field value = annotation.child("valueExpression");
      if (value.text().isBlank()) {
        value.errors().required(value.path(), "valueExpression is not specified");
      } else {
        AdmissionRules.compiles(value, environment::textOrNull);
      }
    }
    annotations.uniqueBy("key");
  }

  /** It is written behind the policy's name. */
  private static void annotationKey(Field key, String policy) {
    if (policy.isEmpty()) {
      key.errors().invalid(key.path(), key.text(), "requires metadata.name be non-empty");
      return;
    }
    String whole = policy + "/" + key.text();
    NameRules.qualified(whole).forEach(why -> key.errors().invalid(key.path(), whole, why));
  }

  private static void validation(Field validation, AdmissionEnvironment environment) {
    Field expression = validation.child("expression");
    Field message = validation.child("message");
    if (expression.text().isBlank()) {
      expression.errors().required(expression.path(), "expression is not specified");
    } else {
      AdmissionRules.compiles(expression, environment::condition);
    }
    if (message.present() && message.text().isBlank()) {
      message.invalid("message must be non-empty if specified");
    } else if (message.text().trim().contains("\n")) {
      message.invalid("message must not contain line breaks");
    } else if (expression.text().trim().contains("\n") && !message.hasText()) {
      message
          .errors()
          .required(message.path(), "message must be specified if expression contains line breaks");
    }
    Field made = validation.child("messageExpression");
    if (made.hasText()) {
      AdmissionRules.compiles(made, environment.withoutAuthorizer()::text);
    }
    validation.optional("reason").oneOf(REASONS);
  }

  static void mutating(Field policy) {
    Field spec = policy.child("spec");
    common(spec);
    Field reinvocation = spec.child("reinvocationPolicy");
    if (reinvocation.require("")) {
      reinvocation.oneOf(List.of("IfNeeded", "Never"));
    }
    Field mutations = spec.child("mutations");
    if (mutations.node().isEmpty()) {
      mutations.errors().required(mutations.path(), "mutations must contain items");
      return;
    }
    AdmissionEnvironment environment = environment(spec, EnumSet.of(Part.MUTATION));
    for (Field mutation : mutations.items()) {
      Field type = mutation.child("patchType");
      if (type.require("")) {
        type.oneOf(List.of("ApplyConfiguration", "JSONPatch"));
      }
      if (type.is("ApplyConfiguration")) {
        only(mutation, "applyConfiguration", "jsonPatch", environment::configuration);
      } else if (type.is("JSONPatch")) {
        only(mutation, "jsonPatch", "applyConfiguration", environment::patch);
      }
    }
  }

  private static void only(
      Field mutation, String wanted, String other, AdmissionRules.Compilation compilation) {
    if (!mutation.child(wanted).present()) {
      mutation
          .errors()
          .required(
              mutation.child(wanted).path(),
              "must be specified when patchType is " + mutation.child("patchType").text());
    } else {
      AdmissionRules.expression(mutation.at(wanted, "expression"), compilation);
    }
    if (mutation.child(other).present()) {
      mutation
          .child(other)
          .invalid("must not be specified when patchType is " + mutation.child("patchType").text());
    }
  }

  private static void common(Field spec) {
    spec.optional("failurePolicy").oneOf(List.of("Fail", "Ignore"));
    Field params = spec.child("paramKind");
    if (params.present()) {
      AdmissionRules.paramKind(params);
    }
    Field match = spec.child("matchConstraints");
    if (!match.present()) {
      match.errors().required(match.path(), "");
    } else {
      matching(match);
      Field rules = match.child("resourceRules");
      if (rules.node().isEmpty()) {
        rules.errors().required(rules.path(), "");
      }
    }
    AdmissionRules.conditions(spec.child("matchConditions"), params.present());
  }

  private static void matching(Field match) {
    SelectorRules.labelSelector(match.child("namespaceSelector"));
    SelectorRules.labelSelector(match.child("objectSelector"));
    match.optional("matchPolicy").oneOf(List.of("Equivalent", "Exact"));
    for (String list : List.of("resourceRules", "excludeResourceRules")) {
      for (Field rule : match.child(list).items()) {
        AdmissionRules.rule(rule);
        rule.child("resourceNames").items().forEach(name -> name.matches(NameRules::pathSegment));
        rule.child("resourceNames").unique();
      }
    }
  }

  /** Where the policy's expressions are compiled, with those of its variables that compile. */
  private static AdmissionEnvironment environment(Field spec, Set<Part> more) {
    Set<Part> parts = EnumSet.of(Part.AUTHORIZER, Part.NAMESPACE);
    parts.addAll(more);
    if (spec.child("paramKind").present()) {
      parts.add(Part.PARAMS);
    }
    AdmissionEnvironment environment = AdmissionEnvironment.of(parts);
    Field variables = spec.child("variables");
    if (variables.node().size() > VARIABLES_MAX) {
      variables.errors().tooMany(variables.path(), variables.node().size(), VARIABLES_MAX);
      return environment;
    }
    for (Field variable : variables.items()) {
      Field name = variable.child("name");
      Field expression = variable.child("expression");
      if (!name.hasText()) {
        name.errors().required(name.path(), "name is not specified");
      } else if (!IDENTIFIER.matcher(name.text()).matches()) {
        name.invalid("name is not a valid CEL identifier");
      }
      if (expression.text().isBlank()) {
        expression.errors().required(expression.path(), "expression is not specified");
        continue;
      }
      try {
        environment = environment.with(name.text(), environment.any(expression.text()));
      } catch (CelFailure e) {
        expression.invalid(e.text());
        environment = environment.withAny(name.text());
      }
    }
    return environment;
  }

  static void validatingBinding(Field binding) {
    Field spec = binding.child("spec");
    binding(spec);
    Field actions = spec.child("validationActions");
    if (actions.node().isEmpty()) {
      actions.errors().required(actions.path(), "");
    }
    actions.items().forEach(action -> action.oneOf(List.of("Audit", "Deny", "Warn")));
    actions.unique();
    boolean deny = actions.items().stream().anyMatch(a -> a.is("Deny"));
    if (deny && actions.items().stream().anyMatch(a -> a.is("Warn"))) {
      actions.invalid(
          "must not contain both Deny and Warn (repeating the same validation failure information"
              + " in the API response and headers serves no purpose)");
    }
  }

  static void mutatingBinding(Field binding) {
    binding(binding.child("spec"));
  }

  private static void binding(Field spec) {
    Field policy = spec.child("policyName");
    if (policy.require("")) {
      policy.matches(NameRules::subdomain);
    }
    Field match = spec.child("matchResources");
    if (match.present()) {
      matching(match);
    }
    AdmissionRules.paramRef(spec.child("paramRef"));
  }
}
