package dev.wherry.model.schema;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.json.Json;
import dev.wherry.model.patch.StrategicMergePatch;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Facts of kubernetes/api/openapi-spec/swagger.json and of generated.proto, v1.36. */
class SchemaTest {
  private final Schema schema = Schema.builtin();

  private FieldInfo field(String type, String name) {
    FieldInfo field = schema.type(type).orElseThrow().fields().get(name);
    if (field == null) {
      throw new AssertionError(type + "." + name);
    }
    return field;
  }

  @Test
  void field_markers_areUpstreams() {
    assertEquals("containerPort", field("core.v1.Container", "ports").mergeKey());
    assertEquals(
        List.of("containerPort", "protocol"), field("core.v1.Container", "ports").listMapKeys());
    assertEquals("retainKeys", field("apps.v1.DeploymentSpec", "strategy").patchStrategy());
    assertEquals("set", field("meta.v1.ObjectMeta", "finalizers").listType());
    assertEquals("uid", field("meta.v1.ObjectMeta", "ownerReferences").mergeKey());
    assertEquals("atomic", field("core.v1.PodSpec", "nodeSelector").structType());
    assertTrue(field("core.v1.PodSpec", "containers").required());
  }

  @Test
  void field_inlinedMessage_hasThePathOfNumbers() {
    assertEquals(List.of(1), field("core.v1.Volume", "name").protoPath());
    assertEquals(List.of(2, 2), field("core.v1.Volume", "emptyDir").protoPath());
    assertEquals(List.of(1, 1), field("core.v1.ConfigMapKeySelector", "name").protoPath());
  }

  @Test
  void types_references_allResolve() {
    List<String> missing = new ArrayList<>();
    for (ObjectType type : schema.types()) {
      type.fields().values().forEach(f -> collect(f.type(), missing));
    }
    assertEquals(List.of(), missing);
    assertEquals(
        "io.k8s.api.apps.v1.Deployment",
        schema.ofKind("apps", "v1", "Deployment").orElseThrow().openApiName());
  }

  private void collect(FieldType type, List<String> missing) {
    switch (type) {
      case FieldType.Scalar ignored -> {}
      case FieldType.Ref(String name) -> {
        if (schema.type(name).isEmpty()) {
          missing.add(name);
        }
      }
      case FieldType.ListOf(FieldType item) -> collect(item, missing);
      case FieldType.MapOf(FieldType value) -> collect(value, missing);
    }
  }

  @Test
  void mergeRules_deployment_mergesContainersByName() {
    ObjectType deployment = schema.ofKind("apps", "v1", "Deployment").orElseThrow();
    ObjectNode target =
        json(
            "{'spec':{'template':{'spec':{'containers':[{'name':'a','image':'1'},{'name':'b'}]}}}}");
    ObjectNode patch =
        json("{'spec':{'template':{'spec':{'containers':[{'name':'a','image':'2'}]}}}}");
    assertEquals(
        json(
            "{'spec':{'template':{'spec':{'containers':[{'name':'a','image':'2'},{'name':'b'}]}}}}"),
        StrategicMergePatch.apply(target, patch, schema.mergeRules(deployment)));
  }

  @Test
  void descriptions_fields_haveTexts() {
    assertTrue(
        Schema.descriptions().get("core.v1.PodSpec").get("containers").contains("containers"));
  }

  private static ObjectNode json(String text) {
    return (ObjectNode) Json.parse(text.replace('\'', '"'));
  }
}
