package dev.wherry.cli.client.why;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.cli.client.print.TabWriter;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** One line for each node, the best first; below a line for the pod as a whole. */
public final class WhyTable {
  private WhyTable() {}

  /**
   * Prints an explanation.
   *
   * @param why as {@code pods/NAME/why} answers
   * @param unapplied whether the pod is not there
   * @param nodesMax lines at most; the rest is counted
   */
  public static void print(JsonNode why, boolean unapplied, PrintStream out, int nodesMax) {
    JsonNode metadata = why.path("metadata");
    String pod = metadata.path("namespace").asText() + "/" + metadata.path("name").asText();
    String node = why.path("nodeName").asText();
    String message = why.path("message").asText();
    out.println(
        unapplied
            ? "pod %s is not applied: were it placed now, %s".formatted(pod, message)
            : node.isEmpty()
                ? "pod %s waits: %s".formatted(pod, message)
                : "pod %s is on %s: were it placed now, %s".formatted(pod, node, message));
    JsonNode nodes = why.path("nodes");
    if (nodes.isEmpty()) {
      return;
    }
    out.println();
    TabWriter table = TabWriter.ofTables(out);
    table.line("NODE\tFITS\tSCORE\tWHY");
    List<JsonNode> shown = new ArrayList<>();
    nodes.forEach(shown::add);
    for (JsonNode one : shown.subList(0, Math.min(nodesMax, shown.size()))) {
      boolean fits = one.path("fits").asBoolean();
      table.line(
          String.join(
              "\t",
              one.path("name").asText(),
              fits ? "yes" : "no",
              fits ? one.path("score").asText() : "",
              fits ? points(one) : objections(one)));
    }
    table.flush();
    if (shown.size() > nodesMax) {
      out.printf("... and %d more: --nodes %d shows all%n", shown.size() - nodesMax, shown.size());
    }
  }

  private static String points(JsonNode node) {
    return node.path("scores")
        .valueStream()
        .map(p ->
            "%s %d x %d"
                .formatted(
                    p.path("plugin").asText(), p.path("score").asLong(), p.path("weight").asInt()))
        .collect(Collectors.joining(", "));
  }

  private static String objections(JsonNode node) {
    return node.path("objections")
        .valueStream()
        .map(WhyTable::objection)
        .collect(Collectors.joining("; "));
  }

  private static String objection(JsonNode objection) {
    String remedy = objection.path("remedy").asText();
    String text = objection.path("plugin").asText() + ": " + objection.path("reason").asText();
    return remedy.isEmpty() ? text : text + " (" + remedy + ")";
  }
}
