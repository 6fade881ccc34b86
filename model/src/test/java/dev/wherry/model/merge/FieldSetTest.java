package dev.wherry.model.merge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.model.json.Json;
import dev.wherry.model.json.RawObject;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.schema.Schema;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sets of fields (structured-merge-diff fieldpath set_test.go, serialize_test.go). */
class FieldSetTest {
  private static FieldSet set(String... dotted) {
    return FieldSet.ofNames(Arrays.stream(dotted).map(p -> List.of(p.split("\\."))).toList());
  }

  private static FieldSet read(String json) {
    return FieldsV1.read(json.getBytes(StandardCharsets.UTF_8));
  }

  private static String write(FieldSet set) {
    return new String(FieldsV1.write(set), StandardCharsets.UTF_8);
  }

  @Test
  void operations_nestedPaths_followMembersOnly() {
    FieldSet a = set("a", "a.b.c", "d.e", "f");
    FieldSet b = set("a.b", "d", "f", "g");
    assertEquals(set("a", "a.b", "a.b.c", "d", "d.e", "f", "g"), a.union(b));
    assertEquals(set("f"), a.intersection(b));
    assertEquals(set("a", "a.b.c", "d.e"), a.difference(b));
    assertEquals(set("a"), a.recursiveDifference(b));
    assertEquals(4, a.size());
    assertTrue(a.has(List.of(new PathElement.Name("d"), new PathElement.Name("e"))));
    assertFalse(a.has(List.of(new PathElement.Name("d"))));
  }

  @Test
  void operations_randomSets_agreeWithPathLists() {
    Random random = new Random(7);
    for (int round = 0; round < 300; round++) {
      List<String> left = random.ints(6, 0, 40).mapToObj(FieldSetTest::path).toList();
      List<String> right = random.ints(6, 0, 40).mapToObj(FieldSetTest::path).toList();
      FieldSet a = set(left.toArray(String[]::new));
      FieldSet b = set(right.toArray(String[]::new));
      assertEquals(
          set(left.stream().filter(p -> !right.contains(p)).toArray(String[]::new)),
          a.difference(b));
      assertEquals(
          set(left.stream().filter(right::contains).toArray(String[]::new)), a.intersection(b));
      assertEquals(a.union(b), b.union(a));
      assertEquals(a, read(write(a)));
    }
  }

