package dev.wherry.apiserver.authz.chain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.ServerFixture;
import dev.wherry.apiserver.config.ConfigException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What may stand in the file; the cases are those of apiserver/validation/validation_test.go. */
class AuthorizationConfigTest {
  @TempDir Path folder;

  private static AuthorizationConfig parse(String authorizers) {
    String text =
        "apiVersion: apiserver.config.k8s.io/v1\nkind: AuthorizationConfiguration\n"
            + "authorizers: "
            + authorizers;
    return AuthorizationConfig.parse("f", text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * A good webhook.
   *
   * @param changes fields that stand in the place of its own, YAML
   */
  private String webhook(String changes) throws Exception {
    Path kubeconfig = Files.writeString(folder.resolve("k"), "");
    ObjectNode item = ServerFixture.object("{type: Webhook, name: w}");
    ObjectNode webhook =
        ServerFixture.object(
            "{timeout: 3s, subjectAccessReviewVersion: v1, failurePolicy: Deny,"
                + " connectionInfo: {type: KubeConfigFile}}");
    ((ObjectNode) webhook.path("connectionInfo")).put("kubeConfigFile", kubeconfig.toString());
    webhook.setAll(ServerFixture.object(changes));
    item.set("webhook", webhook);
    return "[" + item + "]";
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          []                                    | authorizers: Required value: at least one authorization mode must be defined
          [{name: a}]                           | authorizers[0].type: is required
          [{type: Foo, name: a}]                | authorizers[0].type: Unsupported value: "Foo": supported values: "AlwaysAllow", "AlwaysDeny", "Node", "RBAC", "Webhook"
          [{type: RBAC, name: rbac}, {type: RBAC, name: rbac}] | authorizers[1].type: Duplicate value: "RBAC"
          [{type: RBAC, name: mine}]            | authorizers[0].name: expected name rbac for authorizer RBAC instead of mine
          [{type: RBAC, name: rbac, webhook: {}}] | authorizers[0].webhook: Invalid value: may only be specified when type=Webhook
          [{type: RBAC, name: rbac, more: 1}]   | unknown field authorizers[0].more
          """)
  void parse_wrongAuthorizers_tellsWhere(String authorizers, String message) {
    ConfigException e = assertThrows(ConfigException.class, () -> parse(authorizers));
    assertEquals("f: " + message, e.getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          timeout: 31s          | timeout: Invalid value: must be > 0s and <= 30s
          timeout: soon         | timeout: "soon" is no duration such as 30s; authorizers[0].webhook.timeout: Required value
          authorizedTTL: -1s    | authorizedTTL: Invalid value: must be > 0s
          subjectAccessReviewVersion: v2 | subjectAccessReviewVersion: Unsupported value: "v2": supported values: "v1", "v1beta1"
          failurePolicy: Fail   | failurePolicy: Unsupported value: "Fail": supported values: "NoOpinion", "Deny"
          connectionInfo: {type: InClusterConfig} | connectionInfo.type: Unsupported value: "InClusterConfig": supported values: "KubeConfigFile"; authorizers[0].webhook.connectionInfo.kubeConfigFile: Required value
          connectionInfo: {type: KubeConfigFile, kubeConfigFile: a} | connectionInfo.kubeConfigFile: Invalid value: "a": must be an absolute path
          matchConditions: [{expression: "true"}] | matchConditionSubjectAccessReviewVersion: Required value
          matchConditionSubjectAccessReviewVersion: v1, matchConditions: [{expression: " "}] | matchConditions[0].expression: Required value
          matchConditionSubjectAccessReviewVersion: v1, matchConditions: [{expression: "request.user"}] | matchConditions[0].expression: Invalid value: "request.user": must evaluate to bool
          """)
  void parse_wrongWebhook_tellsWhere(String changes, String message) throws Exception {
    String text = webhook("{" + changes + "}");
    ConfigException e = assertThrows(ConfigException.class, () -> parse(text), text);
    assertEquals("f: authorizers[0].webhook." + message, e.getMessage());
  }

  @Test
  void parse_defaults_areUpstreams() throws Exception {
    WebhookSettings webhook =
        parse(webhook("{cacheUnauthorizedRequests: false}"))
            .authorizers()
            .getFirst()
            .webhook()
            .orElseThrow();
    assertEquals(Duration.ofMinutes(5), webhook.allowedFor());
    assertEquals(Duration.ZERO, webhook.refusedFor());
    assertEquals(Duration.ofSeconds(3), webhook.timeout());
  }
}
