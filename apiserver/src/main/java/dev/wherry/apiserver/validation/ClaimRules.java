package dev.wherry.apiserver.validation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.NullNode;
import dev.wherry.apiserver.cel.CelFailure;
import dev.wherry.apiserver.cel.DeviceSelector;
import dev.wherry.apiserver.structural.NameRules;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Rules of claims of devices, their templates and classes (resource validation). */
final class ClaimRules {
  static final int REQUESTS_MAX = 32;
  private static final int CONSTRAINTS_MAX = 32;
  static final int CONFIGS_MAX = 32;
  private static final int SELECTORS_MAX = 32;
  private static final int ALTERNATIVES_MAX = 8;
  private static final int EXPRESSION_BYTES_MAX = 10 * 1024;
  private static final int PARAMETERS_BYTES_MAX = 10 * 1024;
  private static final String REQUEST_NAME =
      "must be the name of a request in the claim or the name of a request and a subrequest"
          + " separated by '/'";

  private ClaimRules() {}

  static void claim(Field claim) {
    spec(claim.child("spec"));
  }

  static void claimUpdate(Field claim, Field old) {
    KindRules.immutable(claim.child("spec"), old.child("spec"));
  }

  static void template(Field template) {
    Field metadata = template.at("spec", "metadata");
    MetadataRules.labels(metadata.child("labels"));
    MetadataRules.annotations(metadata.child("annotations"));
    spec(template.at("spec", "spec"));
  }

  private static void spec(Field spec) {
    Field devices = spec.child("devices");
    Map<String, Set<String>> names = requestNames(devices);
    Field requests = devices.child("requests");
    if (fits(requests, REQUESTS_MAX)) {
      requests.items().forEach(ClaimRules::request);
      duplicates(requests, "name");
    }
    Field constraints = devices.child("constraints");
    if (fits(constraints, CONSTRAINTS_MAX)) {
      constraints.items().forEach(constraint -> constraint(constraint, names));
    }
    Field configs = devices.child("config");
    if (fits(configs, CONFIGS_MAX)) {
      for (Field config : configs.items()) {
        references(config.child("requests"), names);
        configuration(config);
      }
    }
  }

  /** Requests by name with the names of their alternatives. */
  static Map<String, Set<String>> requestNames(Field devices) {
    Map<String, Set<String>> names = new HashMap<>();
    for (Field request : devices.child("requests").items()) {
      Set<String> alternatives = new HashSet<>();
      request
          .child("firstAvailable")
          .items()
          .forEach(one -> alternatives.add(one.child("name").text()));
      names.put(request.child("name").text(), alternatives);
    }
    return names;
  }

  private static void request(Field request) {
    label(request.child("name"));
    Field exactly = request.child("exactly");
    Field first = request.child("firstAvailable");
    boolean alternatives = !first.node().isEmpty();
    if (alternatives && exactly.present()) {
      request
          .errors()
          .invalid(
              request.path(),
              NullNode.instance,
              "exactly one of `exactly` or `firstAvailable` is required, but multiple fields are"
                  + " set");
    } else if (exactly.present()) {
      devicesAsked(exactly);
    } else if (!alternatives) {
      request
          .errors()
          .required(request.path(), "exactly one of `exactly` or `firstAvailable` is required");
    } else if (fits(first, ALTERNATIVES_MAX)) {
      for (Field one : first.items()) {
        label(one.child("name"));
        devicesAsked(one);
      }
      duplicates(first, "name");
    }
  }

  private static void devicesAsked(Field request) {
    Field name = request.child("deviceClassName");
    if (name.require()) {
      name.matches(NameRules::subdomain);
    }
    selectors(request.child("selectors"));
    Field mode = request.child("allocationMode");
    Field count = request.child("count");
    switch (mode.text()) {
      case "All" -> {
        if (count.number() != 0) {
          count.invalid("must not be specified when allocationMode is 'All'");
        }
      }
      case "ExactCount" -> {
        if (count.number() <= 0) {
          count
              .errors()
              .invalid(count.path(), LongNode.valueOf(count.number()), "must be greater than zero");
        }
      }
      default -> mode.errors().unsupported(mode.path(), mode.node(), List.of("All", "ExactCount"));
    }
    request.child("tolerations").items().forEach(TaintRules::toleration);
  }