  private static String path(int seed) {
    return switch (seed % 3) {
      case 0 -> "p" + seed / 3 % 4;
      case 1 -> "p" + seed / 3 % 4 + ".q" + seed % 2;
      default -> "p" + seed / 3 % 4 + ".q" + seed % 2 + ".r";
    };
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"f:a\":{}}",
        "{\"f:a\":{\".\":{},\"f:b\":{}}}",
        "{\"f:a\":{\"k:{\\\"name\\\":\\\"x\\\",\\\"port\\\":80}\":{\".\":{},\"f:b\":{}}}}",
        "{\"f:a\":{\"v:\\\"x\\\"\":{},\"v:\\\"y\\\"\":{}}}",
        "{\"f:a\":{\"v:1\":{},\"v:true\":{},\"i:0\":{}}}",
        "{\"f:a\":{\"v:\\\"\\\\u003ca\\\\u003e\\\"\":{}}}"
      })
  void write_whatWasRead_isTheSame(String json) {
    if (json.contains("v:true")) {
      assertEquals(read(json), read(write(read(json))));
    } else {
      assertEquals(json, write(read(json)));
    }
  }

  @Test
  void read_unknownElements_areLeftOut() {
    assertEquals(set("a"), read("{\"f:a\":{},\"z:later\":{\"f:b\":{}}}"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"[]", "{\"a\":{}}", "{\"k:[]\":{}}", "{\"i:x\":{}}", "{\"f:a\":{}} {}", "{"})
  void read_wrongBytes_areRefused(String json) {
    assertThrows(MergeException.class, () -> read(json));
  }

  @Test
  void conflictPath_keysAndValues_areShownAsUpstream() {
    FieldSet set =
        read(
            "{\"f:a\":{\"k:{\\\"name\\\":\\\"x\\\",\\\"port\\\":80}\":{\"f:b\":{}},\"v:\\\"y\\\"\":{}}}");
    assertEquals(".a[=\"y\"]\n.a[name=\"x\",port=80].b", set.toString());
  }

  @Test
  void only_wildcardPath_keepsWhatLiesBelow() {
    FieldSet set = set("spec.containers.a.resources.cpu", "spec.containers.a.image", "status.x");
    FieldFilter filter =
        FieldFilter.only(List.of(List.of("spec", "containers", FieldFilter.ANY, "resources")));
    assertEquals(set("spec.containers.a.resources.cpu"), filter.apply(set));
  }

  @Test
  void reconciled_mapThatBecameAtomic_isOwnedAsAWhole() {
    MergeType atomic =
        new OpenApiMergeTypes(MergeType.DEDUCED)
            .kind(
                MergeTableTest.yaml(
                    "{type: object, properties: {spec: {type: object, properties: {m: {type: object,"
                        + " x-kubernetes-map-type: atomic, additionalProperties: {type: string}}}}}}"));
    assertEquals(set("spec.m"), TypedSets.reconciled(set("spec.m.a", "spec.m.b"), atomic));
    assertEquals(set("spec.m"), TypedSets.reconciled(set("spec.m"), atomic));
  }

  @Test
  void builtInTypes_knowAtomicStructuresAndKeys() {
    MergeType pod =
        new BuiltInMergeTypes(Schema.builtin()).of(new KindInfo("", "v1", "Pod", "pods", true));
    MergeType spec = pod.field("spec");
    assertTrue(spec.field("nodeSelector").isAtomicMap());
    assertEquals(List.of("name"), spec.field("containers").keys());
    MergeType container = spec.field("containers").item();
    assertEquals(List.of("containerPort", "protocol"), container.field("ports").keys());
    assertEquals(Json.text("TCP"), container.field("ports").item().defaultOf("protocol"));
    assertTrue(container.field("env").item().field("valueFrom").field("fieldRef").isAtomicMap());
    assertTrue(pod.field("metadata").field("managedFields").isAtomicList());
    assertEquals(MergeType.UNDECLARED, spec.field("nothing"));
  }

  @Test
  void managedFieldsEntry_typed_keepsItsFieldsAsBytes() throws Exception {
    String json =
        "{\"apiVersion\":\"v1\",\"fieldsV1\":{\"f:a\":{\".\":{},\"f:b\":{}}},\"manager\":\"m\"}";
    try (var parser = Json.FACTORY.createParser(json)) {
      parser.nextToken();
      var entry = dev.wherry.model.meta.v1.ManagedFieldsEntry.read(parser);
      assertEquals("m", entry.manager());
      RawObject raw = (RawObject) entry.fieldsV1();
      assertEquals(
          "{\"f:a\":{\".\":{},\"f:b\":{}}}", new String(raw.bytes(), StandardCharsets.UTF_8));
    }
  }

  @Test
  void rawObject_untouched_keepsItsBytes() {
    byte[] json =
        "{\"x\":{\"fieldsV1\":{\"f:a\" : {}},\"b\":[{\"fieldsV1\":{}}]}}"
            .getBytes(StandardCharsets.UTF_8);
    var tree = Json.parse(json);
    RawObject raw = (RawObject) tree.path("x").path("fieldsV1");
    assertEquals("{\"f:a\" : {}}", new String(raw.bytes(), StandardCharsets.UTF_8));
    assertEquals(
        new String(json, StandardCharsets.UTF_8),
        new String(Json.write(tree), StandardCharsets.UTF_8));
    assertEquals(tree, tree.deepCopy());
    assertTrue(raw.path("f:a").isObject());
    assertEquals("{\"f:a\":{}}", new String(Json.write(raw), StandardCharsets.UTF_8));
    assertEquals(tree, Json.parse(Json.write(tree)));
  }
}
