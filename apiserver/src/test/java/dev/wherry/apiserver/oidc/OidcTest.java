package dev.wherry.apiserver.oidc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.ProtectionConfig;
import dev.wherry.apiserver.ServerFixture;
import dev.wherry.apiserver.authn.Authenticator;
import dev.wherry.apiserver.authn.Credentials;
import dev.wherry.apiserver.config.ConfigException;
import dev.wherry.machinery.pki.TlsContexts;
import dev.wherry.model.json.Json;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A whole server, two real issuers over TLS, and clients with tokens. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OidcTest {
  private static final String WHO = "/apis/authentication.k8s.io/v1/selfsubjectreviews";

  @TempDir Path data;
  private TestProvider provider;
  private TestProvider other;
  private TestProvider.Key key;
  private TestProvider.Key elliptic;
  private ServerFixture server;
  private HttpClient client;

  @BeforeEach
  void start() throws Exception {
    provider = new TestProvider();
    other = new TestProvider();
    key = provider.add("k1", "RS256");
    elliptic = other.add("e1", "ES256");
    server = ServerFixture.start(data, ProtectionConfig.NONE.withAuthentication(file(config())));
    client =
        HttpClient.newBuilder()
            .sslContext(
                TlsContexts.trusting(List.of(server.server().pki().authority().certificate())))
            .build();
  }

  @AfterEach
  void stop() {
    client.shutdownNow();
    server.close();
    provider.close();
    other.close();
  }

  private Path file(String text) throws Exception {
    Path file = data.resolve("authentication.yaml");
    Files.writeString(file, text);
    return file;
  }

  private String config() {
    return """
    apiVersion: apiserver.config.k8s.io/v1
    kind: AuthenticationConfiguration
    anonymous:
      enabled: true
      conditions: [{path: /livez}]
    jwt:
    - issuer:
        url: %s
        audiences: [wherry, kubectl]
        audienceMatchPolicy: MatchAny
        certificateAuthority: |
    %s
      claimValidationRules:
      - {claim: hd, requiredValue: example.com}
      - expression: claims.exp - claims.nbf <= 86400
        message: total token lifetime must not exceed 24 hours
      claimMappings:
        username: {expression: "claims.sub + ':external'"}
        groups: {expression: "claims.roles.split(',')"}
        uid: {claim: sub}
        extra:
        - {key: example.com/tenant, valueExpression: claims.tenant}
      userValidationRules:
      - expression: "!user.username.startsWith('system:')"
        message: reserved
      - expression: "user.groups.all(g, !g.startsWith('system:'))"
    - issuer:
        url: %s
        audiences: [wherry]
        certificateAuthority: |
    %s
      claimMappings:
        username: {claim: email, prefix: "other:"}
        groups: {claim: groups, prefix: "o-"}
    """
        .formatted(
            provider.url(),
            provider.authorityPem().indent(8).stripTrailing(),
            other.url(),
            other.authorityPem().indent(8).stripTrailing());
  }

  private static ObjectNode claims(TestProvider issuer) {
    long now = Instant.now().getEpochSecond();
    return Json.object()
        .put("iss", issuer.url())
        .put("aud", "wherry")
        .put("sub", "jane")
        .put("jti", "7")
        .put("hd", "example.com")
        .put("roles", "admin,user")
        .put("tenant", "blue")
        .put("nbf", now)
        .put("exp", now + 600);
  }

  private HttpResponse<String> ask(String token, String path) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(server.uri(path));
    if (!token.isEmpty()) {
      request.header("Authorization", "Bearer " + token);
    }
    if (path.equals(WHO)) {
      request
          .header("Content-Type", "application/json")
          .POST(
              HttpRequest.BodyPublishers.ofString(
                  "{\"apiVersion\":\"authentication.k8s.io/v1\",\"kind\":\"SelfSubjectReview\"}"));
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private JsonNode user(String token) throws Exception {
    HttpResponse<String> answer = ask(token, WHO);
    assertEquals(201, answer.statusCode(), answer.body());
    return Json.parse(answer.body()).path("status").path("userInfo");
  }

  @Test
  void token_ofAnIssuer_isMappedToAUser() throws Exception {
    JsonNode user = user(TestProvider.sign(key, claims(provider)));
    assertEquals("jane:external", user.path("username").asText());
    assertEquals("jane", user.path("uid").asText());
    assertEquals("[\"admin\",\"user\",\"system:authenticated\"]", user.path("groups").toString());
    assertEquals("blue", user.path("extra").path("example.com/tenant").path(0).asText());
    assertEquals(
        "JTI=7",
        user.path("extra").path("authentication.kubernetes.io/credential-id").path(0).asText());

    ObjectNode claims = claims(other).put("email", "a@b.c").put("groups", "g");
    JsonNode second = user(TestProvider.sign(elliptic, claims));
    assertEquals("other:a@b.c", second.path("username").asText());
    assertEquals("o-g", second.path("groups").path(0).asText());
    assertEquals(
        401,
        ask(TestProvider.sign(elliptic, claims.put("email_verified", false)), WHO).statusCode());
  }

  @Test
  void token_thatDoesNotHold_is401() throws Exception {
    TestProvider.Key foreign = other.add("k1", "RS256");
    long past = Instant.now().getEpochSecond() - 10;
    user(TestProvider.sign(key, claims(provider)));
    for (String token :
        List.of(
            TestProvider.sign(foreign, claims(provider)),
            TestProvider.sign(key, claims(provider).put("aud", "somebody")),
            TestProvider.sign(key, claims(provider).put("exp", past)),
            TestProvider.sign(key, claims(provider).put("nbf", past - 100_000)),
            TestProvider.sign(key, claims(provider).put("hd", "example.org")),
            TestProvider.sign(key, claims(provider).put("roles", "system:masters")),
            TestProvider.sign(key, claims(provider).put("roles", 5)),
            TestProvider.sign(key, claims(provider).put("sub", "system:admin")),
            TestProvider.sign(key, claims(provider).put("iss", "https://nobody")))) {
      assertEquals(401, ask(token, WHO).statusCode(), token);
    }
  }

  @Test
  void issuer_changesItsKeys_withoutARestart() throws Exception {
    AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
    JwtAuthenticator authenticator =
        JwtAuthenticator.of(config(data.resolve("authentication.yaml")), now::get).getFirst();
    try (authenticator) {
      assertTrue(holds(authenticator, TestProvider.sign(key, claims(provider))));
      TestProvider.Key second = provider.add("k2", "ES256");
      provider.remove(key);
      String token = TestProvider.sign(second, claims(provider));
      assertFalse(holds(authenticator, token), "the issuer was asked just now");
      now.updateAndGet(at -> at.plus(IssuerKeys.AGAIN_MIN));
      assertTrue(holds(authenticator, token));
      assertFalse(holds(authenticator, TestProvider.sign(key, claims(provider).put("jti", "9"))));

      int fetches = provider.fetches();
      TestProvider.Key made = new TestProvider.Key("made-up", "RS256", key.pair());
      for (int i = 0; i < 20; i++) {
        assertFalse(holds(authenticator, TestProvider.sign(made, claims(provider).put("n", i))));
      }
      // The server of this test asks once too.
      assertTrue(provider.fetches() <= fetches + 1, "asked " + provider.fetches() + " times");
    }
  }

  private static AuthenticationConfig config(Path file) throws IOException {
    return AuthenticationConfig.parse(file.toString(), Files.readAllBytes(file), "https://own");
  }

  private static boolean holds(JwtAuthenticator authenticator, String token) {
    return authenticator.authenticate(new Credentials(List.of(), Optional.of(token)))
        instanceof Authenticator.Outcome.Known;
  }

  @Test
  void anonymous_onTheListedPathOnly() throws Exception {
    assertEquals(200, ask("", "/livez").statusCode());
    assertEquals(401, ask("", "/readyz").statusCode());
    assertEquals(200, ask("", "/wherry/v1/ca").statusCode());
  }

  @Test
  void file_thatIsWrong_isToldWholly() throws Exception {
    Path file =
        file(
            """
            apiVersion: apiserver.config.k8s.io/v1
            kind: AuthenticationConfiguration
            jwt:
            - issuer: {url: "http://x", audiences: [], colour: red}
              claimMappings:
                username: {claim: sub}
                groups: {expression: "claims.("}
            """);
    String message =
        String.valueOf(assertThrows(ConfigException.class, () -> config(file)).getMessage());
    for (String part :
        List.of(
            "unknown field jwt[0].issuer.colour",
            "jwt[0].issuer.url: must be an https URL",
            "jwt[0].issuer.audiences: at least one",
            "jwt[0].claimMappings.username.prefix: is required",
            "jwt[0].claimMappings.groups.expression: compilation failed")) {
      assertTrue(message.contains(part), message);
    }
  }
}
