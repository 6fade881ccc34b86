package dev.wherry.apiserver.authn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.wherry.apiserver.authn.Authenticator.Outcome;
import dev.wherry.apiserver.authz.AccessRequest;
import dev.wherry.apiserver.authz.Authorizer;
import dev.wherry.apiserver.view.FakeView;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.machinery.pki.AlternativeNames;
import dev.wherry.machinery.pki.CertificateAuthority;
import dev.wherry.machinery.pki.CertificateUse;
import dev.wherry.machinery.pki.Subject;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AuthenticationTest {
  private Instant now = Instant.now();
  private final InstantSource clock = () -> now;
  private final SecureRandom random = new SecureRandom();
  private final CertificateAuthority authority =
      CertificateAuthority.create("ca", Duration.ofDays(100), clock, random);
  private final X509Authenticator x509 =
      new X509Authenticator(List.of(authority.certificate()), clock);
  private final FakeView view = new FakeView();

  private Credentials certificate(CertificateAuthority by, CertificateUse use, Subject subject) {
    return new Credentials(
        by.issue(subject, AlternativeNames.NONE, use, Duration.ofDays(10)).chain(),
        Optional.empty());
  }

  @Test
  void x509_ourClient_isUserWithGroups() {
    Credentials shown =
        certificate(authority, CertificateUse.CLIENT, Subject.of("system:node:a", "system:nodes"));
    UserInfo user = assertInstanceOf(Outcome.Known.class, x509.authenticate(shown)).user();
    assertEquals("system:node:a", user.name());
    assertEquals(List.of("system:nodes", "system:authenticated"), user.groups());
    assertEquals(Optional.of("a"), user.nodeName());
  }

  @Test
  void x509_expiredForeignOrServerCertificate_isRefused() {
    Subject subject = Subject.of("ann");
    CertificateAuthority foreign =
        CertificateAuthority.create("ca", Duration.ofDays(100), clock, random);
    Credentials ours = certificate(authority, CertificateUse.CLIENT, subject);
    assertInstanceOf(
        Outcome.Refused.class,
        x509.authenticate(certificate(foreign, CertificateUse.CLIENT, subject)));
    assertInstanceOf(
        Outcome.Refused.class,
        x509.authenticate(certificate(authority, CertificateUse.SERVER, subject)));
    now = now.plus(Duration.ofDays(11));
    assertInstanceOf(Outcome.Refused.class, x509.authenticate(ours));
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes());
  }

  private void putToken(String expiration, String usage, String groups) {
    view.put(
        Resource.SECRETS,
        """
        {'metadata':{'name':'bootstrap-token-abcdef','namespace':'kube-system'},
         'type':'bootstrap.kubernetes.io/token',
         'data':{'token-id':'%s','token-secret':'%s','expiration':'%s',
                 'usage-bootstrap-authentication':'%s','auth-extra-groups':'%s'}}
        """
            .formatted(
                base64("abcdef"),
                base64("0123456789abcdef"),
                base64(expiration),
                base64(usage),
                base64(groups)));
  }

  @ParameterizedTest
  @CsvSource({
    "abcdef.0123456789abcdef, 2999-01-01T00:00:00Z, true, system:bootstrappers:x, true",
    "abcdef.0123456789abcdef, '', true, '', true",
    "abcdef.0123456789abcdeX, '', true, '', false",
    "abcdef.0123456789abcdee, '', true, '', false",
    "abcdex.0123456789abcdef, '', true, '', false",
    "abcdef.0123456789abcdef, 2001-01-01T00:00:00Z, true, '', false",
    "abcdef.0123456789abcdef, soon, true, '', false",
    "abcdef.0123456789abcdef, '', false, '', false",
    "abcdef.0123456789abcdef, '', true, system:masters, false",
  })
  void bootstrap_token_holdsOrNot(
      String token, String expiration, String usage, String groups, boolean good) {
    putToken(expiration, usage, groups);
    Outcome outcome =
        new BootstrapTokenAuthenticator(view, clock)
            .authenticate(new Credentials(List.of(), Optional.of(token)));
    assertEquals(good, outcome instanceof Outcome.Known);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/healthz", "/version", "/readyz", "/livez", "/wherry/v1/ca"})
  void authenticate_nothingShownOnPublicPath_isAnonymous(String path) {
    RequestAuthentication authentication =
        new RequestAuthentication(List.of(x509), AnonymousAccess.DEFAULT);
    assertEquals(UserInfo.ANONYMOUS, authentication.authenticate(Credentials.NONE, path));
  }

  @Test
  void authenticate_nothingOrWrongShown_is401() {
    RequestAuthentication authentication =
        new RequestAuthentication(List.of(x509), AnonymousAccess.DEFAULT);
    Credentials wrong = new Credentials(List.of(), Optional.of("nonsense"));
    for (ApiException refused :
        List.of(
            assertThrows(
                ApiException.class,
                () -> authentication.authenticate(Credentials.NONE, "/api/v1/pods")),
            assertThrows(
                ApiException.class, () -> authentication.authenticate(wrong, "/healthz")))) {
      assertEquals(Reason.UNAUTHORIZED, refused.reason());
      assertEquals("Unauthorized", refused.toStatus().path("message").asText());
      assertEquals(401, refused.toStatus().path("code").asInt());
    }
  }

  private static final class Allowing implements Authorizer {
    private final Set<String> allowed;
    private final List<String> asked = new ArrayList<>();

    Allowing(String... allowed) {
      this.allowed = Set.of(allowed);
    }

    @Override
    public Verdict authorize(AccessRequest request) {
      String question =
          String.join(
              " ",
              request.verb(),
              request.combinedResource(),
              request.namespace() + "/" + request.name());
      asked.add(question);
      return allowed.contains(question) ? new Verdict.Allowed("") : new Verdict.NoOpinion("");
    }
  }

  private static Impersonation impersonation(String... headers) {
    List<Map.Entry<String, String>> list = new ArrayList<>();
    for (int i = 0; i < headers.length; i += 2) {
      list.add(Map.entry(headers[i], headers[i + 1]));
    }
    return Impersonation.fromHeaders(list).orElseThrow();
  }

  @Test
  void impersonate_userGroupAndExtra_eachNeedsPermission() {
    Impersonation wanted =
        impersonation(
            "Impersonate-User", "bob",
            "Impersonate-Group", "dev",
            "Impersonate-Extra-Acme.com%2FProject", "x");
    Allowing all =
        new Allowing(
            "impersonate users /bob",
            "impersonate groups /dev",
            "impersonate userextras/acme.com/project /x");
    UserInfo user = wanted.apply(UserInfo.of("ann"), all);
    assertEquals("bob", user.name());
    assertEquals(List.of("dev", "system:authenticated"), user.groups());
    assertEquals(List.of("x"), user.extra().get("acme.com/project"));
    Allowing onlyUser = new Allowing("impersonate users /bob");
    ApiException refused =
        assertThrows(ApiException.class, () -> wanted.apply(UserInfo.of("ann"), onlyUser));
    assertEquals(
        "groups \"dev\" is forbidden: User \"ann\" cannot impersonate resource \"groups\" in API"
            + " group \"\" at the cluster scope",
        refused.text());
  }

  @Test
  void impersonate_serviceAccount_getsItsGroups() {
    Allowing allowing = new Allowing("impersonate serviceaccounts ns/sa");
    UserInfo user =
        impersonation("impersonate-user", "system:serviceaccount:ns:sa")
            .apply(UserInfo.of("ann"), allowing);
    assertEquals(
        List.of("system:serviceaccounts", "system:serviceaccounts:ns", "system:authenticated"),
        user.groups());
  }

  @Test
  void fromHeaders_groupWithoutUser_isBadRequest() {
    assertEquals(
        Reason.BAD_REQUEST,
        assertThrows(ApiException.class, () -> impersonation("Impersonate-Group", "x")).reason());
    assertEquals(Optional.empty(), Impersonation.fromHeaders(List.of(Map.entry("Accept", "x"))));
  }
}
