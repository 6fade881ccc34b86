package dev.wherry.model.schema;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.json.Yaml;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Nulls where Go writes them; the pairs were answered by a kube-apiserver v1.36.2. */
class NullFieldsTest {
  private static final Schema SCHEMA = Schema.builtin();

  private static ObjectNode yaml(String text) {
    return (ObjectNode) Yaml.parse(text.getBytes(StandardCharsets.UTF_8)).tree();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '^',
      value = {
        "{apiVersion: v1, kind: Event} ^"
            + " {apiVersion: v1, kind: Event,"
            + " eventTime: null, firstTimestamp: null, lastTimestamp: null}",
        "{apiVersion: events.k8s.io/v1, kind: Event, eventTime: x} ^"
            + " {apiVersion: events.k8s.io/v1, kind: Event, eventTime: x,"
            + " deprecatedFirstTimestamp: null, deprecatedLastTimestamp: null}",
        "{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, status: {}} ^"
            + " {apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler,"
            + " status: {currentMetrics: null}}",
        "{apiVersion: v1, kind: Pod, status: {conditions: [{type: Ready}, {lastProbeTime: x}]}} ^"
            + " {apiVersion: v1, kind: Pod, status: {conditions: ["
            + "{type: Ready, lastProbeTime: null, lastTransitionTime: null},"
            + " {lastProbeTime: x, lastTransitionTime: null}]}, }",
        "{apiVersion: v1, kind: EventList, items: [{reason: R}]} ^"
            + " {apiVersion: v1, kind: EventList, items: [{reason: R,"
            + " eventTime: null, firstTimestamp: null, lastTimestamp: null}]}",
        "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {}} ^"
            + " {apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {},"
            + " rules: null}",
      })
  void shown_unsetFields_areNullAndGoAgain(String held, String seen) {
    ObjectNode tree = yaml(held);
    ObjectNode shown = NullFields.shown(SCHEMA, tree);
    assertEquals(yaml(seen), shown);
    assertEquals(yaml(held), tree, "the given tree is not changed");
    assertSame(shown, NullFields.shown(SCHEMA, shown));
    NullFields.drop(SCHEMA, shown);
    assertEquals(yaml(held), shown);
  }

  @Test
  void nulls_ofAnyJson_stay() {
    String revision =
        "{apiVersion: apps/v1, kind: ControllerRevision, revision: 1, data: {spec: null}}";
    ObjectNode tree = yaml(revision);
    assertSame(tree, NullFields.shown(SCHEMA, tree));
    NullFields.drop(SCHEMA, tree);
    assertEquals(yaml(revision), tree);
    String custom = "{apiVersion: rbac.example.io/v1, kind: Role, rules: null}";
    ObjectNode foreign = yaml(custom);
    NullFields.drop(SCHEMA, foreign);
    assertEquals(yaml(custom), foreign);
  }

  @Test
  void table_namesFieldsOfTheSchema() {
    for (String line : Schema.lines("go-nulls.tsv")) {
      String[] cells = line.split("\t", -1);
      assertTrue(
          SCHEMA.type(cells[0]).filter(type -> type.fields().containsKey(cells[1])).isPresent(),
          line);
    }
  }
}
