package dev.wherry.apiserver.admission.policy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.admission.KindForms;
import dev.wherry.apiserver.cel.AdmissionEnvironment;
import dev.wherry.apiserver.cel.AdmissionEnvironment.Part;
import dev.wherry.apiserver.cel.AdmissionEnvironment.Types;
import dev.wherry.apiserver.cel.CelFailure;
import dev.wherry.apiserver.structural.Structural;
import dev.wherry.apiserver.view.Trees;
import dev.wherry.model.json.Json;
import dev.wherry.model.kind.KindInfo;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Whether a validating policy's expressions fit the types they are about; what is found is only
 * told, in the policy's status (policy/validating typechecking.go).
 */
final class TypeChecks {
  private static final int TYPES_MAX = 10;
  private static final String COMPILATION = "compilation failed: ";

  private final KindForms forms;

  TypeChecks(KindForms forms) {
    this.forms = forms;
  }

  /** The ExpressionWarnings of a policy. */
  ArrayNode warnings(JsonNode spec) {
    ArrayNode warnings = Json.array();
    List<KindInfo> kinds = kinds(spec.path("matchConstraints"));
    if (kinds.isEmpty()) {
      return warnings;
    }
    List<AdmissionEnvironment> environments = new ArrayList<>();
    kinds.forEach(kind -> environments.add(environment(spec, kind)));
    for (int i = 0; i < spec.path("validations").size(); i++) {
      JsonNode validation = spec.path("validations").get(i);
      for (String field : List.of("expression", "messageExpression")) {
        String text = Trees.text(validation, field);
        String found = text.isBlank() ? "" : check(text, kinds, environments);
        if (!found.isEmpty()) {
          ObjectNode warning = warnings.addObject();
          warning.put("fieldRef", "spec.validations[" + i + "]." + field);
          warning.put("warning", found);
        }
      }
    }
    return warnings;
  }

  private static String check(
      String expression, List<KindInfo> kinds, List<AdmissionEnvironment> environments) {
    List<String> found = new ArrayList<>();
    for (int i = 0; i < kinds.size(); i++) {
      try {
        environments.get(i).any(expression);
      } catch (CelFailure e) {
        KindInfo kind = kinds.get(i);
        String group = kind.group().isEmpty() ? "/" + kind.version() : kind.apiVersion();
        String why =
            e.text().startsWith(COMPILATION) ? e.text().substring(COMPILATION.length()) : e.text();
        found.add(group + ", Kind=" + kind.kind() + ": " + why + "\n");
      }
    }
    return String.join("\n", found);
  }

  /** Named exactly by the policy's rules. */
  private List<KindInfo> kinds(JsonNode match) {
    List<KindInfo> kinds = new ArrayList<>();
    for (JsonNode rule : match.path("resourceRules")) {
      List<String> groups = Trees.texts(rule, "apiGroups");
      List<String> versions = Trees.texts(rule, "apiVersions");
      if (groups.contains("*") || versions.contains("*")) {
        continue;
      }
      for (String group : groups) {
        for (String version : versions) {
          Trees.texts(rule, "resources").stream()
              .filter(resource -> !resource.contains("*") && !resource.contains("/"))
              .flatMap(resource -> forms.served(group, version, resource).stream())
              .filter(kind -> !kinds.contains(kind))
              .forEach(kinds::add);
        }
      }
    }
    return kinds.stream()
        .sorted(Comparator.comparing(KindInfo::group).thenComparing(KindInfo::version))
        .limit(TYPES_MAX)
        .toList();
  }

  private AdmissionEnvironment environment(JsonNode spec, KindInfo kind) {
    Set<Part> parts = EnumSet.of(Part.AUTHORIZER, Part.NAMESPACE);
    Optional<Structural> params = Optional.empty();
    JsonNode paramKind = spec.path("paramKind");
    if (paramKind.isObject()) {
      parts.add(Part.PARAMS);
      params =
          forms.named(Trees.text(paramKind, "apiVersion"), Trees.text(paramKind, "kind")).stream()
              .findFirst()
              .flatMap(forms::schema);
    }
    AdmissionEnvironment environment =
        AdmissionEnvironment.typed(parts, new Types(forms.schema(kind), params));
    for (JsonNode variable : spec.path("variables")) {
      try {
        environment =
            environment.with(
                Trees.text(variable, "name"), environment.any(Trees.text(variable, "expression")));
      } catch (CelFailure e) {
        // Expressions that use the variable are told of.
      }
    }
    return environment;
  }
}
