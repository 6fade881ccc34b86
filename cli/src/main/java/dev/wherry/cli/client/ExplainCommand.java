package dev.wherry.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.cli.client.discovery.ResourceType;
import dev.wherry.cli.client.explain.Explanation;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.verb.ClientCommand;
import dev.wherry.cli.client.verb.Session;
import dev.wherry.cli.client.verb.Streams;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code wherry explain}. */
@Command(
    name = "explain",
    description = "Describe the fields of a resource.",
    mixinStandardHelpOptions = true)
public final class ExplainCommand extends ClientCommand {
  @Parameters(
      paramLabel = "RESOURCE[.FIELD...]",
      arity = "0..*",
      description = "Such as pod.spec.containers.")
  private List<String> words = List.of();

  @Option(
      names = {"-R", "--recursive"},
      arity = "0..1",
      fallbackValue = "true",
      description = "List the fields of fields.")
  private boolean recursive;

  @Option(names = "--max-depth", description = "Levels of --recursive; 0 for all.")
  private int depthMax;

  @Option(names = "--api-version", description = "Group and version to explain, such as apps/v1.")
  private String apiVersion = "";

  public ExplainCommand(Streams streams) {
    super(streams);
  }

  @Override
  protected int run(Session session) {
    if (words.isEmpty()) {
      throw ClientException.error(
          "You must specify the type of resource to explain. Use \"wherry api-resources\" for a"
              + " complete list of supported resources.\n");
    }
    if (words.size() > 1) {
      throw ClientException.error("We accept only this format: explain RESOURCE\n");
    }
    String word = words.getFirst();
    int dot = word.indexOf('.');
    ResourceType type = type(session, dot < 0 ? word : word.substring(0, dot));
    String rest = dot < 0 ? "" : word.substring(dot + 1);
    String group = type.group();
    if (!group.isEmpty() && (rest + ".").startsWith(group + ".")) {
      rest = rest.substring(Math.min(rest.length(), group.length() + 1));
    }
    List<String> path = Arrays.stream(rest.split("\\.")).filter(part -> !part.isEmpty()).toList();
    String where = type.basePath().substring(1);
    JsonNode document = session.api().get("/openapi/v3/" + where);
    String text =
        Explanation.of(document, group, type.version(), type.kind(), path, recursive, depthMax);
    if (text.isEmpty()) {
      if (!path.isEmpty()) {
        streams().out().print(Explanation.head(group, type.version(), type.kind()));
      }
      throw ClientException.error(
          path.isEmpty()
              ? "GVR ("
                  + type.apiVersion()
                  + ", Resource="
                  + type.plural()
                  + ") not found in OpenAPI schema"
              : "field \"" + path.getLast() + "\" does not exist");
    }
    streams().out().print(text);
    return 0;
  }

  private ResourceType type(Session session, String name) {
    ResourceType type;
    try {
      type = session.discovery().resolve(name);
    } catch (ClientException e) {
      throw ClientException.verbatim(e.text().substring("error: ".length()));
    }
    if (apiVersion.isEmpty()) {
      return type;
    }
    return session.discovery().all().stream()
        .filter(t -> t.apiVersion().equals(apiVersion) && t.plural().equals(type.plural()))
        .findFirst()
        .orElseThrow(() ->
            ClientException.error(
                "couldn't find resource for \""
                    + apiVersion
                    + ", Resource="
                    + type.plural()
                    + "\""));
  }
}
