package dev.wherry.cli.client.create;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.http.Api;
import dev.wherry.cli.client.verb.ClientCommand;
import dev.wherry.cli.client.verb.GoDuration;
import dev.wherry.cli.client.verb.Session;
import dev.wherry.cli.client.verb.Streams;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The generators: {@code create namespace}, {@code create configmap} and so on. */
public final class CreateGenerators {
  private CreateGenerators() {}

  /** {@code create} with its generators. */
  public static CommandLine command(Streams streams) {
    CommandLine create = new CommandLine(new CreateCommand(streams));
    List.of(
            new OfNamespace(streams),
            new OfServiceAccount(streams),
            new OfConfigMap(streams),
            new OfDeployment(streams),
            new OfToken(streams),
            new WorkloadGenerators.OfJob(streams),
            new WorkloadGenerators.OfCronJob(streams),
            new AccessGenerators.OfRole(streams),
            new AccessGenerators.OfClusterRole(streams),
            new AccessGenerators.OfRoleBinding(streams),
            new AccessGenerators.OfClusterRoleBinding(streams),
            new PolicyGenerators.OfDisruptionBudget(streams),
            new PolicyGenerators.OfPriorityClass(streams),
            new PolicyGenerators.OfQuota(streams),
            new OfIngress(streams))
        .forEach(create::addSubcommand);
    return create
        .addSubcommand(
            new CommandLine(new OfSecret())
                .addSubcommand(new OfGenericSecret(streams))
                .addSubcommand(new SecretGenerators.OfTls(streams))
                .addSubcommand(new SecretGenerators.OfRegistry(streams)))
        .addSubcommand(ServiceGenerators.command(streams));
  }

  /** {@code create namespace}. */
  @Command(
      name = "namespace",
      aliases = "ns",
      description = "Create a namespace.",
      mixinStandardHelpOptions = true)
  static final class OfNamespace extends Generator {
    OfNamespace(Streams streams) {
      super(streams);
    }

    @Override
    ObjectNode object(Session session) {
      return Generated.namespace(name());
    }
  }

  /** {@code create serviceaccount}. */
  @Command(
      name = "serviceaccount",
      aliases = "sa",
      description = "Create a service account.",
      mixinStandardHelpOptions = true)
  static final class OfServiceAccount extends Generator {
    OfServiceAccount(Streams streams) {
      super(streams);
    }

    @Override
    ObjectNode object(Session session) {
      return Generated.serviceAccount(name());
    }
  }

  /** Where the data of a map or secret comes from. */
  static final class Sources {
    @Option(names = "--from-literal", description = "key=value; may be repeated.")
    private List<String> literals = List.of();

    @Option(names = "--from-file", description = "File, key=file or folder; may be repeated.")
    private List<String> files = List.of();

    @Option(names = "--from-env-file", description = "File of KEY=VALUE lines.")
    private List<String> environmentFiles = List.of();

    DataFlags read(Streams streams) {
      DataFlags data = new DataFlags();
      data.files(files);
      data.literals(literals);
      data.environmentFiles(environmentFiles, streams.environment());
      return data;
    }
  }

  /** {@code create configmap}. */
  @Command(
      name = "configmap",
      aliases = "cm",
      description = "Create a config map from files, folders or literals.",
      mixinStandardHelpOptions = true)
  static final class OfConfigMap extends Generator {
    @Mixin private Sources sources = new Sources();

    OfConfigMap(Streams streams) {
      super(streams);
    }

    @Override
    ObjectNode object(Session session) {
      return Generated.configMap(name(), sources.read(streams()).data());
    }
  }

  /** {@code create secret}, which only holds its kinds. */
  @Command(
      name = "secret",
      description = "Create a secret of a kind.",
      mixinStandardHelpOptions = true)
  static final class OfSecret implements Runnable {
    @Override
    public void run() {
      throw ClientException.error("name the kind of secret: wherry create secret generic NAME");
    }
  }

  /** {@code create secret generic}. */
  @Command(
      name = "generic",
      description = "Create a secret from files, folders or literals.",
      mixinStandardHelpOptions = true)
  static final class OfGenericSecret extends Generator {
    @Mixin private Sources sources = new Sources();

    @Option(names = "--type", description = "The secret's type.")
    private String type = "";

    OfGenericSecret(Streams streams) {
      super(streams);
    }

    @Override
    ObjectNode object(Session session) {
      return Generated.secret(name(), type, sources.read(streams()).data());
    }
  }

  /** {@code create deployment}. */
  @Command(
      name = "deployment",
      aliases = {"deploy", "dep"},
      description = "Create a deployment.",
      mixinStandardHelpOptions = true)
  static final class OfDeployment extends Generator {
    @Override
    String failure() {
      return "failed to create deployment: ";
    }

    @Option(names = "--image", split = ",", description = "The image; may be repeated.")
    private List<String> images = List.of();

    @Option(
        names = {"-r", "--replicas"},
        description = "How many pods.")
    private int replicas = 1;

    @Option(names = "--port", description = "The port of the container.")
    private int port;

    OfDeployment(Streams streams) {
      super(streams);
    }

    @Override
    ObjectNode object(Session session) {
      requireFlag("image", !images.isEmpty());
      if (images.size() > 1 && !behindName().isEmpty()) {
        throw ClientException.error("cannot specify multiple --image options and command");
      }
      return Generated.deployment(name(), images, replicas, port, behindName());
    }
  }

  /** {@code create token}. */
  @Command(
      name = "token",
      description = "Request a token of a service account.",
      mixinStandardHelpOptions = true)
  static final class OfToken extends ClientCommand {
    @Parameters(paramLabel = "SERVICE_ACCOUNT")
    private String account = "";

    @Option(names = "--audience", description = "Audience; may be repeated.")
    private List<String> audiences = List.of();

    @Option(names = "--duration", description = "How long the token holds, such as 10m.")
    private String duration = "0";

    @Option(names = "--bound-object-kind", description = "Pod, Secret or Node.")
    private String boundKind = "";

    @Option(names = "--bound-object-name", description = "The object the token is bound to.")
    private String boundName = "";

    @Option(names = "--bound-object-uid", description = "That object's UID.")
    private String boundUid = "";

    @Option(
        names = {"-o", "--output"},
        description = "json or yaml for the whole answer.")
    private String output = "";

    OfToken(Streams streams) {
      super(streams);
    }

    @Override
    protected int run(Session session) {
      long seconds;
      try {
        seconds = GoDuration.parse(duration).toSeconds();
      } catch (IllegalArgumentException e) {
        throw ClientException.error("--duration: " + e.getMessage());
      }
      ObjectNode request =
          Generated.tokenRequest(audiences, seconds, boundKind, boundName, boundUid);
      String path =
          session.discovery().resolve("serviceaccounts").path(session.namespace(), account);
      JsonNode answer = session.api().exchange("POST", path + "/token", Api.JSON, request);
      dev.wherry.cli.client.print.OutputFormat.parse(output, "", false, true)
          .printer(streams().out(), true)
          .ifPresentOrElse(
              printer -> printer.print(answer),
              () -> streams().out().println(answer.path("status").path("token").asText()));
      return 0;
    }
  }
}
