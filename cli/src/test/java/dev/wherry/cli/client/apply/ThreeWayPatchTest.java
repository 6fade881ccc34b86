package dev.wherry.cli.client.apply;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.json.Json;
import dev.wherry.model.patch.MergePatch;
import dev.wherry.model.patch.MergeRules;
import dev.wherry.model.patch.StrategicMergePatch;
import dev.wherry.model.schema.Schema;
import org.junit.jupiter.api.Test;

class ThreeWayPatchTest {
  private static final MergeRules DEPLOYMENT =
      Schema.builtin()
          .ofKind("apps", "v1", "Deployment")
          .map(Schema.builtin()::mergeRules)
          .orElseThrow();

  private static ObjectNode tree(String json) {
    return (ObjectNode) Json.parse(json.replace('\'', '"'));
  }

  private static ObjectNode deployment(String podSpec) {
    return tree("{'spec':{'template':{'spec':" + podSpec + "}}}");
  }

  @Test
  void of_sameManifest_isEmptyWhateverOthersAdded() {
    ObjectNode manifest = tree("{'spec':{'a':1}}");

    ObjectNode patch =
        ThreeWayPatch.of(
            manifest, manifest, tree("{'spec':{'a':1,'b':2},'status':{}}"), DEPLOYMENT);

    assertTrue(patch.isEmpty(), patch.toString());
  }

  @Test
  void of_droppedField_isDeletedOthersStay() {
    ObjectNode patch =
        ThreeWayPatch.of(
            tree("{'data':{'a':'1','b':'2'}}"),
            tree("{'data':{'a':'1'}}"),
            tree("{'data':{'a':'1','b':'2','c':'3'}}"),
            MergeRules.NONE);

    assertEquals(tree("{'data':{'b':null}}"), patch);
    assertEquals(
        tree("{'data':{'a':'1','c':'3'}}"),
        MergePatch.apply(tree("{'data':{'a':'1','b':'2','c':'3'}}"), patch));
  }

  @Test
  void of_listByMergeKey_changesAddsAndDeletesElements() {
    ObjectNode original =
        deployment("{'containers':[{'name':'a','image':'1'},{'name':'b','image':'1'}]}");
    ObjectNode modified =
        deployment("{'containers':[{'name':'c','image':'3'},{'name':'a','image':'2'}]}");
    ObjectNode current =
        deployment(
            "{'containers':[{'name':'a','image':'1','tty':true},{'name':'b','image':'1'},"
                + "{'name':'injected','image':'9'}]}");

    ObjectNode patch = ThreeWayPatch.of(original, modified, current, DEPLOYMENT);

    assertEquals(
        deployment(
            "{'containers':[{'name':'c','image':'3'},{'image':'2','name':'a'},"
                + "{'$patch':'delete','name':'b'}],"
                + "'$setElementOrder/containers':[{'name':'c'},{'name':'a'}]}"),
        patch);
    assertEquals(
        deployment(
            "{'containers':[{'name':'c','image':'3'},{'name':'a','image':'2','tty':true},"
                + "{'name':'injected','image':'9'}]}"),
        StrategicMergePatch.apply(current, patch, DEPLOYMENT));
  }

  @Test
  void of_scalarSet_deletesFromIt() {
    MergeRules pod =
        Schema.builtin().ofKind("", "v1", "Pod").map(Schema.builtin()::mergeRules).orElseThrow();
    ObjectNode current = tree("{'metadata':{'finalizers':['a/b','c/d','e/f']}}");

    ObjectNode patch =
        ThreeWayPatch.of(
            tree("{'metadata':{'finalizers':['a/b','c/d']}}"),
            tree("{'metadata':{'finalizers':['a/b']}}"),
            current,
            pod);

    assertEquals(
        tree("{'metadata':{'finalizers':['a/b','e/f']}}"),
        StrategicMergePatch.apply(current, patch, pod));
  }

  @Test
  void of_changedStrategy_retainsOnlyTheManifestsKeys() {
    ObjectNode patch =
        ThreeWayPatch.of(
            Json.object(),
            tree("{'spec':{'strategy':{'type':'Recreate'}}}"),
            tree("{'spec':{'strategy':{'type':'RollingUpdate','rollingUpdate':{'maxSurge':1}}}}"),
            DEPLOYMENT);

    assertEquals(tree("{'spec':{'strategy':{'type':'Recreate','$retainKeys':['type']}}}"), patch);
  }

  @Test
  void annotated_manifest_carriesItself() {
    ObjectNode annotated = LastApplied.annotated(tree("{'kind':'X','metadata':{'name':'a<b'}}"));

    assertEquals(
        "{\"kind\":\"X\",\"metadata\":{\"annotations\":{},\"name\":\"a\\u003cb\"}}\n",
        annotated.path("metadata").path("annotations").path(LastApplied.KEY).asText());
    assertEquals(
        tree("{'kind':'X','metadata':{'annotations':{},'name':'a<b'}}"),
        LastApplied.of(annotated).orElseThrow());
  }
}
