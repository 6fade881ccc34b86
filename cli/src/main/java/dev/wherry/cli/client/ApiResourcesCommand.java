package dev.wherry.cli.client;

import dev.wherry.cli.client.discovery.Discovery;
import dev.wherry.cli.client.discovery.ResourceType;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.print.TabWriter;
import dev.wherry.cli.client.verb.ClientCommand;
import dev.wherry.cli.client.verb.Session;
import dev.wherry.cli.client.verb.Streams;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code wherry api-resources}. */
@Command(
    name = "api-resources",
    description = "Print the resources the server has.",
    mixinStandardHelpOptions = true)
public final class ApiResourcesCommand extends ClientCommand {
  private static final String ANY = "\u0000";

  @Option(names = "--api-group", description = "Only this group.")
  private String group = ANY;

  @Option(names = "--namespaced", arity = "0..1", fallbackValue = "true")
  private String namespaced = "";

  @Option(names = "--verbs", split = ",", description = "Only resources with all these verbs.")
  private List<String> verbs = List.of();

  @Option(names = "--categories", split = ",", description = "Only resources of all these.")
  private List<String> categories = List.of();

  @Option(names = "--no-headers", arity = "0..1", fallbackValue = "true")
  private boolean noHeaders;

  @Option(names = "--sort-by", description = "name or kind.")
  private String sortBy = "";

  @Option(names = "--cached", arity = "0..1", fallbackValue = "true")
  private boolean cached;

  @Option(
      names = {"-o", "--output"},
      description = "wide or name.")
  private String output = "";

  public ApiResourcesCommand(Streams streams) {
    super(streams);
  }

  @Override
  protected int run(Session session) {
    if (!List.of("", "wide", "name").contains(output)) {
      throw ClientException.error("--output " + output + " is not available");
    }
    List<ResourceType> types =
        new ArrayList<>(
            Discovery.preferred(
                cached ? session.discovery().all() : session.discovery().current()));
    types.removeIf(type -> !shown(type));
    types.sort(order());
    TabWriter table = TabWriter.ofTables(streams().out());
    if (!noHeaders && !output.equals("name")) {
      String more = output.equals("wide") ? "\tVERBS\tCATEGORIES" : "";
      table.line("NAME\tSHORTNAMES\tAPIVERSION\tNAMESPACED\tKIND" + more);
    }
    types.forEach(type -> table.line(line(type)));
    table.flush();
    return 0;
  }

  private boolean shown(ResourceType type) {
    return !type.verbs().isEmpty()
        && (group.equals(ANY) || group.equals(type.group()))
        && (namespaced.isEmpty() || Boolean.parseBoolean(namespaced) == type.namespaced())
        && new HashSet<>(type.verbs()).containsAll(verbs)
        && new HashSet<>(type.categories()).containsAll(categories);
  }

  private Comparator<ResourceType> order() {
    return switch (sortBy) {
      case "" -> Comparator.comparing(ResourceType::group).thenComparing(ResourceType::plural);
      case "name" -> Comparator.comparing(ResourceType::plural);
      case "kind" -> Comparator.comparing(ResourceType::kind);
      default -> throw ClientException.error("--sort-by accepts only name or kind");
    };
  }

  private String line(ResourceType type) {
    if (output.equals("name")) {
      return type.resource();
    }
    String line =
        String.join(
            "\t",
            type.plural(),
            String.join(",", type.shortNames()),
            type.apiVersion(),
            Boolean.toString(type.namespaced()),
            type.kind());
    return output.equals("wide")
        ? line + "\t" + String.join(",", type.verbs()) + "\t" + String.join(",", type.categories())
        : line;
  }
}
