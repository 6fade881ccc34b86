package dev.wherry.cli.client.access;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.cli.client.http.Api;
import dev.wherry.cli.client.print.GoText;
import dev.wherry.cli.client.print.ObjectPrinter;
import dev.wherry.cli.client.print.TabWriter;
import dev.wherry.cli.client.verb.ClientCommand;
import dev.wherry.cli.client.verb.OutputOptions;
import dev.wherry.cli.client.verb.Session;
import dev.wherry.cli.client.verb.Streams;
import dev.wherry.model.json.Json;
import java.util.Optional;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code wherry auth whoami}. */
@Command(
    name = "whoami",
    description = "Ask as whom the server sees one.",
    mixinStandardHelpOptions = true)
final class WhoAmI extends ClientCommand {
  private static final String GROUP = "authentication.k8s.io/v1";

  @Mixin private OutputOptions output = new OutputOptions();

  WhoAmI(Streams streams) {
    super(streams);
  }

  @Override
  protected int run(Session session) {
    ObjectNode review = Json.object();
    review.put("apiVersion", GROUP).put("kind", "SelfSubjectReview");
    JsonNode answer =
        session.api().exchange("POST", "/apis/" + GROUP + "/selfsubjectreviews", Api.JSON, review);
    Optional<ObjectPrinter> printer = output.format().printer(streams().out(), true);
    if (printer.isPresent()) {
      printer.get().print(answer);
      return 0;
    }
    JsonNode user = answer.path("status").path("userInfo");
    TabWriter table = TabWriter.ofTables(streams().out());
    table.line("ATTRIBUTE\tVALUE");
    row(table, "Username", user.path("username"));
    row(table, "UID", user.path("uid"));
    row(table, "Groups", user.path("groups"));
    TreeMap<String, JsonNode> extra = new TreeMap<>();
    user.path("extra").properties().forEach(e -> extra.put(e.getKey(), e.getValue()));
    extra.forEach((key, value) -> row(table, "Extra: " + key, value));
    table.flush();
    return 0;
  }

  private static void row(TabWriter table, String name, JsonNode value) {
    boolean empty = value.isContainerNode() ? value.isEmpty() : value.asText("").isEmpty();
    if (!empty) {
      table.line(name + "\t" + GoText.of(value));
    }
  }
}
