package dev.wherry.model.merge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.model.json.Json;
import dev.wherry.model.json.Yaml;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Merges, as upstream's tables have them (structured-merge-diff typed/merge_test.go). */
class MergeTableTest {
  private static final MergeType TYPE =
      new OpenApiMergeTypes(MergeType.DEDUCED)
          .kind(
              yaml(
                  """
                  type: object
                  properties:
                    numeric: {type: number}
                    string: {type: string}
                    bool: {type: boolean}
                    setStr: {type: array, x-kubernetes-list-type: set, items: {type: string}}
                    setBool: {type: array, x-kubernetes-list-type: set, items: {type: boolean}}
                    setNumeric: {type: array, x-kubernetes-list-type: set, items: {type: number}}
                    list:
                      type: array
                      x-kubernetes-list-type: map
                      x-kubernetes-list-map-keys: [key, id]
                      items:
                        type: object
                        properties:
                          key: {type: string}
                          id: {type: integer}
                          value: {type: object, additionalProperties: {type: string}}
                          bv: {type: boolean}
                          nv: {type: number}
                    defaulted:
                      type: array
                      x-kubernetes-list-type: map
                      x-kubernetes-list-map-keys: [port, protocol]
                      items:
                        type: object
                        properties:
                          port: {type: integer}
                          protocol: {type: string, default: TCP}
                          name: {type: string}
                    atomicList: {type: array, items: {type: string}}
                    atomicMap:
                      type: object
                      x-kubernetes-map-type: atomic
                      additionalProperties: {type: string}
                    map: {type: object, additionalProperties: {type: string}}
                    free: {type: object, x-kubernetes-preserve-unknown-fields: true}
                    either: {x-kubernetes-int-or-string: true}
                  """));

  static JsonNode yaml(String text) {
    return Yaml.parse(text.getBytes(StandardCharsets.UTF_8)).tree();
  }

  /** The whole, the part and the result of each row. */
  private static final String MERGES =
      """
      {numeric: 1} | {numeric: 3.14159} | {numeric: 3.14159}
      {string: a} | {bool: true} | {string: a, bool: true}
      {setStr: [a, b, c]} | {setStr: [a, b]} | {setStr: [a, b, c]}
      {setStr: [a, b]} | {setStr: [a, b, c]} | {setStr: [a, b, c]}
      {setStr: [a, b, c]} | {setStr: []} | {setStr: [a, b, c]}
      {setStr: []} | {setStr: [a, b, c]} | {setStr: [a, b, c]}
      {setStr: [a, b]} | {setStr: [b, a]} | {setStr: [b, a]}
      {setStr: [a, b, c]} | {setStr: [d, e, f]} | {setStr: [a, b, c, d, e, f]}
      {setStr: [a, b, c]} | {setStr: [c, d, e]} | {setStr: [a, b, c, d, e]}
      {setStr: [a, b, c, g, f]} | {setStr: [c, d, e, f]} | {setStr: [a, b, c, g, d, e, f]}
      {setStr: [c, d, e, f]} | {setStr: [a, c, e]} | {setStr: [a, c, d, e, f]}
      {setStr: [a, b, c, x, z]} | {setStr: [d, e, x, z]} | {setStr: [a, b, c, d, e, x, z]}
      {setStr: [c, a, g, f]} | {setStr: [c, f, a, g]} | {setStr: [c, f, a, g]}
      {setStr: [a, b, c, d]} | {setStr: [d, e, f, a]} | {setStr: [b, c, d, e, f, a]}
      {setStr: [c, d, e, f, g, h, i, j]} | {setStr: ['2', h, '3', e, '4', k, l]} | {setStr: [c, d, f, g, '2', h, i, j, '3', e, '4', k, l]}
      {setStr: [a, b, c, d, e, f, g, h, i, j]} | {setStr: ['1', b, '2', h, '3', e, '4', k, l]} | {setStr: [a, '1', b, c, d, f, g, '2', h, i, j, '3', e, '4', k, l]}
      {setStr: [a, b, b]} | {setStr: [c]} | {setStr: [a, b, b, c]}
      {setStr: [a, b, b]} | {setStr: [b]} | {setStr: [a, b]}
      {setStr: [a, b, b]} | {setStr: [a]} | {setStr: [a, b, b]}
      {setStr: [a, b, c, d, e, c]} | {setStr: ['1', b, '2', e, d]} | {setStr: [a, '1', b, c, '2', e, c, d]}
      {setStr: [a, b, c, d, e, c]} | {setStr: ['1', b, '2', c, e, d]} | {setStr: [a, '1', b, '2', c, e, d]}
      {setStr: [a, a, b, b]} | {setStr: [b, c, d]} | {setStr: [a, a, b, c, d]}
      {setStr: [a, a, b, b]} | {setStr: []} | {setStr: [a, a, b, b]}
      {setBool: [true]} | {setBool: [false]} | {setBool: [true, false]}
      {setNumeric: [1, 2, 3.5]} | {setNumeric: [1, 2, 3]} | {setNumeric: [1, 2, 3.5, 3]}
      {setNumeric: [1, 2, 3.5, 1, 2]} | {setNumeric: [1, 2, 3]} | {setNumeric: [1, 2, 3.5, 3]}
      {list: [{key: a, id: 1, value: {a: a}}]} | {list: [{key: a, id: 1, value: {b: b}, bv: true}]} | {list: [{key: a, id: 1, value: {a: a, b: b}, bv: true}]}
      {list: [{key: a, id: 1}, {key: b, id: 1}]} | {list: [{key: a, id: 2}]} | {list: [{key: a, id: 1}, {key: b, id: 1}, {key: a, id: 2}]}
      {list: [{key: a, id: 1, nv: 1}, {key: a, id: 2, nv: 2}]} | {list: [{key: a, id: 2, nv: 3}, {key: a, id: 1}]} | {list: [{key: a, id: 2, nv: 3}, {key: a, id: 1, nv: 1}]}
      {defaulted: [{port: 80, name: a}]} | {defaulted: [{port: 80, protocol: TCP}]} | {defaulted: [{port: 80, protocol: TCP, name: a}]}
      {atomicList: [a, b]} | {atomicList: [c]} | {atomicList: [c]}
      {atomicList: [a, b]} | {atomicList: []} | {atomicList: []}
      {atomicMap: {a: a}} | {atomicMap: {b: b}} | {atomicMap: {b: b}}
      {map: {a: a}} | {map: {b: b}} | {map: {a: a, b: b}}
      {map: {a: a}} | {map: {a: null}} | {map: {a: null}}
      {map: {a: a}} | {map: null} | {map: {a: a}}
      {free: {a: {b: 1}}} | {free: {a: {c: 2}}} | {free: {a: {b: 1, c: 2}}}
      {free: {a: [1, 2]}} | {free: {a: [3]}} | {free: {a: [3]}}
      {either: 1} | {either: 10%} | {either: 10%}
      """;

