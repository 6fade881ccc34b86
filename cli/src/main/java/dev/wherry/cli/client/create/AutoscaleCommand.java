package dev.wherry.cli.client.create;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.cli.client.discovery.ResourceType;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.failure.Failures;
import dev.wherry.cli.client.select.Found;
import dev.wherry.cli.client.verb.ChangeOptions;
import dev.wherry.cli.client.verb.ClientCommand;
import dev.wherry.cli.client.verb.DryRun;
import dev.wherry.cli.client.verb.FileOptions;
import dev.wherry.cli.client.verb.Selection;
import dev.wherry.cli.client.verb.Session;
import dev.wherry.cli.client.verb.Streams;
import dev.wherry.model.Quantity;
import dev.wherry.model.status.ApiException;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code wherry autoscale}. */
@Command(
    name = "autoscale",
    description = "Let the number of replicas follow the load.",
    mixinStandardHelpOptions = true)
public final class AutoscaleCommand extends ClientCommand {
  @Mixin private FileOptions files = new FileOptions();
  @Mixin private ChangeOptions change = new ChangeOptions();

  @Parameters(paramLabel = "TYPE NAME", arity = "0..*", description = "The workloads.")
  private List<String> words = List.of();

  @Option(names = "--min", description = "The least replicas.")
  private int minimum = -1;

  @Option(names = "--max", description = "The most replicas.")
  private Optional<Integer> maximum = Optional.empty();

  @Option(names = "--cpu-percent", hidden = true)
  private int percent = -1;

  @Option(names = "--cpu", description = "Such as 70%% of the requests, or 500m for each pod.")
  private String cpu = "";

  @Option(names = "--memory", description = "Such as 70%% of the requests, or 200Mi for each pod.")
  private String memory = "";

  @Option(names = "--name", description = "The autoscaler's name.")
  private String name = "";

  @Option(names = "--save-config", arity = "0..1", fallbackValue = "true")
  private boolean saveConfig;

  public AutoscaleCommand(Streams streams) {
    super(streams);
  }

  @Override
  protected int run(Session session) {
    check();
    Failures failures = new Failures();
    List<Found> found = new Selection(session, files, words).find(failures);
    NewObject maker = new NewObject(session, change, "kubectl-autoscale", saveConfig);
    for (Found one : found) {
      try {
        requireScale(one.target().type());
        String done = change.dryRun() == DryRun.CLIENT ? "created" : "autoscaled";
        change.print(streams().out(), maker.create(autoscaler(one)), done);
      } catch (ApiException | ClientException e) {
        failures.add(e);
      }
    }
    failures.raise();
    if (found.isEmpty()) {
      throw ClientException.error("no objects passed to autoscale");
    }
    return 0;
  }

  private void check() {
    if (maximum.isEmpty()) {
      throw ClientException.error("required flag(s) \"max\" not set");
    }
    int most = maximum.get();
    if (most < 1) {
      throw ClientException.error("--max=MAXPODS is required and must be at least 1, max: " + most);
    }
    if (most < minimum) {
      throw ClientException.error(
          "--max=MAXPODS must be larger or equal to --min=MINPODS, max: %d, min: %d"
              .formatted(most, minimum));
    }
    if (percent > 0) {
      streams()
          .err()
          .println(
              "Flag --cpu-percent has been deprecated, Use --cpu with percentage or resource"
                  + " quantity format (e.g., '70%' for utilization or '500m' for milliCPU).");
      if (!cpu.isEmpty()) {
        throw ClientException.error("--cpu-percent and --cpu are mutually exclusive");
      }
    }
  }

  /** Only what has a size can follow the load. */
  private static void requireScale(ResourceType type) {
    if (!type.subresources().contains("scale")) {
      throw ClientException.error(
          "cannot autoscale a %s: could not find scale subresource for %s/%s, Resource=%s in"
                  .formatted(type.kind(), type.group(), type.version(), type.plural())
              + " discovery information");
    }
  }

  private ObjectNode autoscaler(Found found) {
    ObjectNode autoscaler =
        Generated.object(
            "autoscaling/v2", "HorizontalPodAutoscaler", name.isEmpty() ? found.name() : name);
    ObjectNode spec = autoscaler.putObject("spec");
    spec.put("maxReplicas", maximum.orElse(1));
    ArrayNode metrics = spec.arrayNode();
    if (percent > 0) {
      metric(metrics, "cpu", percent + "%");
    }
    metric(metrics, "cpu", cpu);
    metric(metrics, "memory", memory);
    if (!metrics.isEmpty()) {
      spec.set("metrics", metrics);
    }
    if (minimum > 0) {
      spec.put("minReplicas", minimum);
    }
    spec.putObject("scaleTargetRef")
        .put("apiVersion", found.target().type().apiVersion())
        .put("kind", found.target().type().kind())
        .put("name", found.name());
    ObjectNode status = autoscaler.putObject("status");
    status.putNull("currentMetrics");
    status.put("desiredReplicas", 0);
    return autoscaler;
  }

  private static void metric(ArrayNode metrics, String resource, String text) {
    String amount = text.strip();
    if (amount.isEmpty()) {
      return;
    }
    ObjectNode metric = metrics.addObject();
    ObjectNode target = metric.putObject("resource").put("name", resource).putObject("target");
    metric.put("type", "Resource");
    if (amount.endsWith("%")) {
      String number = amount.substring(0, amount.length() - 1);
      if (!number.matches("\\d{1,9}")) {
        throw ClientException.error("invalid percentage value: " + number);
      }
      target.put("averageUtilization", Integer.parseInt(number)).put("type", "Utilization");
      return;
    }
    boolean plain = amount.matches("\\d+(\\.\\d+)?");
    String unit = resource.equals("cpu") ? "m" : "Mi";
    try {
      String quantity = Quantity.parse(plain ? amount + unit : amount).toString();
      target.put("averageValue", quantity).put("type", "AverageValue");
    } catch (IllegalArgumentException e) {
      throw ClientException.error("invalid resource " + resource + " value: " + text);
    }
  }
}
