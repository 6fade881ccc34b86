package dev.wherry.apiserver.customresource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.ServerFixture;
import dev.wherry.apiserver.validation.Validation;
import dev.wherry.model.defaults.Defaults;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.status.ApiException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a definition may say, in upstream's words. */
class DefinitionRulesTest {
  private static final KindInfo KIND =
      new KindInfo(
          "apiextensions.k8s.io",
          "v1",
          "CustomResourceDefinition",
          "customresourcedefinitions",
          false);

  /** What is said of a definition; "" when it may be created. */
  private static String refusal(String yaml) {
    ObjectNode definition = ServerFixture.object(yaml);
    Defaults.apply(KIND, definition);
    try {
      Validation.create(KIND, definition);
      return "";
    } catch (ApiException e) {
      return e.text().replaceFirst("^[^:]* is invalid: ", "");
    }
  }

  private static String withSpec(String schema) {
    return """
    metadata: {name: foos.example.com}
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
        .formatted(schema);
  }

  @Test
  void create_soundDefinition_isAccepted() {
    assertEquals("", refusal(Definitions.WIDGETS));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {}|spec.validation.openAPIV3Schema.properties[spec].type: Required value: must not be empty for specified object fields
          {type: array}|spec.validation.openAPIV3Schema.properties[spec].items: Required value: must be specified
          {type: integer, default: x}|spec.validation.openAPIV3Schema.properties[spec].default: Invalid value: "string": spec.validation.openAPIV3Schema.properties[spec].default in body must be of type integer: "string"
          {type: object, default: {a: 1}}|spec.validation.openAPIV3Schema.properties[spec].default: Invalid value: {"a":1}: must not have unknown fields
          {type: string, x-kubernetes-list-type: set}|spec.validation.openAPIV3Schema.properties[spec].type: Invalid value: "string": must be array if x-kubernetes-list-type is specified
          {type: array, x-kubernetes-list-type: map, items: {type: object}}|spec.validation.openAPIV3Schema.properties[spec].x-kubernetes-list-map-keys: Required value: must not be empty if x-kubernetes-list-type is map
          {type: object, x-kubernetes-preserve-unknown-fields: false}|spec.validation.openAPIV3Schema.properties[spec].x-kubernetes-preserve-unknown-fields: Invalid value: false: must be true or undefined
          {type: string, uniqueItems: true}|spec.validation.openAPIV3Schema.properties[spec].uniqueItems: Forbidden: uniqueItems cannot be set to true since the runtime complexity becomes quadratic
          {type: object, properties: {a: {type: string}}, additionalProperties: {type: string}}|spec.validation.openAPIV3Schema.properties[spec].additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive
          {type: string, anyOf: [{type: string}]}|spec.validation.openAPIV3Schema.properties[spec].anyOf[0].type: Forbidden: must be empty to be structural
          """)
  void create_schemaWithMistake_tellsIt(String schema, String said) {
    assertEquals(said, refusal(withSpec(schema)));
  }

  @Test
  void create_ruleOfUnknownField_isRefused() {
    String said =
        refusal(
            withSpec(
                "{type: object, properties: {a: {type: string}}, x-kubernetes-validations:"
                    + " [{rule: self.b == 1}]}"));
    assertTrue(
        said.startsWith(
            "spec.validation.openAPIV3Schema.properties[spec].x-kubernetes-validations[0].rule:"
                + " Invalid value: apiextensions.ValidationRule{Rule:\"self.b == 1\""),
        said);
    assertTrue(said.contains("undefined field 'b'"), said);
  }

  @Test
  void create_twoStorageVersions_isRefused() {
    String said =
        refusal(
            Definitions.WIDGETS
                + "  - {name: v2, served: true, storage: true, schema: {openAPIV3Schema: {type:"
                + " object}}}\n");
    assertTrue(said.contains("must have exactly one version marked as storage version"), said);
  }

  @Test
  void create_inCommunityGroup_needsApproval() {
    String said = refusal(Definitions.WIDGETS.replace("example.com", "example.k8s.io"));
    assertTrue(
        said.startsWith("metadata.annotations[api-approved.kubernetes.io]: Required value"), said);
  }
}
