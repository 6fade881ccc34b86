package dev.wherry.apiserver;

import dev.wherry.apiserver.admission.AdmissionChain;
import dev.wherry.apiserver.admission.AdmissionPlugin;
import dev.wherry.apiserver.admission.DefaultPlugins;
import dev.wherry.apiserver.admission.PodTolerations;
import dev.wherry.apiserver.authn.Authenticator;
import dev.wherry.apiserver.authn.BootstrapTokenAuthenticator;
import dev.wherry.apiserver.authn.RequestAuthentication;
import dev.wherry.apiserver.authn.X509Authenticator;
import dev.wherry.apiserver.authz.AccessReviews;
import dev.wherry.apiserver.authz.Authorizer;
import dev.wherry.apiserver.authz.EdgeSecrets;
import dev.wherry.apiserver.authz.NodeAuthorizer;
import dev.wherry.apiserver.authz.NodeGraph;
import dev.wherry.apiserver.authz.RbacAuthorizer;
import dev.wherry.apiserver.authz.RbacPolicy;
import dev.wherry.apiserver.bootstrap.DefaultPolicy;
import dev.wherry.apiserver.token.ServiceAccountTokens;
import dev.wherry.apiserver.token.TokenConfig;
import dev.wherry.apiserver.token.TokenIssuer;
import dev.wherry.apiserver.token.TokenRequests;
import dev.wherry.apiserver.token.TokenReviews;
import dev.wherry.apiserver.view.ObjectView;
import dev.wherry.machinery.figures.Histogram;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;

/**
 * All that the request path needs to know callers and judge them, wired together in one place.
 *
 * @param authentication finds the caller of a request
 * @param authorizer judges requests of HTTP and in-process callers alike
 * @param admission fills in and restricts writes
 * @param accessReviews the kinds of authorization.k8s.io
 * @param tokenReviews the kind TokenReview
 * @param tokenRequests the subresource serviceaccounts/token
 * @param tokens the token configuration, for the OpenID documents
 * @param clientCertificates for how long those that were shown were good still
 */
public record SecurityRealm(
    RequestAuthentication authentication,
    Authorizer authorizer,
    AdmissionChain admission,
    AccessReviews accessReviews,
    TokenReviews tokenReviews,
    TokenRequests tokenRequests,
    TokenConfig tokens,
    Histogram clientCertificates) {

  /**
   * Wires a realm over the objects of a view, which must be filled and following already.
   *
   * @param choices what pods get that say nothing of silent nodes
   * @param protection says who judges the tokens of others, and whom the authoriser asks
   * @param clientAuthorities whose client certificates are accepted
   * @param tokenKeys sign and verify service account tokens
   * @param lateAdmission makes the plugins that users configure
   */
  public static SecurityRealm over(
      ObjectView view,
      ApiChoices choices,
      Protection protection,
      Collection<X509Certificate> clientAuthorities,
      KeyPair tokenKeys,
      TokenConfig tokens,
      InstantSource clock,
      SecureRandom random,
      Function<Authorizer, List<AdmissionPlugin>> lateAdmission) {
    RbacPolicy policy = RbacPolicy.following(view);
    Authorizer authorizer =
        protection
            .authorizers()
            .over(
                new NodeAuthorizer(
                    NodeGraph.following(view),
                    EdgeSecrets.following(view),
                    DefaultPolicy.nodeRules()),
                new RbacAuthorizer(policy));
    ServiceAccountTokens accounts =
        new ServiceAccountTokens(tokens, List.of(tokenKeys.getPublic()), view, clock);
    BootstrapTokenAuthenticator bootstrap = new BootstrapTokenAuthenticator(view, clock);
    TokenIssuer issuer = new TokenIssuer(tokens, tokenKeys, clock, random);
    List<Authenticator> tokenBearers = new ArrayList<>(List.of(bootstrap));
    tokenBearers.addAll(protection.tokenAuthenticators());
    X509Authenticator certificates = new X509Authenticator(clientAuthorities, clock);
    List<Authenticator> all = new ArrayList<>(List.of(certificates, accounts));
    all.addAll(tokenBearers);
    return new SecurityRealm(
        new RequestAuthentication(all, protection.anonymous()),
        authorizer,
        DefaultPlugins.chain(
            view,
            authorizer,
            policy,
            random,
            new PodTolerations(choices.notReadySeconds(), choices.unreachableSeconds()),
            lateAdmission.apply(authorizer)),
        new AccessReviews(authorizer, policy, protection.authorizers()::types),
        new TokenReviews(tokens, accounts, tokenBearers),
        new TokenRequests(tokens, issuer, view, clock),
        tokens,
        certificates.lifetimes());
  }
}
