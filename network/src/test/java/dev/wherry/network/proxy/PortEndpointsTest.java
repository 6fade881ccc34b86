package dev.wherry.network.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.wherry.model.core.v1.ServicePort;
import dev.wherry.network.rules.AddressFamily;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whom a node takes of a Service's endpoints by their hints; this one is n1 in zone a. */
class PortEndpointsTest {
  private static final String READY = "ready: true, serving: true";
  private static final String ENDING = "ready: false, serving: true, terminating: true";

  private static String endpoint(int number, String state, String hints) {
    return "{addresses: [10.42.0.%d], nodeName: n%d, conditions: {%s}, hints: {%s}}"
        .formatted(number, number, state, hints);
  }

  /** A hint as {@code n1+n2} for nodes, {@code a+b} for zones, and {@code -} for none. */
  private static String hints(String text) {
    if (text.equals("-")) {
      return "";
    }
    String names =
        List.of(text.split("\\+")).stream()
            .map(name -> "{name: " + name + "}")
            .collect(Collectors.joining(", "));
    return (text.startsWith("n") ? "forNodes: [" : "forZones: [") + names + "]";
  }

  private static String taken(String zone, String first, String second, String third) {
    NodeFacts facts = new NodeFacts("n1", List.of(), List.of(), true, zone);
    PortEndpoints found =
        PortEndpoints.of(
            AddressFamily.V4,
            ServicePort.builder().name("p").port(80).build(),
            List.of(
                Objects.slice(
                    "web",
                    "IPv4",
                    "name: p, port: 8080",
                    endpoint(1, READY, hints(first)),
                    endpoint(2, READY, hints(second)),
                    endpoint(
                        3,
                        third.equals("ending") ? ENDING : READY,
                        third.equals("ending") ? "" : hints(third)))),
            facts);
    return found.all().stream()
        .map(backend -> String.valueOf(backend.address().toArray()[3]))
        .collect(Collectors.joining(" "));
  }

  @ParameterizedTest
  @CsvSource({
    // no hints, a hint for all, one that some lack, and one that leaves nobody
    "a, -, -, -, 1 2 3",
    "a, a, b, b, 1",
    "a, a+b, b, a, 1 3",
    "a, a, b, -, 1 2 3",
    "a, b, b, c, 1 2 3",
    // a node without a zone takes all
    "'', a, b, b, 1 2 3",
    // the node's own come before its zone's
    "a, n1, n2, n3, 1",
    "a, n2, n2, n3, 1 2 3",
    "a, n1, n1+n2, n3, 1 2",
    // an endpoint that ends needs no hint
    "a, a, b, ending, 1",
  })
  void of_hints_areFollowedWhereTheyHelp(
      String zone, String first, String second, String third, String taken) {
    assertEquals(taken, taken(zone, first, second, third));
  }
}
