package dev.wherry.cli.client.top;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.model.json.Json;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** The texts are those of kubectl's metrics_printer_test, trailing blanks included. */
class UsageTablesTest {
  private static String printed(Consumer<UsageTables> tables) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    tables.accept(new UsageTables(new PrintStream(bytes, true, StandardCharsets.UTF_8)));
    return bytes.toString(StandardCharsets.UTF_8).replaceAll(" +\n", "\n");
  }

  private static Usage node(String name, String cpu, String memory) {
    JsonNode metrics =
        Json.parse(
            """
            {"metadata": {"name": "%s"}, "usage": {"cpu": "%s", "memory": "%s"}}
            """
                .formatted(name, cpu, memory));
    return Usage.of(metrics);
  }

  private static Usage pod(String namespace, String name, String... containers) {
    StringBuilder all = new StringBuilder();
    for (String container : containers) {
      String[] parts = container.split(" ", -1);
      all.append(all.isEmpty() ? "" : ",")
          .append(
              """
              {"name": "%s", "usage": {"cpu": "%s", "memory": "%s"}}
              """
                  .formatted(parts[0], parts[1], parts[2]));
    }
    return Usage.of(
        Json.parse(
            """
            {"metadata": {"name": "%s", "namespace": "%s"}, "containers": [%s]}
            """
                .formatted(name, namespace, all)));
  }

  @Test
  void nodes_sharesAndUnknown_areShown() {
    JsonNode amounts = Json.parse("{\"cpu\": \"2\", \"memory\": \"4Gi\"}");
    String text =
        printed(tables ->
            tables.nodes(
                List.of(node("n2", "250m", "1Gi"), node("n1", "1999999999n", "512Mi")),
                Map.of("n1", amounts, "n2", amounts, "n3", amounts),
                true,
                ""));
    assertEquals(
        """
        NAME   CPU(cores)   CPU(%)      MEMORY(bytes)   MEMORY(%)
        n1     2000m        100%        512Mi           12%
        n2     250m         12%         1024Mi          25%
        n3     <unknown>    <unknown>   <unknown>       <unknown>
        """,
        text);
  }

  @Test
  void pods_plain_areSortedByName() {
    List<Usage> pods = List.of(pod("a", "web-1", "c 5m 8Mi"), pod("a", "web-0", "c 1m 2Mi"));
    assertEquals(
        """
        NAME    CPU(cores)   MEMORY(bytes)
        web-0   1m           2Mi
        web-1   5m           8Mi
        """,
        printed(t -> t.pods(pods, new UsageTables.PodStyle(false, false, true, "", false))));
    assertEquals(
        """
        web-1   5m   8Mi
        web-0   1m   2Mi
        """,
        printed(t -> t.pods(pods, new UsageTables.PodStyle(false, false, false, "cpu", false)))
            .replaceAll("  +", "   "));
  }

  @Test
  void pods_containersNamespacesAndSum_standInTheirColumns() {
    List<Usage> pods =
        List.of(
            pod("ns1", "pod1", "container1-2 4m 5Mi", "container1-1 1m 2Mi"),
            pod("ns0", "pod2", "container2-1 7m 8Mi"));
    assertEquals(
        """
        NAMESPACE   POD    NAME           CPU(cores)   MEMORY(bytes)
        ns0         pod2   container2-1   7m           8Mi
        ns1         pod1   container1-1   1m           2Mi
        ns1         pod1   container1-2   4m           5Mi
                                          ________     ________
                                          12m          15Mi
        """,
        printed(t -> t.pods(pods, new UsageTables.PodStyle(true, true, true, "", true))));
  }
}
