package dev.wherry.apiserver.validation;

import com.fasterxml.jackson.databind.node.TextNode;
import dev.wherry.apiserver.cel.AdmissionEnvironment;
import dev.wherry.apiserver.cel.AdmissionEnvironment.Part;
import dev.wherry.apiserver.cel.CelFailure;
import dev.wherry.apiserver.structural.NameRules;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Rules that webhooks and admission policies share: what they match, and their conditions. */
final class AdmissionRules {
  private static final int CONDITIONS_MAX = 64;
  private static final String ALL = "*";
  private static final List<String> OPERATIONS =
      List.of("*", "CONNECT", "CREATE", "DELETE", "UPDATE");

  private AdmissionRules() {}

  /** Compiles an expression, or tells why it does not compile. */
  @FunctionalInterface
  interface Compilation {
    void run(String expression) throws CelFailure;
  }

  static void rule(Field rule) {
    Field operations = rule.child("operations");
    if (operations.node().isEmpty()) {
      operations.errors().required(operations.path(), "");
    }
    alone(operations, "if '*' is present, must not specify other operations");
    operations.items().forEach(operation -> operation.oneOf(OPERATIONS));
    named(rule.child("apiGroups"), "API groups", true);
    named(rule.child("apiVersions"), "API versions", false);
    resources(rule.child("resources"));
    rule.optional("scope").oneOf(List.of("*", "Cluster", "Namespaced"));
  }

  private static void alone(Field list, String detail) {
    if (list.node().size() > 1 && list.items().stream().anyMatch(item -> item.is(ALL))) {
      list.invalid(detail);
    }
  }

  private static void named(Field list, String what, boolean mayBeEmpty) {
    if (list.node().isEmpty()) {
      list.errors().required(list.path(), "");
    }
    alone(list, "if '*' is present, must not specify other " + what);
    for (Field item : list.items()) {
      if (!mayBeEmpty && !item.hasText()) {
        item.errors().required(item.path(), "");
      }
    }
  }

  private static void resources(Field resources) {
    if (resources.node().isEmpty()) {
      resources.errors().required(resources.path(), "");
    }
    Set<String> everySubresource = new HashSet<>();
    Set<String> everyResource = new HashSet<>();
    boolean whole = false;
    boolean plain = false;
    for (Field item : resources.items()) {
      if (!item.hasText()) {
        item.errors().required(item.path(), "");
        continue;
      }
      String[] parts = item.text().split("/", 2);
      String sub = parts.length > 1 ? parts[1] : "";
      whole |= item.is("*/*");
      plain |= item.is(ALL);
      if (sub.equals(ALL)) {
        everySubresource.add(parts[0]);
      } else if (everySubresource.contains(parts[0])) {
        item.invalid("if '%s/*' is present, must not specify %s".formatted(parts[0], item.text()));
      }
      if (parts[0].equals(ALL)) {
        everyResource.add(sub);
      } else if (everyResource.contains(sub) && parts.length > 1) {
        item.invalid("if '*/%s' is present, must not specify %s".formatted(sub, item.text()));
      }
    }
    if (whole && resources.node().size() > 1) {
      resources.invalid("if '*/*' is present, must not specify other resources");
    }
    boolean others =
        resources.items().stream().anyMatch(i -> !i.is(ALL) && !i.text().contains("/"));
    if (plain && others) {
      resources.invalid("if '*' is present, must not specify other resources without subresources");
    }
  }

  /**
   * @param params whether the conditions may speak of parameters
   */
  static void conditions(Field conditions, boolean params) {
    if (conditions.node().size() > CONDITIONS_MAX) {
      conditions.errors().tooMany(conditions.path(), conditions.node().size(), CONDITIONS_MAX);
      conditions.uniqueBy("name");
      return;
    }
    if (conditions.node().isEmpty()) {
      return;
    }
    Set<Part> parts = EnumSet.of(Part.AUTHORIZER);
    if (params) {
      parts.add(Part.PARAMS);
    }
    AdmissionEnvironment environment = AdmissionEnvironment.of(parts);
    for (Field condition : conditions.items()) {
      Field name = condition.child("name");
      if (name.require()) {
        name.matches(NameRules::qualified);
      }
      expression(condition.child("expression"), environment::condition);
    }
    conditions.uniqueBy("name");
  }

  /** Checks that an expression is there and compiles. */
  static void expression(Field expression, Compilation compilation) {
    if (expression.text().isBlank()) {
      expression.errors().required(expression.path(), "");
      return;
    }
    compiles(expression, compilation);
  }

  /** Checks that an expression compiles. */
  static void compiles(Field expression, Compilation compilation) {
    try {
      compilation.run(expression.text());
    } catch (CelFailure e) {
      expression.invalid(e.text());
    }
  }

  static void paramKind(Field params) {
    Field version = params.child("apiVersion");
    if (version.require("")) {
      String[] parts = version.text().split("/", -1);
      String group = parts.length == 2 ? parts[0] : "";
      if (parts.length > 2) {
        version.invalid("unexpected GroupVersion string: " + version.text());
      } else {
        Field ofGroup = Field.of(TextNode.valueOf(group), version.path(), version.errors());
        ofGroup.matches(NameRules::subdomain);
        NameRules.label1035(parts[parts.length - 1])
            .forEach(why -> version.errors().invalid(version.path(), parts[parts.length - 1], why));
      }
    }
    Field kind = params.child("kind");
    if (kind.require("")) {
      NameRules.label1035(kind.text().toLowerCase(Locale.ROOT))
          .forEach(why -> kind.invalid("may have mixed case, but should otherwise match: " + why));
    }
  }

  static void paramRef(Field params) {
    if (!params.present()) {
      return;
    }
    boolean named = params.child("name").hasText();
    boolean selects = params.child("selector").present();
    params.child("name").matches(NameRules::pathSegment);
    if (named && selects) {
      params.child("name").forbidden("name and selector are mutually exclusive");
      params.child("selector").forbidden("name and selector are mutually exclusive");
    } else if (!named && !selects) {
      params.errors().required(params.path(), "one of name or selector must be specified");
    }
    SelectorRules.labelSelector(params.child("selector"));
    Field action = params.child("parameterNotFoundAction");
    if (action.require("")) {
      action.oneOf(List.of("Allow", "Deny"));
    }
  }
}
