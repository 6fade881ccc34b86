package dev.wherry.apiserver.oidc;

import dev.wherry.apiserver.config.ConfigNode;
import dev.wherry.machinery.pki.Pem;
import dev.wherry.machinery.pki.PkiException;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * A JWTAuthenticator: an issuer, and what its tokens have to say.
 *
 * @param url the claim {@code iss}
 * @param discoveryUrl where its keys are found out
 * @param authorities trusted at that place; empty for the host's own
 * @param audiences of which a token must have one
 * @param claimRules what must be true of a token
 * @param mappings how a token becomes a user
 * @param userRules what must be true of the user
 */
record IssuerConfig(
    String url,
    String discoveryUrl,
    List<X509Certificate> authorities,
    List<String> audiences,
    List<ClaimRule> claimRules,
    ClaimMappings mappings,
    List<ExpressionRule> userRules) {
  private static final String WELL_KNOWN = "/.well-known/openid-configuration";

  static IssuerConfig of(ConfigNode node) {
    node.only("issuer", "claimValidationRules", "claimMappings", "userValidationRules");
    ConfigNode issuer =
        node.child("issuer")
            .only(
                "url",
                "discoveryURL",
                "certificateAuthority",
                "audiences",
                "audienceMatchPolicy",
                "egressSelectorType");
    String url = https(issuer, "url", issuer.required("url"));
    String discovery = issuer.text("discoveryURL");
    if (!discovery.isEmpty()) {
      https(issuer, "discoveryURL", discovery);
      if (discovery.replaceFirst("/$", "").equals(url.replaceFirst("/$", ""))) {
        issuer.wrong("discoveryURL", "must be different from url");
      }
    }
    IssuerConfig config =
        new IssuerConfig(
            url,
            discovery.isEmpty() ? url.replaceFirst("/$", "") + WELL_KNOWN : discovery,
            authorities(issuer),
            audiences(issuer),
            node.items("claimValidationRules").stream().map(ClaimRule::of).toList(),
            ClaimMappings.of(node.child("claimMappings")),
            node.items("userValidationRules").stream()
                .map(rule -> ExpressionRule.of(rule.only("expression", "message")))
                .toList());
    if (config.usesEmailUnverified()) {
      node.wrong(
          "claimMappings",
          "claims.email_verified must be used wherever the username is made of claims.email");
    }
    return config;
  }

  private static String https(ConfigNode at, String field, String url) {
    try {
      URI parsed = URI.create(url);
      boolean plain =
          parsed.getRawUserInfo() == null
              && parsed.getRawQuery() == null
              && parsed.getRawFragment() == null;
      if (!"https".equals(parsed.getScheme()) || parsed.getHost() == null || !plain) {
        at.wrong(field, "must be an https URL without user, query and fragment");
      }
    } catch (IllegalArgumentException e) {
      at.wrong(field, "is no URL");
    }
    return url;
  }

  private static List<X509Certificate> authorities(ConfigNode issuer) {
    String pem = issuer.text("certificateAuthority");
    try {
      return pem.isEmpty() ? List.of() : Pem.certificates(pem);
    } catch (PkiException e) {
      issuer.wrong("certificateAuthority", String.valueOf(e.getMessage()));
      return List.of();
    }
  }

  private static List<String> audiences(ConfigNode issuer) {
    List<String> audiences = issuer.texts("audiences");
    String policy = issuer.text("audienceMatchPolicy");
    if (audiences.isEmpty() || audiences.contains("")) {
      issuer.wrong("audiences", "at least one is required, and none may be empty");
    } else if (audiences.size() > 1 && !policy.equals("MatchAny")) {
      issuer.wrong("audienceMatchPolicy", "must be MatchAny for multiple audiences");
    } else if (!policy.isEmpty() && !policy.equals("MatchAny")) {
      issuer.wrong("audienceMatchPolicy", "must be empty or MatchAny");
    }
    return List.copyOf(audiences);
  }

  /** An address that nobody has verified is nobody's name. */
  private boolean usesEmailUnverified() {
    if (!mappings.username().speaksOf("email")) {
      return false;
    }
    return !mappings.username().speaksOf("email_verified")
        && mappings.extra().stream().noneMatch(e -> e.value().speaksOf("email_verified"))
        && claimRules.stream().noneMatch(rule -> rule.speaksOf("email_verified"));
  }
}
