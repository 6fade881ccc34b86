package dev.wherry.apiserver.table;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.wherry.model.Quantity;

/** Tables of metrics.k8s.io (metrics-server pkg/api/table). */
final class UsageTables {
  private UsageTables() {}

  static KindTable nodes() {
    return table(UsageTables::ofNode);
  }

  static KindTable pods() {
    return table(UsageTables::ofPod);
  }

  /** What an object uses of a resource. */
  @FunctionalInterface
  private interface Use {
    Quantity of(JsonNode object, String resource);
  }

  private static KindTable table(Use use) {
    KindTable.Builder table = KindTable.builder().name();
    for (String resource : new String[] {"cpu", "memory"}) {
      table.column(
          new Column(resource, "string", "quantity", "", 0),
          (object, _) -> TextNode.valueOf(use.of(object, resource).toString()));
    }
    return table
        .column(
            new Column("Window", "string", "duration", "", 0),
            (object, _) -> TextNode.valueOf(Fields.text(object, "window")))
        .build();
  }

  private static Quantity ofNode(JsonNode node, String resource) {
    return quantity(Fields.text(node, "usage", resource));
  }

  private static Quantity ofPod(JsonNode pod, String resource) {
    Quantity sum = Quantity.ZERO;
    for (JsonNode container : pod.path("containers")) {
      Quantity use = quantity(Fields.text(container, "usage", resource));
      sum = sum.signum() == 0 ? use : sum.plus(use);
    }
    return sum;
  }

  private static Quantity quantity(String text) {
    return text.isEmpty() ? Quantity.ZERO : Quantity.parse(text);
  }
}
