package dev.wherry.cli.client.create;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.verb.Session;
import dev.wherry.cli.client.verb.Streams;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code create ingress}: rules such as {@code host/path*=service:port,tls=secret}. */
@Command(
    name = "ingress",
    aliases = "ing",
    description = "Create an ingress.",
    mixinStandardHelpOptions = true)
final class OfIngress extends Generator {
  /** Host and path, a service with its port, perhaps TLS (kubectl create_ingress.go). */
  private static final Pattern RULE =
      Pattern.compile("[^=,]*/[^=,]*=[^=:,]+:[^=:,]+(,tls(=[^=,]*)?)?");

  @Option(names = "--class", description = "The ingress class.")
  private String className = "";

  @Option(names = "--rule", description = "HOST/PATH=SERVICE:PORT[,tls[=SECRET]]; may be repeated.")
  private List<String> rules = List.of();

  @Option(names = "--default-backend", description = "SERVICE:PORT for everything else.")
  private String defaultBackend = "";

  @Option(names = "--annotation", description = "KEY=VALUE; may be repeated.")
  private List<String> annotations = List.of();

  OfIngress(Streams streams) {
    super(streams);
  }

  @Override
  String failure() {
    return "failed to create ingress: ";
  }

  @Override
  ObjectNode object(Session session) {
    ObjectNode ingress = Generated.object("networking.k8s.io/v1", "Ingress", name());
    check();
    for (String annotation : annotations) {
      String[] pair = annotation.split("=", 2);
      ingress.withObject("/metadata").withObject("/annotations").put(pair[0], pair[1]);
    }
    ObjectNode spec = ingress.putObject("spec");
    if (!className.isEmpty()) {
      spec.put("ingressClassName", className);
    }
    if (!defaultBackend.isEmpty()) {
      backend(spec.putObject("defaultBackend"), defaultBackend);
    }
    ArrayNode all = spec.arrayNode();
    rules.forEach(rule -> add(all, rule));
    if (!all.isEmpty()) {
      spec.set("rules", all);
    }
    ArrayNode tls = tls(spec.arrayNode());
    if (!tls.isEmpty()) {
      spec.set("tls", tls);
    }
    ingress.putObject("status").putObject("loadBalancer");
    return ingress;
  }

  private void check() {
    if (defaultBackend.isEmpty() && rules.isEmpty()) {
      throw ClientException.error(
          "not enough information provided: every ingress has to either specify a default-backend"
              + " (which catches all traffic) or a list of rules (which catch specific paths)");
    }
    for (String rule : rules) {
      if (!RULE.matcher(rule).matches()) {
        throw ClientException.error(
            "rule "
                + rule
                + " is invalid and should be in format host/path=svcname:svcport[,tls[=secret]]");
      }
    }
    for (String annotation : annotations) {
      if (annotation.indexOf('=') < 0) {
        throw ClientException.error(
            "annotation " + annotation + " is invalid and should be in format key=[value]");
      }
    }
    if (!defaultBackend.isEmpty() && defaultBackend.split(":", -1).length != 2) {
      throw ClientException.error("default-backend should be in format servicename:serviceport");
    }
  }

  private static void backend(ObjectNode backend, String text) {
    String[] pair = text.split(":", 2);
    ObjectNode service = backend.putObject("service").put("name", pair[0]);
    boolean number = pair[1].chars().allMatch(Character::isDigit);
    if (number) {
      service.putObject("port").put("number", Integer.parseInt(pair[1]));
    } else {
      service.putObject("port").put("name", pair[1]);
    }
  }

  private static void add(ArrayNode all, String rule) {
    String plain = rule.split(",", 2)[0];
    int slash = plain.indexOf('/');
    String host = plain.substring(0, slash);
    String[] pair = plain.substring(slash + 1).split("=", 2);
    ObjectNode place = null;
    for (JsonNode one : all) {
      if (one instanceof ObjectNode known && known.path("host").asText("").equals(host)) {
        place = known;
      }
    }
    if (place == null) {
      place = all.addObject();
      if (!host.isEmpty()) {
        place.put("host", host);
      }
    }
    ObjectNode path = place.withObject("/http").withArray("/paths").addObject();
    backend(path.putObject("backend"), pair[1]);
    boolean prefix = pair[0].endsWith("*");
    path.put("path", "/" + (prefix ? pair[0].substring(0, pair[0].length() - 1) : pair[0]));
    path.put("pathType", prefix ? "Prefix" : "Exact");
  }

  private ArrayNode tls(ArrayNode all) {
    Set<String> seen = new HashSet<>();
    for (String rule : rules) {
      String[] parts = rule.split(",", 2);
      String host = rule.substring(0, rule.indexOf('/'));
      if (parts.length < 2 || !seen.add(host)) {
        continue;
      }
      String[] pair = parts[1].split("=", 2);
      String secret = pair.length == 2 ? pair[1] : "";
      ObjectNode same = null;
      for (JsonNode one : all) {
        if (one instanceof ObjectNode known && known.path("secretName").asText("").equals(secret)) {
          same = known;
        }
      }
      if (same == null && host.isEmpty() && secret.isEmpty()) {
        continue;
      }
      ObjectNode entry = same == null ? all.addObject() : same;
      if (!host.isEmpty() || same != null) {
        entry.withArray("/hosts").add(host);
      }
      if (!secret.isEmpty()) {
        entry.put("secretName", secret);
      }
    }
    return all;
  }
}
