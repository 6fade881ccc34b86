package dev.wherry.cli.client.top;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.cli.client.print.TabWriter;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Prints the tables, cell for cell as kubectl does. */
public final class UsageTables {
  private static final String UNKNOWN = "<unknown>\t";
  private static final String LINE = "________\t";
  private static final String NONE = "\t";
  private static final int POD_COLUMNS = 3;

  private final TabWriter table;

  public UsageTables(PrintStream out) {
    this.table = TabWriter.ofTables(out);
  }

  /**
   * How pods are shown.
   *
   * @param containers one line for each container
   * @param namespaces with a column of namespaces
   * @param sum with a line of the sums
   */
  public record PodStyle(
      boolean containers, boolean namespaces, boolean headers, String sortBy, boolean sum) {}

  /**
   * The table of nodes.
   *
   * @param available amounts by resource, by node; a node without figures is shown as unknown
   */
  public void nodes(
      List<Usage> nodes, Map<String, JsonNode> available, boolean headers, String sortBy) {
    if (headers) {
      table.line("NAME\tCPU(cores)\tCPU(%)\tMEMORY(bytes)\tMEMORY(%)\t");
    }
    Map<String, JsonNode> silent = new TreeMap<>(available);
    for (Usage node : nodes.stream().sorted(Usage.order(sortBy, false)).toList()) {
      JsonNode amounts = silent.remove(node.name());
      table.line(
          node.name()
              + "\t"
              + node.cores()
              + "\t"
              + share(node, amounts, "cpu")
              + node.mebibytes()
              + "\t"
              + share(node, amounts, "memory"));
    }
    silent.keySet().forEach(name -> table.line(name + "\t" + UNKNOWN.repeat(4)));
    table.flush();
  }

  private static String share(
      Usage node, @org.jspecify.annotations.Nullable JsonNode amounts, String resource) {
    if (amounts == null || !amounts.has(resource)) {
      return "";
    }
    var used = resource.equals("cpu") ? node.cpu() : node.memory();
    return Usage.percent(used, Usage.amount(amounts, resource)) + "\t";
  }

  /** The table of pods. */
  public void pods(List<Usage> pods, PodStyle style) {
    if (style.headers()) {
      table.line(
          (style.namespaces() ? "NAMESPACE\t" : "")
              + (style.containers() ? "POD\t" : "")
              + "NAME\tCPU(cores)\tMEMORY(bytes)\t");
    }
    List<Usage> sorted =
        pods.stream().sorted(Usage.order(style.sortBy(), style.namespaces())).toList();
    for (Usage pod : sorted) {
      String lead = style.namespaces() ? pod.namespace() + "\t" : "";
      if (style.containers()) {
        pod.parts().stream()
            .sorted(Usage.order(style.sortBy(), false))
            .forEach(part -> line(lead + pod.name() + "\t", part));
      } else {
        line(lead, pod);
      }
    }
    if (style.sum()) {
      sum(sorted, style);
    }
    table.flush();
  }

  private void line(String lead, Usage usage) {
    table.line(lead + usage.name() + "\t" + usage.cores() + "\t" + usage.mebibytes() + "\t");
  }

  /** Without headers the sum stands where kubectl puts it: as if there were no further columns. */
  private void sum(List<Usage> pods, PodStyle style) {
    int columns = POD_COLUMNS;
    if (style.headers()) {
      columns += (style.namespaces() ? 1 : 0) + (style.containers() ? 1 : 0);
    }
    List<Usage> parts = new ArrayList<>();
    pods.forEach(pod -> parts.addAll(pod.parts()));
    table.line(NONE.repeat(columns - 2) + LINE.repeat(2));
    line(NONE.repeat(columns - POD_COLUMNS), Usage.sum("", "", parts));
  }
}
