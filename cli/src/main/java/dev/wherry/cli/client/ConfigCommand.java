package dev.wherry.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.print.OutputFormat;
import dev.wherry.cli.client.print.TabWriter;
import dev.wherry.cli.client.verb.OutputOptions;
import dev.wherry.cli.client.verb.Streams;
import dev.wherry.cli.kubeconfig.Kubeconfig;
import dev.wherry.cli.kubeconfig.KubeconfigPaths;
import dev.wherry.cli.kubeconfig.Section;
import dev.wherry.model.json.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ScopeType;

/** {@code wherry config}: reads and changes kubeconfig files, without a server. */
@Command(
    name = "config",
    description = "View and change kubeconfig files.",
    mixinStandardHelpOptions = true)
public final class ConfigCommand implements Runnable {
  private static final List<String> BYTES =
      List.of("certificate-authority-data", "client-certificate-data", "client-key-data");
  private static final List<String> SECRETS = List.of("token", "password");

  private final Streams streams;

  @Option(
      names = "--kubeconfig",
      scope = ScopeType.INHERIT,
      description = "Path to the kubeconfig file.")
  private String file = "";

  @Option(names = "--context", scope = ScopeType.INHERIT, description = "The context to use.")
  private String context = "";

  public ConfigCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public void run() {
    throw ClientException.error(
        "name what to do: view, get-contexts, current-context, use-context, set-context,"
            + " delete-context, get-clusters, get-users");
  }

  private Kubeconfig load() {
    return Kubeconfig.load(KubeconfigPaths.find(file, streams.environment()));
  }

  @Command(
      name = "view",
      description = "Show the merged kubeconfig.",
      mixinStandardHelpOptions = true)
  int view(
      @Option(names = "--minify", arity = "0..1", fallbackValue = "true") boolean minify,
      @Option(names = "--raw", arity = "0..1", fallbackValue = "true") boolean raw,
      @Option(names = "--flatten", arity = "0..1", fallbackValue = "true") boolean flatten,
      @Mixin OutputOptions output) {
    Kubeconfig config = load();
    ObjectNode tree = config.tree();
    if (minify) {
      minify(tree, context.isEmpty() ? config.currentContext() : context);
    }
    if (!raw) {
      for (Section section : Section.values()) {
        tree.path(section.list()).forEach(entry -> redact(entry.path(section.body())));
      }
    }
    OutputFormat format = output.format();
    OutputFormat shown = format.isTable() ? OutputFormat.parse("yaml", "", true, true) : format;
    shown.printer(streams.out(), true).ifPresent(printer -> printer.print(tree));
    return 0;
  }

  private static void redact(JsonNode body) {
    if (body instanceof ObjectNode object) {
      BYTES.stream().filter(object::has).forEach(field -> object.put(field, "DATA+OMITTED"));
      SECRETS.stream().filter(object::has).forEach(field -> object.put(field, "REDACTED"));
    }
  }

  private static void minify(ObjectNode tree, String current) {
    if (current.isEmpty()) {
      throw ClientException.error("current-context must exist in order to minify");
    }
    JsonNode context = Json.object();
    for (JsonNode entry : tree.path("contexts")) {
      if (entry.path("name").asText().equals(current)) {
        context = entry.path("context");
      }
    }
    if (context.isEmpty()) {
      throw ClientException.error("cannot locate context " + current);
    }
    keep(tree, Section.CONTEXTS, current);
    keep(tree, Section.CLUSTERS, context.path("cluster").asText());
    keep(tree, Section.USERS, context.path("user").asText());
    tree.put("current-context", current);
  }

  private static void keep(ObjectNode tree, Section section, String name) {
    if (tree.get(section.list()) instanceof ArrayNode list) {
      list.removeIf(entry -> !entry.path("name").asText().equals(name));
    }
  }

  @Command(
      name = "current-context",
      description = "Print the current context.",
      mixinStandardHelpOptions = true)
  int currentContext() {
    String current = load().currentContext();
    if (current.isEmpty()) {
      throw ClientException.error("current-context is not set");
    }
    streams.out().println(current);
    return 0;
  }

