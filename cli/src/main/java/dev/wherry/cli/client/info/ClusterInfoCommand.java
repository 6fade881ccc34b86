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
    streams().out().println("Kubernetes control plane is running at " + server);
    String space = client().namespace().isEmpty() ? "kube-system" : client().namespace();
    Target all = new Target(session.discovery().resolve("services"), space, "", "");
    Lists.read(
        session.api(),
        all,
        Lists.Filter.ofLabels(MARK),
        Api.JSON,
        page -> page.path("items").forEach(service -> print(server, service)));
    streams().out().println();
    streams()
        .out()
        .println("To further debug and diagnose cluster problems, use 'wherry cluster-info dump'.");
    return 0;
  }

  private void print(String server, JsonNode service) {
    JsonNode metadata = service.path("metadata");
    String name = metadata.path("name").asText();
    String title = metadata.path("labels").path(NAME).asText(name);
    streams().out().println(title + " is running at " + link(server, service));
  }

  /** Where it answers itself, or else where the server passes requests on to it. */
  private static String link(String server, JsonNode service) {
    JsonNode ports = service.path("spec").path("ports");
    JsonNode balanced = service.path("status").path("loadBalancer").path("ingress").path(0);
    if (balanced.isObject()) {
      String ip = balanced.path("ip").asText("");
      String host = ip.isEmpty() ? balanced.path("hostname").asText("") : ip;
      StringBuilder links = new StringBuilder();
      ports.forEach(one -> links.append("http://%s:%d ".formatted(host, one.path("port").asInt())));
      return links.toString();
    }
    JsonNode port = ports.path(0);
    String called = port.path("name").asText("");
    boolean secure = port.path("port").asInt() == 443 || called.equals("https");
    JsonNode metadata = service.path("metadata");
    String name = metadata.path("name").asText();
    return "%s/api/v1/namespaces/%s/services/%s/proxy"
        .formatted(
            server,
            metadata.path("namespace").asText(),
            secure
                ? "https:" + name + ":" + called
                : called.isEmpty() ? name : name + ":" + called);
  }
}
