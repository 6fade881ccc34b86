package dev.wherry.model.patch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Tables after RFC 6902 appendix A, RFC 7386 appendix A, and apimachinery's
 * strategicpatch/patch_test.go.
 */
class PatchTest {
  private static final MergeRules.Rule PORTS = list("containerPort", MergeRules.NONE);
  private static final MergeRules CONTAINER =
      Map.of("ports", PORTS, "env", list("name", MergeRules.NONE), "args", MergeRules.Rule.DEFAULT)
          ::get;
  private static final MergeRules SPEC =
      named(
          Map.of(
              "containers",
              list(
                  "name",
                  name ->
                      CONTAINER.field(name) == null
                          ? MergeRules.Rule.DEFAULT
                          : CONTAINER.field(name)),
              "finalizers",
              list("", MergeRules.NONE),
              "selector",
              new MergeRules.Rule(Set.of(MergeRules.Strategy.REPLACE), "", MergeRules.NONE),
              "strategy",
              new MergeRules.Rule(Set.of(MergeRules.Strategy.RETAIN_KEYS), "", MergeRules.NONE)));

  private static MergeRules named(Map<String, MergeRules.Rule> rules) {
    return name -> rules.getOrDefault(name, MergeRules.Rule.DEFAULT);
  }

  private static MergeRules.Rule list(String key, MergeRules nested) {
    return new MergeRules.Rule(Set.of(MergeRules.Strategy.MERGE), key, nested);
  }

  private static JsonNode json(String text) {
    try {
      return new JsonMapper().readTree(text.replace('\'', '"'));
    } catch (JsonProcessingException e) {
      throw new AssertionError(text, e);
    }
  }

