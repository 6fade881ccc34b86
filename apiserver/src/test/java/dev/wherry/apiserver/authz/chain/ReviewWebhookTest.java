package dev.wherry.apiserver.authz.chain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.apiserver.authn.UserInfo;
import dev.wherry.apiserver.authz.AccessRequest;
import dev.wherry.apiserver.authz.Authorizer;
import dev.wherry.apiserver.authz.Authorizer.Verdict;
import dev.wherry.apiserver.request.Selectors;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One webhook: what it is told and asked about, what is remembered, what its failure means. */
@Timeout(value = 90, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ReviewWebhookTest {
  @TempDir Path folder;
  private ChainFixture fixture;

  @BeforeEach
  void start() throws Exception {
    fixture = new ChainFixture(folder);
  }

  @AfterEach
  void stop() {
    fixture.close();
  }

  @Test
  void webhook_isTold_allThatUpstreamTells() throws Exception {
    fixture.config("v1beta1", "NoOpinion", "");
    try (AuthorizerChain chain = fixture.chain()) {
      AccessRequest request =
          ChainFixture.ask("list", "")
              .selecting(Selectors.parse("metadata.name!=a", "app in (x,y),!z"));
      ChainFixture.over(chain).authorize(request);
      JsonNode review = fixture.webhook().seen().getFirst();
      assertEquals("authorization.k8s.io/v1beta1", review.path("apiVersion").asText());
      assertEquals("devs", review.at("/spec/group/0").asText(), review::toString);
      assertEquals("b", review.at("/spec/extra/scopes/1").asText());
      JsonNode resource = review.at("/spec/resourceAttributes");
      assertEquals("v1", resource.path("version").asText());
      assertEquals("NotIn", resource.at("/fieldSelector/requirements/0/operator").asText());
      assertEquals("y", resource.at("/labelSelector/requirements/0/values/1").asText());
      assertEquals("DoesNotExist", resource.at("/labelSelector/requirements/1/operator").asText());
    }
  }

  @Test
  void answers_areRemembered_asLongAsTheFileSays() throws Exception {
    fixture.config("v1", "NoOpinion", "");
    try (AuthorizerChain chain = fixture.chain()) {
      Authorizer authorizer = ChainFixture.over(chain);
      authorizer.authorize(ChainFixture.ask("get", "allowed"));
      authorizer.authorize(ChainFixture.ask("get", "denied"));
      fixture.set(Instant.EPOCH.plusSeconds(9));
      authorizer.authorize(ChainFixture.ask("get", "allowed"));
      authorizer.authorize(ChainFixture.ask("get", "denied"));
      assertEquals(2, fixture.webhook().seen().size());
      fixture.set(Instant.EPOCH.plusSeconds(10));
      authorizer.authorize(ChainFixture.ask("get", "denied"));
      authorizer.authorize(ChainFixture.ask("get", "allowed"));
      assertEquals(3, fixture.webhook().seen().size());
      authorizer.authorize(ChainFixture.ask("get", "n".repeat(10_000)));
      authorizer.authorize(ChainFixture.ask("get", "n".repeat(10_000)));
      assertEquals(5, fixture.webhook().seen().size());
    }
  }

  @Test
  void failure_meansWhatTheFileSays() throws Exception {
    fixture.config("v1", "NoOpinion", "");
    try (AuthorizerChain chain = fixture.chain()) {
      Authorizer authorizer = ChainFixture.over(chain);
      for (String name : List.of("missing", "other")) {
        assertEquals(
            new Verdict.Allowed("by RBAC"),
            authorizer.authorize(ChainFixture.ask("get", name)),
            name);
        Verdict none = authorizer.authorize(ChainFixture.ask("list", name));
        assertInstanceOf(Verdict.NoOpinion.class, none);
        assertTrue(
            ChainFixture.error(none).contains("judge.example.com fails"), ChainFixture.error(none));
      }
      assertEquals(4, fixture.webhook().seen().size());
      authorizer.authorize(ChainFixture.ask("get", "busy"));
      assertEquals(9, fixture.webhook().seen().size());
      Map<String, Double> open =
          chain
              .counts()
              .get("apiserver_authorization_webhook_evaluations_fail_open_total")
              .samples();
      assertEquals(Map.of("name=\"judge.example.com\",result=\"error\"", 5.0), open);
    }
    fixture.config("v1", "Deny", "");
    try (AuthorizerChain chain = fixture.chain()) {
      Verdict denied = ChainFixture.over(chain).authorize(ChainFixture.ask("get", "missing"));
      assertInstanceOf(Verdict.Denied.class, denied);
      assertTrue(ChainFixture.error(denied).contains("could not find"), ChainFixture.error(denied));
    }
  }

  @Test
  void webhook_thatHangs_isLeftAfterItsTime() throws Exception {
    fixture.config("v1", "Deny", "");
    Files.writeString(fixture.file(), Files.readString(fixture.file()).replace("30s", "100ms"));
    try (AuthorizerChain chain = fixture.chain()) {
      Verdict denied = ChainFixture.over(chain).authorize(ChainFixture.ask("get", "slow"));
      assertTrue(
          ChainFixture.error(denied).endsWith("it did not answer within 100 ms"),
          ChainFixture.error(denied));
      assertEquals(
          Map.of("name=\"judge.example.com\",result=\"timeout\"", 1.0),
          chain.counts().get("apiserver_authorization_webhook_evaluations_total").samples());
    }
  }

  @Test
  void conditions_chooseWhatIsAsked() throws Exception {
    fixture.config(
        "v1",
        "Deny",
        """
        matchConditions:
        - expression: has(request.resourceAttributes)
        - expression: request.resourceAttributes.namespace == 'ns' && !('ops' in request.groups)
        - expression: request.resourceAttributes.name != 'own' || request.extra['none'] == []
        """);
    try (AuthorizerChain chain = fixture.chain()) {
      Authorizer authorizer = ChainFixture.over(chain);
      UserInfo jane = UserInfo.of("jane");
      assertEquals(
          new Verdict.Allowed("by RBAC"),
          authorizer.authorize(AccessRequest.path(jane, "get", "/version")));
      assertEquals(
          new Verdict.Allowed("by RBAC"),
          authorizer.authorize(AccessRequest.resource(jane, "get", "", "pods", "", "b", "denied")));
      assertEquals(0, fixture.webhook().seen().size());
      assertInstanceOf(
          Verdict.Denied.class, authorizer.authorize(ChainFixture.ask("get", "denied")));
      assertEquals(1, fixture.webhook().seen().size());
      Verdict failed = authorizer.authorize(ChainFixture.ask("get", "own"));
      assertInstanceOf(Verdict.Denied.class, failed);
      assertTrue(
          ChainFixture.error(failed).startsWith("cel evaluation error: expression"),
          ChainFixture.error(failed));
      assertEquals(1, fixture.webhook().seen().size());
    }
  }
}
