package dev.wherry.cli.client.fit;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.cli.client.print.TabWriter;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;

/** A sentence, a line for each workload, a line for each node that is used. */
final class FitTable {
  /** Nodes named behind a workload. */
  private static final int NAMED_MAX = 3;

  private FitTable() {}

  /** The parts of one workload together. */
  private static final class Row {
    private int wanted;
    private int placed;
    private String message = "";
    private final Map<String, Integer> nodes = new LinkedHashMap<>();
  }

  /**
   * @param status as the server answers, with parts that the server refused to make
   * @param nodesMax lines of nodes at most; the rest is counted
   */
  static void print(JsonNode status, PrintStream out, int nodesMax) {
    JsonNode nodes = status.path("nodes");
    out.printf(
        "the stack %s: room for %d of %d pods, on %d of %d nodes%n%n",
        status.path("fits").asBoolean() ? "fits" : "does not fit",
        status.path("placed").asInt(),
        status.path("pods").asInt(),
        nodes.size(),
        status.path("nodesOfAll").asInt());
    TabWriter table = TabWriter.ofTables(out);
    table.line("WORKLOAD\tPODS\tROOM\tNODES\tWHY");
    rows(status)
        .forEach((name, row) ->
            table.line(
                String.join(
                    "\t",
                    name,
                    String.valueOf(row.wanted),
                    String.valueOf(row.placed),
                    named(row.nodes),
                    row.message)));
    table.flush();
    if (!nodes.isEmpty()) {
      out.println();
      nodes(nodes, out, nodesMax);
    }
  }

  private static Map<String, Row> rows(JsonNode status) {
    Map<String, Row> rows = new LinkedHashMap<>();
    for (JsonNode part : status.path("parts")) {
      Row row = rows.computeIfAbsent(part.path("name").asText(), name -> new Row());
      row.wanted += part.path("wanted").asInt();
      row.placed += part.path("placed").asInt();
      row.message = row.message.isEmpty() ? part.path("message").asText("") : row.message;
      part.path("nodes")
          .properties()
          .forEach(node -> row.nodes.merge(node.getKey(), node.getValue().asInt(), Integer::sum));
    }
    return rows;
  }

  private static String named(Map<String, Integer> nodes) {
    StringJoiner text = new StringJoiner(", ");
    List<Map.Entry<String, Integer>> all = new ArrayList<>(nodes.entrySet());
    for (Map.Entry<String, Integer> node : all.subList(0, Math.min(NAMED_MAX, all.size()))) {
      text.add(node.getValue() == 1 ? node.getKey() : node.getKey() + " x" + node.getValue());
    }
    if (all.size() > NAMED_MAX) {
      text.add("and " + (all.size() - NAMED_MAX) + " more");
    }
    return nodes.isEmpty() ? "-" : text.toString();
  }

  private static void nodes(JsonNode nodes, PrintStream out, int nodesMax) {
    TabWriter table = TabWriter.ofTables(out);
    table.line("NODE\tNEW PODS\tCPU\tMEMORY");
    int shown = 0;
    for (JsonNode node : nodes) {
      if (shown++ < nodesMax) {
        table.line(
            String.join(
                "\t",
                node.path("name").asText(),
                node.path("pods").asText(),
                amount(node.path("cpu")),
                amount(node.path("memory"))));
      }
    }
    table.flush();
    if (shown > nodesMax) {
      out.printf("... and %d more: --nodes %d shows all%n", shown - nodesMax, shown);
    }
  }

  private static String amount(JsonNode amount) {
    return amount.path("requested").asText() + " of " + amount.path("allocatable").asText();
  }
}
