package dev.wherry.apiserver.customresource;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.ServerFixture;
import dev.wherry.apiserver.validation.Validation;
import dev.wherry.model.defaults.Defaults;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.status.ApiException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Definitions whose rules are too dear; the words are upstream's (apiextensions v0.36.2). */
class RuleCostsTest {
  private static final KindInfo KIND =
      new KindInfo(
          "apiextensions.k8s.io",
          "v1",
          "CustomResourceDefinition",
          "customresourcedefinitions",
          false);
  private static final String SPEC = "spec.validation.openAPIV3Schema.properties[spec]";
  private static final String RULE = ".x-kubernetes-validations[0].rule";
  private static final String HINT =
      " (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays,"
          + " maps, and strings are declared)";
  private static final String PER_RULE =
      "Forbidden: estimated rule cost exceeds budget by factor of ";
  private static final String PART =
      "Forbidden: contributed to estimated rule cost total exceeding cost limit for entire"
          + " OpenAPIv3 schema";
  private static final String TOTAL =
      "spec.validation.openAPIV3Schema: Forbidden: x-kubernetes-validations estimated rule cost"
          + " total for entire OpenAPIv3 schema exceeds budget by factor of ";

  private static ObjectNode definition(String spec) {
    ObjectNode definition =
        ServerFixture.object(
            """
            metadata: {name: foos.example.com, resourceVersion: "1"}
            spec:
              group: example.com
              scope: Namespaced
              names: {plural: foos, kind: Foo}
              versions:
              - name: v1
                served: true
                storage: true
                schema: {openAPIV3Schema: {type: object, properties: {spec: %s}}}
            """
                .formatted(spec));
    Defaults.apply(KIND, definition);
    return definition;
  }

  /** What is said of a definition. */
  private static List<String> causes(Runnable check) {
    try {
      check.run();
      return List.of();
    } catch (ApiException e) {
      return e.details().causes().stream().map(c -> c.field() + ": " + c.message()).toList();
    }
  }

  private static List<String> created(String spec) {
    return causes(() -> Validation.create(KIND, definition(spec)));
  }

  private static List<String> changed(String spec, String old) {
    return causes(() -> Validation.update(KIND, definition(spec), definition(old), ""));
  }

  private static String list(String limit, String name, String rule) {
    return """
    {type: array%s, items: {type: object, properties: {name: {type: string%s}}},
     x-kubernetes-validations: [{rule: "%s"}]}\
    """
        .formatted(limit, name, rule);
  }

  @Test
  void rule_thatGrowsWithTheSquare_isForbiddenUntilBounded() {
    String rule = "self.all(a, self.exists(b, a.name == b.name))";
    String dear = list("", "", rule);
    assertEquals(
        List.of(
            SPEC + RULE + ": " + PER_RULE + "more than 100x" + HINT,
            SPEC + RULE + ": " + PART,
            TOTAL + "more than 100x" + HINT),
        created(dear));
    String bounded = list(", maxItems: 5", ", maxLength: 5", rule);
    assertEquals(List.of(), created(bounded));
    assertEquals(List.of(), changed(bounded, dear));
  }

  @Test
  void schema_thatDoesNotChange_keepsRulesThatAreTooDearEach() {
    String rule = "self.all(a, a.name == 'x')";
    String dear = list(", maxItems: 5000000", "", rule);
    assertEquals(List.of(SPEC + RULE + ": " + PER_RULE + "3.0x" + HINT), created(dear));
    assertEquals(List.of(), changed(dear, dear));
    assertEquals(1, changed(dear.replace("'x'", "'y'"), dear).size());
  }

  @Test
  void rule_withinAList_countsForEachItem() {
    String dear =
        """
        {type: array, items: {type: string, maxLength: 30, x-kubernetes-validations: [
          {rule: "self.contains('0123456789')"}]}}\
        """;
    assertEquals(
        List.of(SPEC + ".items" + RULE + ": " + PER_RULE + "1.363149x" + HINT), created(dear));
    assertEquals(List.of(), created(dear.replace("{type: array", "{type: array, maxItems: 100")));
  }
}
