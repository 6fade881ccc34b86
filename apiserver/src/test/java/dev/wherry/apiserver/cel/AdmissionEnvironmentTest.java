package dev.wherry.apiserver.cel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.apiserver.authn.UserInfo;
import dev.wherry.apiserver.authz.Authorizer;
import dev.wherry.apiserver.cel.AdmissionEnvironment.Part;
import dev.wherry.model.json.Json;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AdmissionEnvironmentTest {
  private static final Authorizer GETS =
      question ->
          question.verb().equals("get")
              ? new Authorizer.Verdict.Allowed("because " + question.combinedResource())
              : new Authorizer.Verdict.NoOpinion("");

  private static Map<String, Object> input() {
    Map<String, Object> input = new HashMap<>();
    input.put(
        "object",
        CelValues.dynamic(
            Json.parse(
                "{\"metadata\":{\"name\":\"n\",\"namespace\":\"ns\"},\"n\":3,\"l\":[1,2]}")));
    input.put("oldObject", dev.cel.common.values.NullValue.NULL_VALUE);
    input.put(
        "request",
        CelValues.dynamic(
            Json.parse("{\"operation\":\"CREATE\",\"namespace\":\"ns\",\"userInfo\":{}}")));
    UserInfo user = UserInfo.of("ann");
    input.put("authorizer", CelAuthorizer.of(user, GETS));
    input.put(
        "authorizer.requestResource",
        CelAuthorizer.resource(user, GETS, "", "pods", "", "ns", "n"));
    return input;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          object.n + 1 == 4
          oldObject == null
          request.namespace == 'ns' && object.metadata.namespace == 'ns'
          !has(request.userInfo.uid)
          authorizer.requestResource.check('get').allowed()
          !authorizer.requestResource.check('create').allowed()
          authorizer.group('apps').resource('deployments').namespace('a').name('b').check('get').reason() == 'because deployments'
          authorizer.serviceAccount('a', 'b').path('/healthz').check('get').allowed()
          authorizer.group('').resource('pods').subresource('log').check('get').reason() == 'because pods/log'
          'got ' + string(object.n) == 'got 3'
          object.l.all(x, x > 0)
          """)
  void condition_thatHolds_isTrue(String expression) throws CelFailure {
    CelProgram program = AdmissionEnvironment.of(Set.of(Part.AUTHORIZER)).condition(expression);
    assertEquals(true, program.evaluate(input(), new CelBudget()), expression);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          1 + 1                        | must evaluate to bool
          request.nothing == ''        | undefined field
          params.x == 1                | undeclared reference to 'params'
          namespaceObject.x == 1       | undeclared reference to 'namespaceObject'
          ... [] bad                   | compilation failed
          """)
  void condition_thatCannotBe_tellsWhy(String expression, String why) {
    CelFailure failure =
        assertThrows(
            CelFailure.class,
            () -> AdmissionEnvironment.of(Set.of(Part.AUTHORIZER)).condition(expression));
    assertTrue(failure.text().contains(why), failure.text());
  }

  @Test
  void text_ofVariable_isMade() throws CelFailure {
    AdmissionEnvironment environment = AdmissionEnvironment.of(Set.of(Part.NAMESPACE));
    AdmissionEnvironment more =
        environment.with("n", environment.any("object.n")).withoutAuthorizer();
    Map<String, Object> input = input();
    input.put("variables", Map.of("n", 3L));
    assertEquals(
        "wants 3", more.text("'wants ' + string(variables.n)").evaluate(input, new CelBudget()));
  }

  @Test
  void configuration_ofLiterals_isJson() throws CelFailure {
    CelProgram program =
        AdmissionEnvironment.of(Set.of(Part.MUTATION))
            .configuration(
                "object.n > 2 ? Object{spec: Object.spec{list: [Object.spec.list{name: 'a',"
                    + " ?b: optional.none()}], n: object.n}} : Object{}");
    assertEquals(
        "{\"spec\":{\"list\":[{\"name\":\"a\"}],\"n\":3}}",
        CelJson.of(program.evaluate(input(), new CelBudget())).toString());
  }

  @Test
  void configuration_ofWrongPlace_isRefused() {
    CelFailure failure =
        assertThrows(
            CelFailure.class,
            () ->
                AdmissionEnvironment.of(Set.of(Part.MUTATION))
                    .configuration("Object{spec: Object.status{}}"));
    assertTrue(failure.text().startsWith("type mismatch"), failure.text());
  }
}
