package dev.wherry.cli.client.info;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.rest.Version;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.print.GoJson;
import dev.wherry.cli.client.verb.ClientOptions;
import dev.wherry.cli.client.verb.Session;
import dev.wherry.cli.client.verb.Streams;
import dev.wherry.model.json.Json;
import dev.wherry.model.json.Yaml;
import dev.wherry.model.status.ApiException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code wherry version}: this program's and the server's, in kubectl's forms. Kustomize is not
 * built in, so its version is not told. Without a kubeconfig there is no server to ask.
 */
@Command(
    name = "version",
    description = "Print the versions of this program and of the server.",
    mixinStandardHelpOptions = true)
public final class VersionCommand implements Callable<Integer> {
  private static final int SKEW_MAX = 1;

  @Mixin private final ClientOptions client = new ClientOptions();
  private final Streams streams;

  @Parameters(arity = "0..*", hidden = true)
  private List<String> words = List.of();

  @Option(
      names = "--client",
      arity = "0..1",
      fallbackValue = "true",
      description = "Ask no server.")
  private boolean clientOnly;

  @Option(
      names = {"-o", "--output"},
      description = "yaml or json.")
  private String output = "";

  public VersionCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() {
    if (!words.isEmpty()) {
      throw ClientException.error("extra arguments: " + words.toString().replace(",", ""));
    }
    if (!List.of("", "yaml", "json").contains(output)) {
      throw ClientException.error("--output must be 'yaml' or 'json'");
    }
    ObjectNode versions = Json.object();
    ObjectNode own = Version.info();
    own.remove(
        List.of(
            "emulationMajor", "emulationMinor", "minCompatibilityMajor", "minCompatibilityMinor"));
    versions.set("clientVersion", own);
    if (clientOnly || client.kubeconfig(streams).isEmpty()) {
      print(versions);
      return 0;
    }
    try (Session session = client.open(streams)) {
      versions.set("serverVersion", session.api().get("/version"));
    } catch (ClientException | ApiException e) {
      print(versions);
      throw e;
    }
    print(versions);
    warn(versions);
    return 0;
  }

  private void print(ObjectNode versions) {
    switch (output) {
      case "json" -> streams.out().println(GoJson.pretty(versions));
      case "yaml" -> streams.out().println(Yaml.write(versions));
      default -> {
        line("Client", versions.path("clientVersion"));
        line("Server", versions.path("serverVersion"));
      }
    }
    streams.out().flush();
  }

  private void line(String side, JsonNode version) {
    if (version.has("gitVersion")) {
      streams.out().println(side + " Version: " + version.path("gitVersion").asText());
    }
  }

  private void warn(ObjectNode versions) {
    JsonNode own = versions.path("clientVersion");
    JsonNode server = versions.path("serverVersion");
    int apart = Math.abs(own.path("minor").asInt() - minor(server));
    if (apart > SKEW_MAX || !own.path("major").equals(server.path("major"))) {
      streams
          .err()
          .println(
              "Warning: version difference between client (%s.%s) and server (%s.%d) exceeds the"
                      .formatted(
                          own.path("major").asText(),
                          own.path("minor").asText(),
                          server.path("major").asText(),
                          minor(server))
                  + " supported minor version skew of +/-"
                  + SKEW_MAX);
    }
  }

  /** Some distributions write {@code 36+}. */
  private static int minor(JsonNode version) {
    return Integer.parseInt("0" + version.path("minor").asText("").replaceAll("\\D.*", ""));
  }
}
