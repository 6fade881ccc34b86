package dev.wherry.apiserver.authz.chain;

import dev.wherry.apiserver.cel.CelEnvironment;
import dev.wherry.apiserver.cel.CelFailure;
import dev.wherry.apiserver.cel.CelProgram;
import dev.wherry.apiserver.cel.Conditions;
import dev.wherry.apiserver.config.ConfigNode;
import dev.wherry.apiserver.structural.TextFormats;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A webhook of an AuthorizationConfiguration.
 *
 * @param allowedFor how long a consent is remembered; zero for not at all
 * @param refusedFor how long everything else is
 * @param timeout of one call
 * @param version of the SubjectAccessReview that it takes: v1 or v1beta1
 * @param denies whether its failure is a refusal, or no opinion
 * @param kubeconfig where it is
 * @param conditions which requests it is asked about
 */
record WebhookSettings(
    Duration allowedFor,
    Duration refusedFor,
    Duration timeout,
    String version,
    boolean denies,
    Path kubeconfig,
    Conditions conditions) {
  private static final Duration ALLOWED_FOR = Duration.ofMinutes(5);
  private static final Duration REFUSED_FOR = Duration.ofSeconds(30);
  private static final Duration TIMEOUT_MAX = Duration.ofSeconds(30);
  private static final int CONDITIONS_MAX = 64;
  private static final String REQUIRED = "Required value";

  static WebhookSettings of(ConfigNode node) {
    node.only(
        "authorizedTTL",
        "cacheAuthorizedRequests",
        "unauthorizedTTL",
        "cacheUnauthorizedRequests",
        "timeout",
        "subjectAccessReviewVersion",
        "matchConditionSubjectAccessReviewVersion",
        "failurePolicy",
        "connectionInfo",
        "matchConditions");
    Conditions conditions = conditions(node);
    if (!conditions.isEmpty() || node.has("matchConditionSubjectAccessReviewVersion")) {
      oneOf(node, "matchConditionSubjectAccessReviewVersion", List.of("v1"));
    }
    return new WebhookSettings(
        remembered(node, "authorizedTTL", "cacheAuthorizedRequests", ALLOWED_FOR),
        remembered(node, "unauthorizedTTL", "cacheUnauthorizedRequests", REFUSED_FOR),
        timeout(node),
        oneOf(node, "subjectAccessReviewVersion", List.of("v1", "v1beta1")),
        oneOf(node, "failurePolicy", List.of("NoOpinion", "Deny")).equals("Deny"),
        kubeconfig(node.child("connectionInfo").only("type", "kubeConfigFile")),
        conditions);
  }

  /** A webhook's name has to be a DNS subdomain. */
  static void checkName(ConfigNode item, String name) {
    List<String> mistakes =
        name.isEmpty()
            ? List.of()
            : TextFormats.named().getOrDefault("dns1123Subdomain", _ -> List.of()).apply(name);
    mistakes.forEach(mistake ->
        item.wrong(
            "name", "Invalid value: \"" + name + "\": authorizer name is invalid: " + mistake));
  }

  private static String oneOf(ConfigNode node, String field, List<String> allowed) {
    String value = node.text(field);
    if (value.isEmpty()) {
      node.wrong(field, REQUIRED);
    } else if (!allowed.contains(value)) {
      node.wrong(
          field,
          "Unsupported value: \""
              + value
              + "\": supported values: \""
              + String.join("\", \"", allowed)
              + "\"");
    }
    return value;
  }

  private static Duration remembered(
      ConfigNode node, String field, String whether, Duration otherwise) {
    Duration time = node.duration(field);
    if (time.isNegative()) {
      node.wrong(field, "Invalid value: must be > 0s");
    }
    if (node.has(whether) && !node.flag(whether)) {
      return Duration.ZERO;
    }
    return time.isZero() ? otherwise : time;
  }

  private static Duration timeout(ConfigNode node) {
    Duration timeout = node.duration("timeout");
    if (timeout.isZero()) {
      node.wrong("timeout", REQUIRED);
    } else if (timeout.isNegative() || timeout.compareTo(TIMEOUT_MAX) > 0) {
      node.wrong("timeout", "Invalid value: must be > 0s and <= 30s");
    }
    return timeout;
  }

  private static Path kubeconfig(ConfigNode node) {
    Path file = Path.of(node.text("kubeConfigFile"));
    // Asking oneself would never end.
    oneOf(node, "type", List.of("KubeConfigFile"));
    if (file.toString().isEmpty()) {
      node.wrong("kubeConfigFile", REQUIRED);
    } else if (!file.isAbsolute()) {
      node.wrong("kubeConfigFile", "Invalid value: \"" + file + "\": must be an absolute path");
    } else if (!Files.isRegularFile(file)) {
      node.wrong("kubeConfigFile", "Invalid value: \"" + file + "\": must be a regular file");
    }
    return file;
  }

  private static Conditions conditions(ConfigNode node) {
    Map<String, CelProgram> programs = new LinkedHashMap<>();
    List<ConfigNode> items = node.items("matchConditions");
    if (items.size() > CONDITIONS_MAX) {
      node.wrong("matchConditions", "Too many: must have at most " + CONDITIONS_MAX + " items");
      return Conditions.of(programs);
    }
    CelEnvironment environment = CelEnvironment.accessReviews();
    for (ConfigNode item : items) {
      String expression = item.only("expression").text("expression");
      if (expression.isBlank()) {
        item.wrong("expression", REQUIRED);
      } else if (programs.containsKey(expression)) {
        item.wrong("expression", "Duplicate value: \"" + expression + "\"");
      } else {
        try {
          programs.put(expression, environment.condition(expression));
        } catch (CelFailure e) {
          item.wrong("expression", "Invalid value: \"" + expression + "\": " + e.text());
        }
      }
    }
    return Conditions.of(programs);
  }
}
