package dev.wherry.apiserver.oidc;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.apiserver.authn.UserInfo;
import dev.wherry.apiserver.cel.CelBudget;
import dev.wherry.apiserver.cel.CelFailure;
import dev.wherry.apiserver.config.ConfigNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** How a token becomes a user. */
record ClaimMappings(ClaimSource username, ClaimSource groups, ClaimSource uid, List<Extra> extra) {
  private static final String CREDENTIAL_ID = "authentication.kubernetes.io/credential-id";

  /** One further fact of a user. */
  record Extra(String key, ClaimSource value) {}

  /** A user, or why there is none. */
  sealed interface Mapped {
    record User(UserInfo user) implements Mapped {}

    record Fault(String reason) implements Mapped {}
  }

  static ClaimMappings of(ConfigNode node) {
    node.only("username", "groups", "uid", "extra");
    ClaimSource username = ClaimSource.of(node.child("username"), true);
    if (username instanceof ClaimSource.None) {
      node.wrong("username", "claim or expression is required");
    }
    List<Extra> extra = new ArrayList<>();
    for (ConfigNode item : node.items("extra")) {
      String key = item.only("key", "valueExpression").required("key");
      checkKey(item, key, extra);
      extra.add(
          new Extra(
              key,
              ClaimExpression.of(item, "valueExpression", ClaimExpression.CLAIMS)
                  .<ClaimSource>map(ClaimSource.Expression::new)
                  .orElseGet(ClaimSource.None::new)));
    }
    return new ClaimMappings(
        username,
        ClaimSource.of(node.child("groups"), true),
        ClaimSource.of(node.child("uid"), false),
        List.copyOf(extra));
  }

  private static void checkKey(ConfigNode item, String key, List<Extra> before) {
    int slash = key.indexOf('/');
    String domain = slash < 0 ? "" : key.substring(0, slash);
    if (!domain.matches("[a-z0-9]([-a-z0-9.]*[a-z0-9])?") || slash == key.length() - 1) {
      item.wrong("key", "must be a domain-prefixed path such as example.org/foo");
    } else if (!key.equals(key.toLowerCase(Locale.ROOT))) {
      item.wrong("key", "must be lowercase");
    } else if (isReserved(domain, "k8s.io") || isReserved(domain, "kubernetes.io")) {
      item.wrong("key", "the domain " + domain + " is reserved for Kubernetes");
    }
    if (before.stream().anyMatch(other -> other.key().equals(key))) {
      item.wrong("key", "another mapping has it");
    }
  }

  private static boolean isReserved(String domain, String reserved) {
    return domain.equals(reserved) || domain.endsWith("." + reserved);
  }

  /**
   * Maps.
   *
   * @param value the claims as CEL sees them
   */
  Mapped map(JsonNode claims, Object value, CelBudget budget) {
    try {
      Optional<List<String>> names = username.texts(claims, value, budget);
      if (names.isEmpty() || names.get().size() != 1 || isEmptyName(claims)) {
        return new Mapped.Fault("the username is no text, or empty");
      }
      if (isUnverifiedEmail(claims)) {
        return new Mapped.Fault("the email address is not verified");
      }
      Optional<List<String>> memberOf = groups.texts(claims, value, budget);
      Optional<List<String>> id = uid.texts(claims, value, budget);
      if (memberOf.isEmpty() || id.isEmpty() || id.get().size() > 1) {
        return new Mapped.Fault("groups or uid are of the wrong type");
      }
      Map<String, List<String>> facts = new LinkedHashMap<>();
      for (Extra one : extra) {
        List<String> texts = one.value().texts(claims, value, budget).orElse(List.of());
        if (!texts.isEmpty()) {
          facts.put(one.key(), texts);
        }
      }
      if (claims.path("jti").isTextual()) {
        facts.put(CREDENTIAL_ID, List.of("JTI=" + claims.path("jti").textValue()));
      }
      String number = id.get().isEmpty() ? "" : id.get().getFirst();
      return new Mapped.User(new UserInfo(names.get().getFirst(), number, memberOf.get(), facts));
    } catch (CelFailure e) {
      return new Mapped.Fault("a mapping has no value: " + e.text());
    }
  }

  private boolean isEmptyName(JsonNode claims) {
    return username instanceof ClaimSource.Claim(String name, String _)
        && claims.path(name).asText().isEmpty();
  }

  private boolean isUnverifiedEmail(JsonNode claims) {
    return username instanceof ClaimSource.Claim(String name, String _)
        && name.equals("email")
        && claims.has("email_verified")
        && !claims.path("email_verified").asBoolean(false);
  }
}
