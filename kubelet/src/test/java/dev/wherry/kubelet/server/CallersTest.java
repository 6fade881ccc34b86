package dev.wherry.kubelet.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.machinery.time.FakeTimer;
import dev.wherry.model.json.Json;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * Who a token stands for and what the node's subresources are asked about, and how long it holds.
 */
class CallersTest {
  private static final String PROMETHEUS = "system:serviceaccount:monitoring:prometheus";

  private final FakeTimer timer = new FakeTimer();
  private final Known api = new Known();

  /** Knows one token, and lets its user read metrics. */
  private static final class Known implements Reviews {
    private final List<ObjectNode> asked = new ArrayList<>();
    private boolean reachable = true;

    @Override
    public JsonNode ask(String path, ObjectNode question) {
      if (!reachable) {
        throw new ApiException(Reason.SERVICE_UNAVAILABLE, "no server");
      }
      ObjectNode review = question.deepCopy();
      asked.add(review);
      ObjectNode status = review.putObject("status");
      if (path.endsWith("tokenreviews")) {
        if (review.at("/spec/token").asText().equals("good")) {
          ObjectNode user = status.put("authenticated", true).putObject("user");
          user.put("username", PROMETHEUS).put("uid", "u-1").putArray("groups").add("g");
          user.putObject("extra").putArray("example.com/pod").add("p");
        }
        return review;
      }
      String subresource = review.at("/spec/resourceAttributes/subresource").asText();
      status.put("allowed", subresource.equals("metrics") || subresource.equals("proxy"));
      return review;
    }
  }

  @Test
  void token_thatTheServerKnows_isItsUserForTwoMinutes() {
    Tokens tokens = new Tokens(api, timer);

    var caller =
        new Caller(PROMETHEUS, "u-1", List.of("g"), Map.of("example.com/pod", List.of("p")));
    assertEquals(Optional.of(caller), tokens.caller("Bearer good"));
    assertEquals(Optional.of(caller), tokens.caller("bearer  good "));
    assertEquals(1, api.asked.size());
    timer.advance(Duration.ofSeconds(121));
    assertEquals(Optional.of(caller), tokens.caller("Bearer good"));
    assertEquals(2, api.asked.size());
  }

  @Test
  void token_ofNobody_isRememberedAsNobodys() {
    Tokens tokens = new Tokens(api, timer);

    for (String header : List.of("", "Bearer", "Bearer ", "Basic good", "good")) {
      assertEquals(Optional.empty(), tokens.caller(header), header);
    }
    assertEquals(0, api.asked.size());
    assertEquals(Optional.empty(), tokens.caller("Bearer bad"));
    assertEquals(Optional.empty(), tokens.caller("Bearer bad"));
    assertEquals(1, api.asked.size());
  }

  @Test
  void token_whileTheServerIsAway_isAskedAboutAgain() {
    Tokens tokens = new Tokens(api, timer);
    api.reachable = false;
    assertEquals(Optional.empty(), tokens.caller("Bearer good"));
    api.reachable = true;
    assertTrue(tokens.caller("Bearer good").isPresent());
  }

  @Test
  void access_asksForTheSubresourceOfThePath_andKeepsTheAnswer() {
    Access access = new Access(api, "n", timer);
    Caller caller = new Caller(PROMETHEUS, "u-1", List.of("g"), Map.of());

    assertTrue(access.allows(caller, "GET", "/metrics/cadvisor"));
    assertTrue(access.allows(caller, "GET", "/metrics"));
    assertEquals(1, api.asked.size());
    assertEquals(
        Json.parse(
            """
            {"group": "", "version": "v1", "resource": "nodes", "subresource": "metrics",
             "name": "n", "verb": "get"}
            """),
        api.asked.getFirst().at("/spec/resourceAttributes"));
    timer.advance(Duration.ofSeconds(301));
    assertTrue(access.allows(caller, "GET", "/metrics"));
    assertEquals(2, api.asked.size());
  }

  @Test
  void access_noHoldsForThirtySeconds() {
    Access access = new Access(api, "n", timer);
    Caller caller = new Caller(PROMETHEUS, "", List.of(), Map.of());

    assertFalse(access.allows(caller, "GET", "/stats/summary"));
    assertFalse(access.allows(caller, "GET", "/stats/summary"));
    assertEquals(1, api.asked.size());
    timer.advance(Duration.ofSeconds(31));
    assertFalse(access.allows(caller, "GET", "/stats/summary"));
    assertEquals(2, api.asked.size());
  }

  @Test
  void access_whoMayProxy_mayWhatCameOutOfIt() {
    Access access = new Access(api, "n", timer);
    Caller caller = new Caller(PROMETHEUS, "", List.of(), Map.of());

    assertTrue(access.allows(caller, "GET", "/pods"));
    assertEquals(
        List.of("pods", "proxy"),
        api.asked.stream()
            .map(review -> review.at("/spec/resourceAttributes/subresource").asText())
            .toList());
  }

  @Test
  void access_ofTheApiServer_asksNobody() {
    Access access = new Access(api, "n", timer);

    assertTrue(access.allows(Caller.of("kube-apiserver", List.of(Caller.MASTERS)), "GET", "/exec"));
    assertEquals(0, api.asked.size());
  }
}
