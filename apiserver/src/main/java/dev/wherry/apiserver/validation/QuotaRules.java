package dev.wherry.apiserver.validation;

import java.math.BigDecimal;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Rules of ResourceQuotas (upstream's core validation and its helpers). */
final class QuotaRules {
  /** Of namespaces: what can be counted, one by one. */
  private static final Set<String> COUNTED =
      Set.of(
          "pods",
          "resourcequotas",
          "services",
          "replicationcontrollers",
          "secrets",
          "configmaps",
          "persistentvolumeclaims",
          "services.nodeports",
          "services.loadbalancers");

  private static final Set<String> OF_PODS =
      Set.of(
          "cpu",
          "memory",
          "requests.cpu",
          "requests.memory",
          "limits.cpu",
          "limits.memory",
          "ephemeral-storage",
          "requests.ephemeral-storage",
          "limits.ephemeral-storage");

  private static final Set<String> OF_VOLUMES =
      Set.of("persistentvolumeclaims", "requests.storage");
  private static final Set<String> POD_SCOPES =
      Set.of(
          "Terminating",
          "NotTerminating",
          "NotBestEffort",
          "PriorityClass",
          "CrossNamespacePodAffinity");

  /** Scopes that say all by being there. */
  private static final Set<String> WITHOUT_VALUES =
      Set.of(
          "BestEffort",
          "NotBestEffort",
          "Terminating",
          "NotTerminating",
          "CrossNamespacePodAffinity");

  private static final List<Set<String>> OPPOSITES =
      List.of(Set.of("BestEffort", "NotBestEffort"), Set.of("Terminating", "NotTerminating"));

  private QuotaRules() {}

  /** A name without a group that quotas, limit ranges or both know. */
  static boolean isStandard(String name) {
    return COUNTED.contains(name)
        || OF_PODS.contains(name)
        || name.equals("requests.storage")
        || name.startsWith("hugepages-")
        || name.startsWith("requests.hugepages-");
  }

  static void quota(Field quota) {
    Field spec = quota.child("spec");
    List<Map.Entry<String, Field>> hard = spec.child("hard").entries();
    hard.forEach(entry -> limit(entry.getKey(), entry.getValue()));
    Field scopes = spec.child("scopes");
    Set<String> named = new HashSet<>();
    for (Field scope : scopes.items()) {
      named.add(scope.text());
      scope(scope.text(), scopes, hard);
    }
    opposites(named, scopes);
    selector(spec.at("scopeSelector", "matchExpressions"), scopes, hard);
  }

  static void quotaUpdate(Field now, Field before) {
    Field scopes = now.at("spec", "scopes");
    if (!texts(scopes).equals(texts(before.at("spec", "scopes")))) {
      scopes.invalid("field is immutable");
    }
  }

  private static Set<String> texts(Field list) {
    Set<String> texts = new HashSet<>();
    list.items().forEach(item -> texts.add(item.text()));
    return texts;
  }

  private static void limit(String name, Field amount) {
    ResourceRules.resourceName(
        name, amount, isStandard(name), "must be a standard resource for quota");
    ResourceRules.nonNegative(amount);
    if (COUNTED.contains(name)) {
      ResourceRules.quantity(amount)
          .filter(quantity -> quantity.amount().remainder(BigDecimal.ONE).signum() != 0)
          .ifPresent(_ -> amount.invalid("must be an integer"));
    }
  }

  private static void scope(String scope, Field shown, List<Map.Entry<String, Field>> hard) {
    boolean ofPods = POD_SCOPES.contains(scope);
    boolean ofVolumes = scope.equals("VolumeAttributesClass");
    if (!ofPods && !ofVolumes && !scope.equals("BestEffort")) {
      shown.invalid("unsupported scope");
      return;
    }
    for (Map.Entry<String, Field> entry : hard) {
      String name = entry.getKey();
      boolean fits =
          ofVolumes
              ? OF_VOLUMES.contains(name)
              : name.equals("pods") || (ofPods && OF_PODS.contains(name));
      if (isStandard(name) && !fits) {
        shown.invalid("unsupported scope applied to resource");
      }
    }
  }

  private static void opposites(Set<String> named, Field shown) {
    if (OPPOSITES.stream().anyMatch(named::containsAll)) {
      shown.invalid("conflicting scopes");
    }
  }

  private static void selector(
      Field expressions, Field scopes, List<Map.Entry<String, Field>> hard) {
    Set<String> named = new HashSet<>();
    for (Field item : expressions.items()) {
      // Upstream leaves out which expression it is.
      Field expression = Field.of(item.node(), expressions.path(), expressions.errors());
      String scope = expression.child("scopeName").text();
      Field operator = expression.child("operator");
      Field values = expression.child("values");
      named.add(scope);
      scope(scope, expression.child("scopeName"), hard);
      if (WITHOUT_VALUES.contains(scope) && !operator.is("Exists")) {
        operator.invalid(
            "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating,"
                + " ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort,"
                + " ResourceQuotaScopeNotBestEffort or"
                + " ResourceQuotaScopeCrossNamespacePodAffinity");
      }
      switch (operator.text()) {
        case "In", "NotIn" -> {
          if (values.items().isEmpty()) {
            values
                .errors()
                .required(
                    values.path(),
                    "must be at least one value when `operator` is 'In' or 'NotIn' for scope"
                        + " selector");
          }
        }
        case "Exists", "DoesNotExist" -> {
          if (!values.items().isEmpty()) {
            values.invalid(
                "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope"
                    + " selector");
          }
        }
        default -> operator.invalid("not a valid selector operator");
      }
    }
    opposites(named, scopes);
  }
}