  static void selectors(Field selectors) {
    if (!fits(selectors, SELECTORS_MAX)) {
      return;
    }
    for (Field selector : selectors.items()) {
      Field expression = selector.child("cel").child("expression");
      if (!selector.child("cel").present()) {
        selector.child("cel").require();
      } else if (expression.text().length() > EXPRESSION_BYTES_MAX) {
        expression.errors().tooLong(expression.path(), EXPRESSION_BYTES_MAX);
      } else {
        expression(expression);
      }
    }
  }

  private static void expression(Field expression) {
    try {
      DeviceSelector.compile(expression.text());
    } catch (CelFailure e) {
      expression.errors().invalid(expression.path(), expression.text(), e.text());
    }
  }

  private static void constraint(Field constraint, Map<String, Set<String>> names) {
    references(constraint.child("requests"), names);
    Field match = constraint.child("matchAttribute");
    Field distinct = constraint.child("distinctAttribute");
    if (match.present()) {
      fullName(match);
    } else if (distinct.present()) {
      fullName(distinct);
    } else {
      constraint
          .errors()
          .required(
              constraint.path(),
              "exactly one of \"matchAttribute\" or \"distinctAttribute\" is required, but"
                  + " multiple fields are set");
    }
  }

  private static void fullName(Field name) {
    SliceRules.qualifiedName(name, name.text());
    if (!name.text().contains("/")) {
      name.invalid("a fully qualified name must be a domain and a name separated by a slash");
    }
  }

  /** References to requests of the claim, each but once. */
  static void references(Field list, Map<String, Set<String>> names) {
    if (!fits(list, REQUESTS_MAX)) {
      return;
    }
    list.items().forEach(reference -> reference(reference, names));
    duplicates(list, "");
  }

  static void reference(Field reference, Map<String, Set<String>> names) {
    String[] parts = reference.text().split("/", -1);
    if (parts.length > 2) {
      reference.invalid(REQUEST_NAME);
      return;
    }
    for (String part : parts) {
      NameRules.label(part).forEach(why -> reference.errors().invalid(reference.path(), part, why));
    }
    Set<String> alternatives = names.get(parts[0]);
    boolean known = alternatives != null && (parts.length == 1 || alternatives.contains(parts[1]));
    if (!known) {
      reference.errors().invalid(reference.path(), reference.text(), REQUEST_NAME);
    }
  }

  static void configuration(Field config) {
    Field opaque = config.child("opaque");
    if (!opaque.present()) {
      opaque.require();
      return;
    }
    CsiRules.driverName(opaque.child("driver"));
    parameters(opaque.child("parameters"));
  }

  /** An object of somebody else's of bounded size. */
  static void parameters(Field parameters) {
    JsonNode node = parameters.node();
    if (!parameters.present()) {
      parameters.errors().required(parameters.path(), "");
    } else if (node.toString().length() > PARAMETERS_BYTES_MAX) {
      parameters.errors().tooLong(parameters.path(), PARAMETERS_BYTES_MAX);
    } else if (!node.isObject()) {
      parameters
          .errors()
          .invalid(parameters.path(), "<value omitted>", "must be a valid JSON object");
    }
  }

  static void deviceClass(Field deviceClass) {
    Field spec = deviceClass.child("spec");
    selectors(spec.child("selectors"));
    Field configs = spec.child("config");
    if (fits(configs, CONFIGS_MAX)) {
      configs.items().forEach(ClaimRules::configuration);
    }
    Field name = spec.child("extendedResourceName");
    if (name.present() && !isExtended(name.text())) {
      name.invalid("must be a valid extended resource name");
    }
  }

  private static boolean isExtended(String name) {
    boolean native_ = !name.contains("/") || name.contains("kubernetes.io/");
    return !native_
        && !name.startsWith("requests.")
        && NameRules.qualified("requests." + name).isEmpty();
  }

  /** A name that is a label; an empty one is told in the form's words. */
  static void label(Field name) {
    NameRules.label(name.text())
        .forEach(why -> name.errors().invalid(name.path(), name.text(), why));
  }

  /** Whether a list has no more than so many elements; tells if not. */
  static boolean fits(Field list, int max) {
    if (list.node().size() > max) {
      list.errors().tooMany(list.path(), list.node().size(), max);
      return false;
    }
    return true;
  }

  /**
   * Tells every element whose key was there before.
   *
   * @param key the field that is the key; "" where the element itself is
   */
  static void duplicates(Field list, String key) {
    Set<String> seen = new HashSet<>();
    for (Field item : list.items()) {
      Field value = key.isEmpty() ? item : item.child(key);
      if (!seen.add(value.text())) {
        item.errors().duplicate(item.path(), value.node());
      }
    }
  }
}