  @Command(
      name = "use-context",
      aliases = "use",
      description = "Make a context current.",
      mixinStandardHelpOptions = true)
  int useContext(@Parameters(paramLabel = "NAME") String name) {
    Kubeconfig config = load();
    if (config.entry(Section.CONTEXTS, name).isEmpty()) {
      throw ClientException.error("no context exists with the name: \"" + name + "\"");
    }
    config.useContext(name);
    streams.out().println("Switched to context \"" + name + "\".");
    return 0;
  }

  @Command(name = "get-contexts", description = "List contexts.", mixinStandardHelpOptions = true)
  int getContexts(
      @Parameters(paramLabel = "NAME", arity = "0..*") List<String> names,
      @Option(names = {"-o", "--output"}) String output,
      @Option(names = "--no-headers", arity = "0..1", fallbackValue = "true") boolean noHeaders) {
    Kubeconfig config = load();
    List<String> wanted = names == null || names.isEmpty() ? config.names(Section.CONTEXTS) : names;
    boolean namesOnly = "name".equals(output);
    TabWriter table = TabWriter.ofTables(streams.out());
    if (!noHeaders && !namesOnly) {
      table.line("CURRENT\tNAME\tCLUSTER\tAUTHINFO\tNAMESPACE");
    }
    for (String name : wanted) {
      JsonNode one =
          config
              .entry(Section.CONTEXTS, name)
              .orElseThrow(() -> ClientException.error("context " + name + " not found"));
      table.line(
          namesOnly
              ? name
              : String.join(
                  "\t",
                  name.equals(config.currentContext()) ? "*" : "",
                  name,
                  one.path("cluster").asText(""),
                  one.path("user").asText(""),
                  one.path("namespace").asText("")));
    }
    table.flush();
    return 0;
  }

  @Command(
      name = "set-context",
      description = "Set fields of a context.",
      mixinStandardHelpOptions = true)
  int setContext(
      @Parameters(paramLabel = "NAME", arity = "0..1") String name,
      @Option(names = "--current", arity = "0..1", fallbackValue = "true") boolean current,
      @Option(
              names = {"-n", "--namespace"},
              defaultValue = "")
          String namespace,
      @Option(names = "--cluster", defaultValue = "") String cluster,
      @Option(names = "--user", defaultValue = "") String user) {
    Kubeconfig config = load();
    if (current == (name != null)) {
      throw ClientException.error("you must specify a non-empty context name or --current");
    }
    String target = name == null ? config.currentContext() : name;
    if (target.isEmpty()) {
      throw ClientException.error("no current context is set");
    }
    boolean known = config.entry(Section.CONTEXTS, target).isPresent();
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("cluster", cluster);
    fields.put("user", user);
    fields.put("namespace", namespace);
    config.set(Section.CONTEXTS, target, fields);
    streams.out().printf("Context \"%s\" %s.%n", target, known ? "modified" : "created");
    return 0;
  }

  @Command(
      name = "delete-context",
      description = "Delete a context.",
      mixinStandardHelpOptions = true)
  int deleteContext(@Parameters(paramLabel = "NAME") String name) {
    Kubeconfig config = load();
    String current = config.currentContext();
    String from =
        config
            .remove(Section.CONTEXTS, name)
            .orElseThrow(
                () -> ClientException.error("cannot delete context " + name + ", not in the file"))
            .toString();
    if (name.equals(current)) {
      streams
          .err()
          .println(
              "warning: this removed your active context, use \"wherry config use-context\" to"
                  + " select a different one");
    }
    streams.out().println("deleted context " + name + " from " + from);
    return 0;
  }

  @Command(name = "get-clusters", description = "List clusters.", mixinStandardHelpOptions = true)
  int getClusters() {
    streams.out().println("NAME");
    load().names(Section.CLUSTERS).forEach(streams.out()::println);
    return 0;
  }

  @Command(name = "get-users", description = "List users.", mixinStandardHelpOptions = true)
  int getUsers() {
    streams.out().println("NAME");
    load().names(Section.USERS).forEach(streams.out()::println);
    return 0;
  }
}
