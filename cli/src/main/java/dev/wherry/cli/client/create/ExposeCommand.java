package dev.wherry.cli.client.create;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.failure.Failures;
import dev.wherry.cli.client.select.Found;
import dev.wherry.cli.client.verb.ChangeOptions;
import dev.wherry.cli.client.verb.ClientCommand;
import dev.wherry.cli.client.verb.FileOptions;
import dev.wherry.cli.client.verb.Selection;
import dev.wherry.cli.client.verb.Session;
import dev.wherry.cli.client.verb.Streams;
import dev.wherry.model.status.ApiException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code wherry expose}. */
@Command(
    name = "expose",
    description = "Make a service for a workload, a pod or a service.",
    mixinStandardHelpOptions = true)
public final class ExposeCommand extends ClientCommand {
  /** Of a service's name (RFC 1035). */
  private static final int NAME_CHARS_MAX = 63;

  @Mixin private FileOptions files = new FileOptions();
  @Mixin private ChangeOptions change = new ChangeOptions();
  @Mixin private Overrides overrides = new Overrides();

  @Parameters(paramLabel = "TYPE NAME", arity = "0..*", description = "What to expose.")
  private List<String> words = List.of();

  @Option(names = "--port", description = "The service's port; several with commas.")
  private String port = "";

  @Option(names = "--target-port", description = "The port or its name in the pods.")
  private String targetPort = "";

  @Option(names = "--protocol", description = "TCP, UDP or SCTP.")
  private String protocol = "";

  @Option(names = "--type", description = "ClusterIP, NodePort, LoadBalancer or ExternalName.")
  private String type = "";

  @Option(names = "--load-balancer-ip", description = "The load balancer's address.")
  private String loadBalancerIp = "";

  @Option(names = "--selector", description = "The labels of the pods.")
  private String selector = "";

  @Option(
      names = {"-l", "--labels"},
      description = "The labels of the service.")
  private String labels = "";

  @Option(names = "--external-ip", description = "One more address of the service.")
  private String externalIp = "";

  @Option(names = "--name", description = "The service's name.")
  private String name = "";

  @Option(names = "--session-affinity", description = "None or ClientIP.")
  private String affinity = "";

  @Option(names = "--cluster-ip", description = "The address; None for none.")
  private String clusterIp = "";

  @Option(names = "--save-config", arity = "0..1", fallbackValue = "true")
  private boolean saveConfig;

  public ExposeCommand(Streams streams) {
    super(streams);
  }

  @Override
  protected int run(Session session) {
    Failures failures = new Failures();
    NewObject maker = new NewObject(session, change, "kubectl-expose", saveConfig);
    for (Found found : new Selection(session, files, words).find(failures)) {
      try {
        ObjectNode service = overrides.apply(service(found));
        change.print(streams().out(), maker.create(service), "exposed");
      } catch (ApiException | ClientException e) {
        failures.add(e);
      }
    }
    failures.raise();
    return 0;
  }

  private ObjectNode service(Found found) {
    Exposed exposed = Exposed.of(found);
    Map<String, String> pods = selector.isEmpty() ? exposed.selector() : pairs(selector);
    boolean headless = clusterIp.equals("None");
    List<String> ports = port.isEmpty() ? exposed.ports() : List.of(port.split(",", -1));
    if (ports.isEmpty() && !headless) {
      throw ClientException.error("couldn't find port via --port flag or introspection");
    }
    String own = found.name();
    String named = own.substring(0, Math.min(own.length(), NAME_CHARS_MAX));
    ObjectNode service = Generated.object("v1", "Service", name.isEmpty() ? named : name);
    Map<String, String> marks = labels.isEmpty() ? exposed.labels() : pairs(labels);
    if (!marks.isEmpty()) {
      ObjectNode target = service.withObject("/metadata").putObject("labels");
      marks.forEach(target::put);
    }
    ObjectNode spec = service.putObject("spec");
    ports(spec, ports, exposed);
    ObjectNode chosen = spec.putObject("selector");
    pods.forEach(chosen::put);
    options(spec);
    service.putObject("status").putObject("loadBalancer");
    return service;
  }

  private void options(ObjectNode spec) {
    if (!externalIp.isEmpty()) {
      spec.putArray("externalIPs").add(externalIp);
    }
    if (!type.isEmpty()) {
      spec.put("type", type);
    }
    if (type.equals("LoadBalancer") && !loadBalancerIp.isEmpty()) {
      spec.put("loadBalancerIP", loadBalancerIp);
    }
    if (!affinity.isEmpty()) {
      if (!affinity.equals("None") && !affinity.equals("ClientIP")) {
        throw ClientException.error("unknown session affinity: " + affinity);
      }
      spec.put("sessionAffinity", affinity);
    }
    if (!clusterIp.isEmpty()) {
      spec.put("clusterIP", clusterIp);
    }
  }

  private void ports(ObjectNode spec, List<String> ports, Exposed exposed) {
    ArrayNode all = spec.arrayNode();
    for (int i = 0; i < ports.size(); i++) {
      List<String> known = exposed.protocols().getOrDefault(ports.get(i), List.of("TCP"));
      List<String> protocols = protocol.isEmpty() ? known : List.of(protocol);
      for (String one : protocols) {
        String called =
            protocols.size() > 1
                ? "port-%d-%s".formatted(i + 1, one.toLowerCase(Locale.ROOT))
                : ports.size() > 1 ? "port-" + (i + 1) : "";
        add(all, called, ports.get(i), one);
      }
    }
    if (!all.isEmpty()) {
      spec.set("ports", all);
    }
  }

  private void add(ArrayNode all, String called, String text, String one) {
    int number;
    try {
      number = Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw ClientException.error("strconv.Atoi: parsing \"" + text + "\": invalid syntax");
    }
    ObjectNode entry = all.addObject();
    if (!called.isEmpty()) {
      entry.put("name", called);
    }
    entry.put("port", number).put("protocol", one);
    if (targetPort.isEmpty()) {
      entry.put("targetPort", number);
    } else if (targetPort.chars().allMatch(Character::isDigit)) {
      entry.put("targetPort", Integer.parseInt(targetPort));
    } else {
      entry.put("targetPort", targetPort);
    }
  }

  /** {@code a=b,c=d}. */
  private static Map<String, String> pairs(String text) {
    return LabelPairs.parse(text);
  }
}
