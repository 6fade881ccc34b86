package dev.wherry.cli.client.info;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.cli.client.http.Api;
import dev.wherry.cli.client.select.Lists;
import dev.wherry.cli.client.select.Target;
import dev.wherry.cli.client.verb.ClientCommand;
import dev.wherry.cli.client.verb.Session;
import dev.wherry.cli.client.verb.Streams;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code wherry cluster-info}. */
@Command(
    name = "cluster-info",
    description = "Print the addresses of the cluster.",
    mixinStandardHelpOptions = true)
public final class ClusterInfoCommand extends ClientCommand {
  private static final String MARK = "kubernetes.io/cluster-service=true";
  private static final String NAME = "kubernetes.io/name";

  private ClusterInfoCommand(Streams streams) {
    super(streams);
  }

  /** {@code cluster-info} with its verb. */
  public static CommandLine command(Streams streams) {
    return new CommandLine(new ClusterInfoCommand(streams)).addSubcommand(new ClusterDump(streams));
  }

  @Override
  protected int run(Session session) {
    String server = session.api().address();
    Target all = new Target(session.discovery().resolve("services"), "kube-system", "", "");
    Lists.read(
        session.api(),
        all,
        Lists.Filter.ofLabels(MARK),
        Api.JSON,
        page -> page.path("items").forEach(service -> print(server, service)));
    streams().out().println("Kubernetes control plane is running at " + server);
    streams().out().println();
    streams()
        .out()
        .println(
            "To further debug and diagnose cluster problems, use 'wherry get events -A' and 'wherry"
                + " status'.");
    return 0;
  }

  private void print(String server, JsonNode service) {
    JsonNode metadata = service.path("metadata");
    String name = metadata.path("name").asText();
    String title = metadata.path("labels").path(NAME).asText(name);
    JsonNode port = service.path("spec").path("ports").path(0);
    boolean secure = port.path("port").asInt() == 443 || port.path("name").asText().equals("https");
    String called = port.path("name").asText("");
    streams()
        .out()
        .println(
            "%s is running at %s/api/v1/namespaces/%s/services/%s%s%s/proxy"
                .formatted(
                    title,
                    server,
                    metadata.path("namespace").asText(),
                    secure ? "https:" : "",
                    name,
                    called.isEmpty() ? "" : ":" + called));
  }
}