  static List<List<String>> merges() {
    return MERGES.lines().map(row -> List.of(row.split(" \\| "))).toList();
  }

  @ParameterizedTest
  @MethodSource("merges")
  void of_wholeAndPart_givesUpstreamsResult(List<String> row) {
    JsonNode merged = Merge.of(TYPE, yaml(row.get(0)), yaml(row.get(1)));
    assertEquals(Json.parse(yaml(row.get(2)).toString()), Json.parse(merged.toString()));
  }

  static List<List<String>> refusals() {
    return List.of(
        List.of("{unknown: 1}", ".unknown: field not declared in schema"),
        List.of(
            "{list: [{value: {}}]}",
            ".list: element 0: associative list with keys has an"
                + " element that omits all key fields [\"key\" \"id\"] (and doesn't have default values"
                + " for any key fields)"),
        List.of(
            "{list: [a]}",
            ".list: element 0: associative list with keys may not have non-map" + " elements"),
        List.of("{setStr: [a, a]}", ".setStr: duplicate entries for key [=\"a\"]"),
        List.of(
            "{list: [{key: a, id: 1}, {key: a, id: 1}]}",
            ".list: duplicate entries for key" + " [id=1,key=\"a\"]"),
        List.of("{numeric: a}", ".numeric: expected numeric (int or float), got string"),
        List.of(
            "{list: [{key: a, id: 1, bv: 2}]}",
            ".list[id=1,key=\"a\"].bv: expected boolean," + " got 2"),
        List.of("{setStr: {a: b}}", ".setStr: expected list, got &{{\"a\":\"b\"}}"));
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void require_wrongValue_saysWhere(List<String> row) {
    String why =
        assertThrows(MergeException.class, () -> TypeCheck.require(TYPE, yaml(row.get(0))))
            .getMessage();
    assertEquals(row.get(1), why);
  }

  static List<List<String>> comparisons() {
    return List.of(
        // before, after, removed, modified, added
        List.of("{string: a}", "{string: a}", "", "", ""),
        List.of("{string: a}", "{string: b}", "", ".string", ""),
        List.of("{string: a}", "{}", ".string", "", ""),
        List.of("{}", "{map: {a: b}}", "", "", ".map .map.a"),
        List.of("{map: {a: b}}", "{}", ".map .map.a", "", ""),
        List.of("{map: {a: b}}", "{map: {c: d}}", ".map.a", "", ".map.c"),
        List.of("{atomicMap: {a: b}}", "{atomicMap: {c: d}}", "", ".atomicMap", ""),
        List.of("{atomicList: [a]}", "{atomicList: [b]}", "", ".atomicList", ""),
        List.of("{setStr: [a, b]}", "{setStr: [b, c]}", ".setStr[=\"a\"]", "", ".setStr[=\"c\"]"),
        List.of(
            "{list: [{key: a, id: 1, nv: 1}]}",
            "{list: [{key: a, id: 1, nv: 2}, {key: b, id: 1}]}",
            "",
            ".list[id=1,key=\"a\"].nv",
            ".list[id=1,key=\"b\"] .list[id=1,key=\"b\"].id .list[id=1,key=\"b\"].key"),
        List.of("{map: {}}", "{map: null}", "", ".map", ""),
        List.of("{numeric: 1}", "{numeric: 1.0}", "", "", ""),
        // Doubles: structured-merge-diff merge/duplicates_test.go
        List.of("{setStr: [a]}", "{setStr: [a, a]}", ".setStr[=\"a\"]", "", ".setStr[=\"a\"]"),
        List.of("{setStr: [a, a]}", "{setStr: [a, a, a]}", "", ".setStr[=\"a\"]", ""),
        List.of("{free: {a: {b: 1}}}", "{free: {a: {b: 2}}}", "", ".free.a.b", ""),
        List.of("{either: 1}", "{either: '1'}", "", ".either", ""));
  }

  @ParameterizedTest
  @MethodSource("comparisons")
  void of_twoObjects_tellsWhatDiffers(List<String> row) {
    Comparison found = Comparison.of(TYPE, yaml(row.get(0)), yaml(row.get(1)));
    assertEquals(row.get(2), shown(found.removed()), "removed");
    assertEquals(row.get(3), shown(found.modified()), "modified");
    assertEquals(row.get(4), shown(found.added()), "added");
  }

  private static String shown(FieldSet set) {
    return set.toString().replace('\n', ' ');
  }

  static List<List<String>> sets() {
    return List.of(
        List.of("{string: a, numeric: 1}", "{\"f:numeric\":{},\"f:string\":{}}"),
        List.of("{map: {a: b}}", "{\"f:map\":{\"f:a\":{}}}"),
        List.of("{map: {}}", "{\"f:map\":{}}"),
        List.of("{map: null}", "{\"f:map\":{}}"),
        List.of("{setStr: [b, a]}", "{\"f:setStr\":{\"v:\\\"a\\\"\":{},\"v:\\\"b\\\"\":{}}}"),
        List.of("{setStr: []}", "{}"),
        List.of("{atomicList: []}", "{\"f:atomicList\":{}}"),
        List.of("{atomicMap: {a: b}}", "{\"f:atomicMap\":{}}"),
        List.of(
            "{list: [{key: a, id: 1, value: {x: y}}]}",
            "{\"f:list\":{\"k:{\\\"id\\\":1,\\\"key\\\":\\\"a\\\"}\":{\".\":{},\"f:id\":{},\"f:key\":{},"
                + "\"f:value\":{\"f:x\":{}}}}}"),
        List.of(
            "{defaulted: [{port: 80}]}",
            "{\"f:defaulted\":{\"k:{\\\"port\\\":80,\\\"protocol\\\":\\\"TCP\\\"}\":{\".\":{},"
                + "\"f:port\":{}}}}"),
        List.of("{free: {a: {b: 1}}}", "{\"f:free\":{\"f:a\":{\".\":{},\"f:b\":{}}}}"));
  }

  @ParameterizedTest
  @MethodSource("sets")
  void of_configuration_ownsItsLeavesAndElements(List<String> row) {
    FieldSet set = FieldSets.of(TYPE, yaml(row.get(0)));
    String written = new String(FieldsV1.write(set), StandardCharsets.UTF_8);
    if (!row.get(1).contains("f:free")) {
      assertEquals(row.get(1), written);
    }
    assertEquals(set, FieldsV1.read(written.getBytes(StandardCharsets.UTF_8)));
  }
}
