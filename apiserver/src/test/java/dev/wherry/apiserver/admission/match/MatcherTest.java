package dev.wherry.apiserver.admission.match;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.admission.AdmissionNotes;
import dev.wherry.apiserver.admission.AdmissionRequest;
import dev.wherry.apiserver.admission.AdmissionRequest.Operation;
import dev.wherry.apiserver.admission.KindForms;
import dev.wherry.apiserver.authn.UserInfo;
import dev.wherry.apiserver.structural.Structural;
import dev.wherry.apiserver.view.FakeView;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.model.json.Json;
import dev.wherry.model.json.Yaml;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.merge.MergeType;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MatcherTest {
  private static final KindInfo V1 = new KindInfo("x.io", "v1", "Thing", "things", true);
  private static final KindInfo V2 = new KindInfo("x.io", "v2", "Thing", "things", true);

  private final FakeView view =
      new FakeView().put(Resource.NAMESPACES, "{'metadata':{'name':'ns','labels':{'team':'a'}}}");
  private final Matcher matcher = new Matcher(view, new TwoVersions());

  /** A kind in two versions, which look alike. */
  private static final class TwoVersions implements KindForms {
    @Override
    public List<KindInfo> equivalents(KindInfo kind) {
      return kind.equals(V1) ? List.of(V2) : List.of();
    }

    @Override
    public KindInfo body(KindInfo kind, String subresource) {
      return kind;
    }

    @Override
    public List<KindInfo> served(String group, String version, String plural) {
      return List.of();
    }

    @Override
    public List<KindInfo> named(String apiVersion, String kind) {
      return List.of();
    }

    @Override
    public ObjectNode convert(KindInfo from, KindInfo to, ObjectNode object) {
      return object.deepCopy().put("apiVersion", to.apiVersion());
    }

    @Override
    public ObjectNode fromStored(KindInfo kind, ObjectNode stored) {
      return stored;
    }

    @Override
    public MergeType mergeType(KindInfo kind) {
      return MergeType.DEDUCED;
    }

    @Override
    public Optional<Structural> schema(KindInfo kind) {
      return Optional.empty();
    }

    @Override
    public ObjectNode shaped(KindInfo kind, ObjectNode changed) {
      return changed;
    }
  }

  private static JsonNode yaml(String text) {
    return Yaml.parse(text.getBytes(StandardCharsets.UTF_8)).tree();
  }

  private static AdmissionRequest request(Operation operation, String subresource) {
    ObjectNode object =
        (ObjectNode) yaml("{metadata: {name: n, namespace: ns, labels: {color: red}}}");
    return new AdmissionRequest(
        UserInfo.of("ann"),
        operation,
        V1,
        V1,
        subresource,
        "ns",
        "n",
        Optional.of(object),
        Optional.empty(),
        false,
        Json.object(),
        AdmissionNotes.UNHEARD);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*'] | true
          operations: [CREATE], apiGroups: [x.io], apiVersions: [v1], resources: [things] | true
          operations: [UPDATE], apiGroups: [x.io], apiVersions: [v1], resources: [things] | false
          operations: [CREATE], apiGroups: [''], apiVersions: [v1], resources: [things] | false
          operations: [CREATE], apiGroups: [x.io], apiVersions: [v1], resources: [things/status] | false
          operations: [CREATE], apiGroups: [x.io], apiVersions: [v1], resources: ['*/*'] | true
          operations: [CREATE], apiGroups: [x.io], apiVersions: [v1], resources: [things], scope: Cluster | false
          operations: [CREATE], apiGroups: [x.io], apiVersions: [v1], resources: [things], scope: Namespaced | true
          operations: [CREATE], apiGroups: [x.io], apiVersions: [v1], resources: [things], resourceNames: [n] | true
          operations: [CREATE], apiGroups: [x.io], apiVersions: [v1], resources: [things], resourceNames: [m] | false
          """)
  void match_ofRule_followsEveryPart(String rule, boolean expected) {
    Criteria criteria = Criteria.ofWebhook(yaml("{matchPolicy: Exact, rules: [{" + rule + "}]}"));
    assertEquals(
        expected, matcher.match(criteria, request(Operation.CREATE, "")).isPresent(), rule);
  }

  @Test
  void match_ofOtherVersion_isGivenInThatVersion() {
    String rules =
        "rules: [{operations: ['*'], apiGroups: [x.io], apiVersions: [v2], resources: [things]}]";
    AdmissionRequest request = request(Operation.CREATE, "");
    Criteria exact = Criteria.ofWebhook(yaml("{matchPolicy: Exact, " + rules + "}"));
    assertFalse(matcher.match(exact, request).isPresent());
    Criteria equivalent = Criteria.ofWebhook(yaml("{" + rules + "}"));
    Matched matched = matcher.match(equivalent, request).orElseThrow();
    assertEquals(V2, matched.resource());
    Versions versions = new Versions(request, new TwoVersions());
    ObjectNode seen = versions.in(matched).object().orElseThrow();
    assertEquals("x.io/v2", seen.path("apiVersion").asText());
    versions.replace(seen.deepCopy().put("changed", true));
    versions.finish();
    assertTrue(request.object().orElseThrow().path("changed").asBoolean());
    assertEquals("x.io/v1", request.object().orElseThrow().path("apiVersion").asText());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          namespaceSelector: {matchLabels: {team: a}} | true
          namespaceSelector: {matchLabels: {team: b}} | false
          objectSelector: {matchLabels: {color: red}} | true
          objectSelector: {matchExpressions: [{key: color, operator: NotIn, values: [red]}]} | false
          namespaceSelector: {}, objectSelector: {} | true
          """)
  void match_ofSelectors_looksAtNamespaceAndObject(String selectors, boolean expected) {
    Criteria criteria =
        Criteria.ofWebhook(
            yaml(
                "{rules: [{operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources:"
                    + " ['*']}], "
                    + selectors
                    + "}"));
    assertEquals(expected, matcher.match(criteria, request(Operation.CREATE, "")).isPresent());
  }

  @Test
  void match_ofExcludedRule_isNone() {
    Criteria criteria =
        Criteria.ofPolicy(
            yaml(
                "{resourceRules: [{operations: ['*'], apiGroups: ['*'], apiVersions: ['*'],"
                    + " resources: ['*']}], excludeResourceRules: [{operations: [CREATE],"
                    + " apiGroups: [x.io], apiVersions: [v2], resources: [things]}]}"));
    assertFalse(matcher.match(criteria, request(Operation.CREATE, "")).isPresent());
    assertTrue(matcher.match(criteria, request(Operation.UPDATE, "")).isPresent());
  }
}
