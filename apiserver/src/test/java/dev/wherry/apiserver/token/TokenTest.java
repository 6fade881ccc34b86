package dev.wherry.apiserver.token;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.authn.Authenticator.Outcome;
import dev.wherry.apiserver.authn.Credentials;
import dev.wherry.apiserver.authn.UserInfo;
import dev.wherry.apiserver.view.FakeView;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.machinery.pki.KeyPairs;
import dev.wherry.model.json.Json;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenTest {
  private final SecureRandom random = new SecureRandom();
  private final KeyPair keys = KeyPairs.generate(random);
  private Instant now = Instant.parse("2026-11-21T00:00:00Z");
  private final InstantSource clock = () -> now;
  private final FakeView view = new FakeView();
  private final TokenConfig config = TokenConfig.defaults();
  private final ServiceAccountTokens tokens =
      new ServiceAccountTokens(config, List.of(keys.getPublic()), view, clock);
  private final TokenRequests requests =
      new TokenRequests(config, new TokenIssuer(config, keys, clock, random), view, clock);

  @BeforeEach
  void fill() {
    view.put(Resource.SERVICE_ACCOUNTS, "{'metadata':{'name':'sa','namespace':'ns','uid':'u-sa'}}");
    view.put(Resource.NODES, "{'metadata':{'name':'a','uid':'u-node'}}");
    view.put(
        Resource.PODS,
        """
        {'metadata':{'name':'p','namespace':'ns','uid':'u-pod'},
         'spec':{'nodeName':'a','serviceAccountName':'sa'}}
        """);
  }

  private static ObjectNode json(String text) {
    return (ObjectNode) Json.parse(text.replace('\'', '"'));
  }

  private ObjectNode request(String spec) {
    return requests.create("ns", "sa", json("{'spec':" + spec + "}"));
  }

  private static String token(ObjectNode answer) {
    return answer.at("/status/token").asText();
  }

  private Outcome judge(String token) {
    return tokens.authenticate(new Credentials(List.of(), Optional.of(token)));
  }

  private void assertRefused(String token) {
    assertInstanceOf(Outcome.Refused.class, judge(token));
  }

  @Test
  void create_plainRequest_answersAndAuthenticates() {
    ObjectNode answer = request("{}");
    assertEquals(3600, answer.at("/spec/expirationSeconds").asLong());
    assertEquals(TokenConfig.ISSUER, answer.at("/spec/audiences/0").asText());
    assertEquals("2026-11-21T01:00:00Z", answer.at("/status/expirationTimestamp").asText());
    UserInfo user = assertInstanceOf(Outcome.Known.class, judge(token(answer))).user();
    assertEquals("system:serviceaccount:ns:sa", user.name());
    assertEquals("u-sa", user.uid());
    assertEquals(
        List.of("system:serviceaccounts", "system:serviceaccounts:ns", "system:authenticated"),
        user.groups());
  }

  @Test
  void create_boundToPod_namesPodAndNode() {
    String token =
        token(
            request(
                "{'boundObjectRef':{'apiVersion':'v1','kind':'Pod','name':'p','uid':'u-pod'}}"));
    UserInfo user = assertInstanceOf(Outcome.Known.class, judge(token)).user();
    assertEquals(List.of("p"), user.extra().get("authentication.kubernetes.io/pod-name"));
    assertEquals(List.of("u-node"), user.extra().get("authentication.kubernetes.io/node-uid"));
    view.put(
        Resource.PODS,
        "{'metadata':{'name':'p','namespace':'ns','uid':'u-other'},"
            + "'spec':{'serviceAccountName':'sa'}}");
    assertRefused(token);
    view.remove(Resource.PODS, "ns", "p");
    assertRefused(token);
  }

  @Test
  void authenticate_podTerminatedLongAgo_isRefused() {
    String token = token(request("{'boundObjectRef':{'apiVersion':'v1','kind':'Pod','name':'p'}}"));
    view.put(
        Resource.PODS,
        """
        {'metadata':{'name':'p','namespace':'ns','uid':'u-pod',
                     'deletionTimestamp':'2026-11-21T00:00:30Z'},
         'spec':{'serviceAccountName':'sa'}}
        """);
    assertInstanceOf(Outcome.Known.class, judge(token));
    now = now.plusSeconds(91);
    assertRefused(token);
  }

  @Test
  void authenticate_accountRecreated_isRefused() {
    String token = token(request("{}"));
    view.put(
        Resource.SERVICE_ACCOUNTS, "{'metadata':{'name':'sa','namespace':'ns','uid':'u-new'}}");
    assertRefused(token);
  }

  @Test
  void authenticate_expired_isRefused() {
    String token = token(request("{'expirationSeconds':600}"));
    assertInstanceOf(Outcome.Known.class, judge(token));
    now = now.plusSeconds(600);
    assertRefused(token);
  }

  @Test
  void authenticate_otherAudience_isRefusedButReviewed() {
    String token = token(request("{'audiences':['vault','other']}"));
    assertRefused(token);
    TokenReviews reviews = new TokenReviews(config, tokens, List.of());
    ObjectNode body = json("{'spec':{'audiences':['vault','x']}}");
    ((ObjectNode) body.path("spec")).put("token", token);
    ObjectNode answer = reviews.create(body);
    assertTrue(answer.at("/status/authenticated").asBoolean(), answer.toString());
    assertEquals("[\"vault\"]", answer.at("/status/audiences").toString());
    assertEquals("system:serviceaccount:ns:sa", answer.at("/status/user/username").asText());
    ((ObjectNode) body.path("spec")).putArray("audiences").add("x");
    assertFalse(reviews.create(body).at("/status/authenticated").asBoolean());
  }

  @Test
  void authenticate_foreignOrTamperedToken_isNotAccepted() {
    String good = token(request("{}"));
    KeyPair foreign = KeyPairs.generate(random);
    String other =
        token(
            new TokenRequests(config, new TokenIssuer(config, foreign, clock, random), view, clock)
                .create("ns", "sa", json("{}")));
    assertRefused(other);
    String[] parts = good.split("\\.", -1);
    String claims = new String(Base64.getUrlDecoder().decode(parts[1]));
    String laterEnd = claims.replaceFirst("\"exp\":\\d+", "\"exp\":1999999999");
    String forged = Base64.getUrlEncoder().withoutPadding().encodeToString(laterEnd.getBytes());
    Outcome outcome = judge(parts[0] + "." + forged + "." + parts[2]);
    assertEquals(new Outcome.Refused("the signature is wrong"), outcome);
    String none =
        Base64.getUrlEncoder().withoutPadding().encodeToString("{\"alg\":\"none\"}".getBytes());
    assertInstanceOf(Outcome.NotMine.class, judge(none + "." + parts[1] + "."));
    for (String text : List.of("", "a.b.c", "abcdef.0123456789abcdef", "..", "x")) {
      assertInstanceOf(Outcome.NotMine.class, judge(text));
    }
  }

  @Test
  void create_lifetimeOfApiAccessVolumes_livesLongerThanItSays() {
    String token =
        token(
            request(
                "{'expirationSeconds':3607,"
                    + "'boundObjectRef':{'apiVersion':'v1','kind':'Pod','name':'p'}}"));
    now = now.plusSeconds(7200);
    assertInstanceOf(Outcome.Known.class, judge(token));
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "`{'expirationSeconds':599}`, INVALID",
        "`{'expirationSeconds':4294967297}`, INVALID",
        "`{'boundObjectRef':{'apiVersion':'v1','kind':'ConfigMap','name':'x'}}`, BAD_REQUEST",
        "`{'boundObjectRef':{'apiVersion':'v1','kind':'Pod','name':'x'}}`, NOT_FOUND",
        "`{'boundObjectRef':{'apiVersion':'v1','kind':'Pod','name':'p','uid':'y'}}`, CONFLICT",
      })
  void create_badRequest_saysWhy(String spec, Reason reason) {
    assertEquals(reason, assertThrows(ApiException.class, () -> request(spec)).reason());
  }

  @Test
  void create_podOfAnotherAccount_isRefused() {
    view.put(Resource.SERVICE_ACCOUNTS, "{'metadata':{'name':'sb','namespace':'ns','uid':'u-sb'}}");
    ApiException refused =
        assertThrows(
            ApiException.class,
            () ->
                requests.create(
                    "ns",
                    "sb",
                    json(
                        "{'spec':{'boundObjectRef':"
                            + "{'apiVersion':'v1','kind':'Pod','name':'p'}}}")));
    assertEquals(Reason.BAD_REQUEST, refused.reason());
  }

  @Test
  void keySet_publishedKey_verifiesWithTheKeyId() {
    ObjectNode set = OpenIdDocuments.keySet(List.of(keys.getPublic()));
    assertEquals(Jwt.keyId(keys.getPublic()), set.at("/keys/0/kid").asText());
    assertEquals(43, set.at("/keys/0/x").asText().length());
    assertEquals(TokenConfig.ISSUER, OpenIdDocuments.configuration(config).path("issuer").asText());
  }

  @Test
  void whoami_answersWithTheCaller() {
    ObjectNode answer = SelfReviews.create(UserInfo.of("ann", "g"), json("{}"), now);
    assertEquals("ann", answer.at("/status/userInfo/username").asText());
    assertEquals("g", answer.at("/status/userInfo/groups/0").asText());
  }
}