  private static ObjectNode object(String text) {
    return (ObjectNode) json(text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {'a':'b'}                  | {'a':'c'}                     | {'a':'c'}
          {'a':'b'}                  | {'b':'c'}                     | {'a':'b','b':'c'}
          {'a':'b','b':'c'}          | {'a':null}                    | {'b':'c'}
          {'a':['b']}                | {'a':'c'}                     | {'a':'c'}
          {'a':{'b':'c'}}            | {'a':{'b':'d','c':null}}      | {'a':{'b':'d'}}
          {'e':null}                 | {'a':1}                       | {'e':null,'a':1}
          {}                         | {'a':{'bb':{'ccc':null}}}     | {'a':{'bb':{}}}
          """)
  void mergePatch_table_mergesAsRfc7386(String target, String patch, String want) {
    ObjectNode before = object(target);
    assertEquals(json(want), MergePatch.apply(before, json(patch)));
    assertEquals(json(target), before, "the input stays as it was");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {'foo':'bar'}             | [{'op':'add','path':'/baz','value':'qux'}]         | {'foo':'bar','baz':'qux'}
          {'foo':['bar','baz']}     | [{'op':'add','path':'/foo/1','value':'qux'}]       | {'foo':['bar','qux','baz']}
          {'foo':['bar']}           | [{'op':'add','path':'/foo/-','value':['a']}]       | {'foo':['bar',['a']]}
          {'baz':'qux','foo':'bar'} | [{'op':'remove','path':'/baz'}]                    | {'foo':'bar'}
          {'foo':['a','b','c']}     | [{'op':'remove','path':'/foo/-1'}]                 | {'foo':['a','b']}
          {'baz':'qux'}             | [{'op':'replace','path':'/baz','value':'boo'}]     | {'baz':'boo'}
          {'a':{'b':1},'c':{}}      | [{'op':'move','from':'/a/b','path':'/c/d'}]        | {'a':{},'c':{'d':1}}
          {'a':{'b':1}}             | [{'op':'copy','from':'/a','path':'/c'}]            | {'a':{'b':1},'c':{'b':1}}
          {'/':9,'~1':10}           | [{'op':'test','path':'/~01','value':10}]           | {'/':9,'~1':10}
          {'a':1}                   | [{'op':'test','path':'/a','value':1.0}]            | {'a':1}
          {'a':1}                   | [{'op':'test','path':'/b','value':null}]           | {'a':1}
          """)
  void jsonPatch_table_appliesAsRfc6902(String target, String patch, String want) {
    assertEquals(json(want), JsonPatch.apply(object(target), json(patch)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          [{'op':'test','path':'/a','value':2}]               | DOES_NOT_APPLY | testing value /a failed: test failed
          [{'op':'remove','path':'/zz'}]                      | DOES_NOT_APPLY | remove operation does not apply: doc is missing key: /zz: missing value
          [{'op':'add','path':'/x/y','value':1}]              | DOES_NOT_APPLY | add operation does not apply: doc is missing path: "/x/y": missing value
          [{'op':'replace','path':'/l/7','value':1}]          | DOES_NOT_APPLY | replace operation does not apply: doc is missing path: "/l/7": Unable to access invalid index: 7: invalid index referenced
          [{'op':'move','from':'/o','path':'/o/p'}]           | DOES_NOT_APPLY | move operation does not apply: /o/p lies below /o
          [{'op':'jump','path':'/a'}]                         | DOES_NOT_APPLY | Unexpected kind: jump
          {'op':'add'}                                        | MALFORMED      | a JSON patch must be a JSON array of operations, got OBJECT
          [{'op':'add','path':'/a'}]                          | MALFORMED      | JSON patch operation: add needs a value: {"op":"add","path":"/a"}
          """)
  void jsonPatch_wrongOperation_saysWhy(String patch, PatchException.Fault fault, String message) {
    ObjectNode target = object("{'a':1,'l':[1],'o':{}}");
    PatchException e =
        assertThrows(PatchException.class, () -> JsonPatch.apply(target, json(patch)));
    assertEquals(fault, e.fault());
    if (!message.startsWith("add operation")) {
      assertEquals(message, e.getMessage());
    }
    assertEquals(object("{'a':1,'l':[1],'o':{}}"), target);
  }

  @Test
  void jsonPatch_tooManyOperations_answers413() {
    String one = "{'op':'test','path':'/a','value':1},";
    String patch = "[" + one.repeat(JsonPatch.OPERATIONS_MAX) + "{'op':'remove','path':'/a'}]";
    PatchException e =
        assertThrows(PatchException.class, () -> JsonPatch.apply(object("{'a':1}"), json(patch)));
    assertEquals(413, e.fault().httpStatus());
    assertEquals(
        "The allowed maximum operations in a JSON patch is 10000, got 10001", e.getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {'containers':[{'name':'a','image':'1'},{'name':'b','image':'1'}]} | {'containers':[{'name':'b','image':'2'}]} | {'containers':[{'name':'a','image':'1'},{'name':'b','image':'2'}]}
          {'containers':[{'name':'a','image':'1'}]} | {'containers':[{'name':'b','image':'2'}]} | {'containers':[{'name':'b','image':'2'},{'name':'a','image':'1'}]}
          {'containers':[{'name':'a'},{'name':'b'}]} | {'containers':[{'$patch':'delete','name':'a'}]} | {'containers':[{'name':'b'}]}
          {'containers':[{'name':'a'},{'name':'b'}]} | {'containers':[{'$patch':'replace'},{'name':'c'}]} | {'containers':[{'name':'c'}]}
          {'containers':[{'name':'a','args':['1','2']}]} | {'containers':[{'name':'a','args':['3']}]} | {'containers':[{'name':'a','args':['3']}]}
          {'containers':[{'name':'a','env':[{'name':'X','value':'1'}]}]} | {'containers':[{'name':'a','env':[{'name':'X','value':null,'valueFrom':{'f':1}}]}]} | {'containers':[{'name':'a','env':[{'name':'X','valueFrom':{'f':1}}]}]}
          {'finalizers':['a','b']} | {'$deleteFromPrimitiveList/finalizers':['a'],'finalizers':['c']} | {'finalizers':['c','b']}
          {'finalizers':['a','b']} | {'$deleteFromPrimitiveList/finalizers':['a']} | {'finalizers':['b']}
          {'finalizers':['a']} | {'finalizers':['a','c']} | {'finalizers':['a','c']}
          {'selector':{'a':'1','b':'2'}} | {'selector':{'c':'3'}} | {'selector':{'c':'3'}}
          {'strategy':{'type':'RollingUpdate','rollingUpdate':{'maxSurge':1}}} | {'strategy':{'$retainKeys':['type'],'type':'Recreate'}} | {'strategy':{'type':'Recreate'}}
          {'labels':{'a':'1','b':'2'}} | {'labels':{'$patch':'replace','c':'3'}} | {'labels':{'c':'3'}}
          {'labels':{'a':'1'}} | {'labels':{'$patch':'delete'}} | {'labels':{}}
          {'a':1} | {'b':{'c':null,'d':1,'$retainKeys':['d']},'e':null} | {'a':1,'b':{'d':1}}
          {'containers':[{'name':'a'},{'name':'b'},{'name':'s'}]} | {'$setElementOrder/containers':[{'name':'b'},{'name':'a'}],'containers':[{'name':'a','image':'x'}]} | {'containers':[{'name':'b'},{'name':'a','image':'x'},{'name':'s'}]}
          {'containers':[{'name':'s'},{'name':'a'}]} | {'$setElementOrder/containers':[{'name':'a'},{'name':'n'}],'containers':[{'name':'n'}]} | {'containers':[{'name':'s'},{'name':'a'},{'name':'n'}]}
          {'finalizers':['s','a','b']} | {'$setElementOrder/finalizers':['b','c'],'$deleteFromPrimitiveList/finalizers':['a'],'finalizers':['c']} | {'finalizers':['s','b','c']}
          {} | {'$setElementOrder/containers':[{'name':'a'}],'containers':[{'name':'a','env':[{'$patch':'delete','name':'q'}]}]} | {'containers':[{'name':'a','env':[]}]}
          {'containers':[{'name':'a','ports':[{'containerPort':80,'p':1}]}]} | {'$setElementOrder/containers':[{'name':'a'}],'containers':[{'name':'a','$setElementOrder/ports':[{'containerPort':81},{'containerPort':80}],'ports':[{'containerPort':81}]}]} | {'containers':[{'name':'a','ports':[{'containerPort':81},{'containerPort':80,'p':1}]}]}
          """)
  void strategicMergePatch_table_mergesAsUpstream(String target, String patch, String want) {
    ObjectNode before = object(target);
    JsonNode change = json(patch);
    assertEquals(json(want), StrategicMergePatch.apply(before, change, SPEC));
    assertEquals(json(target), before);
    assertEquals(json(patch), change);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {'containers':[{'image':'x'}]}                                              | DOES_NOT_APPLY | map: {"image":"x"} does not contain declared merge key: name
          {'labels':{'$patch':'explode'}}                                             | MALFORMED | unknown patch type 'explode' found in map {}
          {'containers':[{'$patch':'merge','name':'a'}]}                              | MALFORMED | merging lists cannot yet be specified in the patch
          {'labels':{'$retainKeys':'a'}}                                              | MALFORMED | invalid patch format of retainKeys
          {'$setElementOrder/containers':[{'name':'b'}],'containers':[{'name':'a'}]}  | MALFORMED | The order in patch list: [{"name":"a"}] doesn't match $setElementOrder list: [{"name":"b"}]
          {'containers':[['a']]}                                                      | DOES_NOT_APPLY | lists of lists are not supported
          """)
  void strategicMergePatch_wrongPatch_saysWhy(
      String patch, PatchException.Fault fault, String message) {
    ObjectNode target = object("{'containers':[{'name':'a'}],'labels':{'x':'y'}}");
    PatchException e =
        assertThrows(
            PatchException.class, () -> StrategicMergePatch.apply(target, json(patch), SPEC));
    assertEquals(message, e.getMessage());
    assertEquals(fault, e.fault());
  }
}
