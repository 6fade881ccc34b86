package dev.wherry.apiserver.authz.chain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.apiserver.authz.Authorizer;
import dev.wherry.apiserver.authz.Authorizer.Verdict;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who is asked in what order, and what becomes of a file that changes. */
@Timeout(value = 90, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class AuthorizerChainTest {
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
  void authorize_inOrder_firstOpinionCounts() throws Exception {
    fixture.config("v1", "NoOpinion", "");
    try (AuthorizerChain chain = fixture.chain()) {
      Authorizer authorizer = ChainFixture.over(chain);
      assertEquals(
          new Verdict.Allowed("fine"), authorizer.authorize(ChainFixture.ask("update", "allowed")));
      assertEquals(
          new Verdict.Denied("never", ""), authorizer.authorize(ChainFixture.ask("get", "denied")));
      assertEquals(
          new Verdict.Allowed("by RBAC"), authorizer.authorize(ChainFixture.ask("get", "x")));
      assertEquals(
          new Verdict.NoOpinion("unknown\nRBAC: no", ""),
          authorizer.authorize(ChainFixture.ask("list", "x")));
      Verdict both = authorizer.authorize(ChainFixture.ask("get", "both"));
      assertInstanceOf(Verdict.Denied.class, both);
      assertTrue(
          ChainFixture.error(both).contains("both allow and deny"), ChainFixture.error(both));
      assertEquals("Bearer mine", fixture.webhook().authorizations().getFirst());
      Map<String, Double> decisions =
          chain.counts().get("apiserver_authorization_decisions_total").samples();
      assertEquals(
          2.0,
          decisions.get("type=\"Webhook\",name=\"judge.example.com\",decision=\"denied\""),
          decisions::toString);
    }
  }

  @Test
  void file_changes_webhooksCountAndOthersStay() throws Exception {
    fixture.config("v1", "NoOpinion", "");
    String with = Files.readString(fixture.file());
    String without =
        """
        apiVersion: apiserver.config.k8s.io/v1
        kind: AuthorizationConfiguration
        authorizers: [{type: RBAC, name: rbac}, {type: Node, name: node}]
        """;
    Files.writeString(fixture.file(), without);
    try (AuthorizerChain chain = fixture.chain()) {
      Authorizer authorizer = ChainFixture.over(chain);
      assertEquals(
          new Verdict.Allowed("by RBAC"), authorizer.authorize(ChainFixture.ask("get", "denied")));
      Files.writeString(fixture.file(), with);
      chain.follower().orElseThrow().look();
      assertInstanceOf(
          Verdict.Denied.class, authorizer.authorize(ChainFixture.ask("get", "denied")));
      assertEquals(3, chain.types().size());

      Files.writeString(fixture.file(), with.replace("- {type: RBAC, name: rbac}", ""));
      chain.follower().orElseThrow().look();
      Files.writeString(fixture.file(), with.replace("30s", "30 s"));
      chain.follower().orElseThrow().look();
      assertEquals(
          Map.of("status=\"success\"", 1.0, "status=\"failure\"", 2.0),
          chain.follower().orElseThrow().reloads());
      assertInstanceOf(
          Verdict.Denied.class, authorizer.authorize(ChainFixture.ask("get", "denied")));

      Files.writeString(fixture.file(), without);
      chain.follower().orElseThrow().look();
      assertEquals(
          new Verdict.Allowed("by RBAC"), authorizer.authorize(ChainFixture.ask("get", "denied")));
    }
  }
}
